//! Keeps carts.

use async_trait::async_trait;
use shared_kernel::{StoreError, Timestamp};

use crate::domain::{Cart, CartId};

/// Remembers carts.
#[async_trait]
pub trait CartStore: Send + Sync {
    /// The cart as last saved; `None` if it never was, or was forgotten.
    async fn find(&self, id: CartId) -> Result<Option<Cart>, StoreError>;

    /// Keeps the cart. One of version 0 is new; any other replaces exactly the version it was read at. `now` is when it
    /// was last touched. Answers with the cart at its new version.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if another change came first.
    async fn save(&self, cart: Cart, now: Timestamp) -> Result<Cart, StoreError>;

    /// Forgets carts that nobody touched since, and request keys as old. Says how many carts.
    async fn forget_untouched_since(&self, then: Timestamp) -> Result<u64, StoreError>;
}
