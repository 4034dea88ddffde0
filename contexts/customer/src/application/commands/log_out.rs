//! A customer logs out.

use std::sync::Arc;

use shared_kernel::StoreError;

use crate::domain::Credential;
use crate::ports::Sessions;

pub struct LogOut {
    sessions: Arc<dyn Sessions>,
}

impl LogOut {
    pub(crate) fn new(sessions: Arc<dyn Sessions>) -> Self {
        Self { sessions }
    }

    /// Ends the session of a token. One that has ended is ignored, nor is an API key: that is withdrawn, not logged out.
    pub async fn execute(&self, presented: &str) -> Result<(), StoreError> {
        match Credential::parse(presented) {
            Some(Credential::Session(token)) => self.sessions.end(&token.hash()).await,
            Some(Credential::ApiKey(..)) | None => Ok(()),
        }
    }
}
