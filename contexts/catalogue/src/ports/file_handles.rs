//! The port that remembers by which handles files of other shops name products.

use async_trait::async_trait;
use shared_kernel::StoreError;

use crate::domain::{Handle, WrittenHandle};

/// Knows which product came in under which handle, where that handle is not the product's address.
/// [`ProductStore::commit`](super::ProductStore::commit) keeps what this answers.
#[async_trait]
pub trait FileHandles: Send + Sync {
    /// The address of the product that came in under this handle.
    async fn address_of(&self, written: &WrittenHandle) -> Result<Option<Handle>, StoreError>;

    /// The handle under which the product at this address came in.
    async fn written_of(&self, address: &Handle) -> Result<Option<WrittenHandle>, StoreError>;
}
