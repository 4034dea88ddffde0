//! An administrator withdraws an API key.

use std::sync::Arc;

use shared_kernel::{Clock, StoreError};

use crate::domain::ApiKeyId;
use crate::ports::ApiKeys;

pub struct RevokeApiKey {
    keys: Arc<dyn ApiKeys>,
    clock: Arc<dyn Clock>,
}

impl RevokeApiKey {
    pub(crate) fn new(keys: Arc<dyn ApiKeys>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, clock }
    }

    /// Withdraws a key from the next request on, and says whether there is one.
    pub async fn execute(&self, id: ApiKeyId) -> Result<bool, StoreError> {
        self.keys.revoke(id, self.clock.now()).await
    }
}
