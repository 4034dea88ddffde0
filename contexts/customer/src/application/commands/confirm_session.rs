//! A logged-in customer proves their identity again. For a while their session may then do what does great harm in the
//! wrong hands: refunds, roles, API keys.

use std::sync::Arc;

use shared_kernel::Clock;

use crate::application::check_identity::{CheckIdentity, CheckIdentityError, IdentityProof};
use crate::ports::{Confirmation, Sessions};

pub struct ConfirmSession {
    sessions: Arc<dyn Sessions>,
    identity: CheckIdentity,
    clock: Arc<dyn Clock>,
}

impl ConfirmSession {
    pub(crate) fn new(sessions: Arc<dyn Sessions>, identity: CheckIdentity, clock: Arc<dyn Clock>) -> Self {
        Self { sessions, identity, clock }
    }

    /// Notes the proof at the session that shows it.
    pub async fn execute(&self, proof: &IdentityProof) -> Result<(), CheckIdentityError> {
        let second_factor = self.identity.execute(proof).await?;
        let confirmation = Confirmation { second_factor };
        Ok(self.sessions.touch(&proof.credential, self.clock.now(), Some(confirmation)).await?)
    }
}
