//! Tells the edge of the shop who is asking.

use async_trait::async_trait;
use chassis::web::Authenticator;
use shared_kernel::{Identity, StoreError};

use crate::application::authenticate::Authenticate;

#[async_trait]
impl Authenticator for Authenticate {
    async fn authenticate(&self, token: &str) -> Result<Option<Identity>, StoreError> {
        self.execute(token).await
    }
}
