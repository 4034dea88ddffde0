//! Takes people out of what this context keeps.

use async_trait::async_trait;
use shared_kernel::{Cause, OrderId, StoreError, Timestamp};

/// Knows where people are named in this context, and forgets them there.
#[async_trait]
pub trait PersonalData: Send + Sync {
    /// Deletes address and e-mail address of an order's shipping order, now or whenever it is made later, and every
    /// message that names them; leaves the work of forgetting the mail to that address. The second time is ignored.
    ///
    /// # Errors
    /// The store's; [`StoreError::AlreadyHandled`] by the cause.
    async fn anonymise(&self, order: OrderId, now: Timestamp, cause: &Cause) -> Result<(), StoreError>;
}
