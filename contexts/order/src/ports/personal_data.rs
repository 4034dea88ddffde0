//! Takes people out of what this context keeps.

use async_trait::async_trait;
use shared_kernel::{Cause, CustomerId, OrderId, StoreError, Timestamp};

/// Knows where people are named in this context, and forgets them there.
#[async_trait]
pub trait PersonalData: Send + Sync {
    /// Remembers that there is an account of this id; nothing else of it is kept.
    ///
    /// # Errors
    /// The store's; [`StoreError::AlreadyHandled`] by the cause.
    async fn remember_customer(&self, customer: CustomerId, cause: &Cause) -> Result<(), StoreError>;

    /// Remembers for good that the customer was erased, and deletes their carts and request keys, with the mark on the
    /// cause. Their orders stay as they are until [`PersonalData::anonymise`].
    ///
    /// # Errors
    /// The store's; [`StoreError::AlreadyHandled`] by the cause.
    async fn remember_erased(&self, customer: CustomerId, now: Timestamp, cause: &Cause) -> Result<(), StoreError>;

    /// Up to `limit` orders after `after` that name an erased customer still, whatever their state, by id.
    async fn naming_erased(&self, after: Option<OrderId>, limit: u32) -> Result<Vec<OrderId>, StoreError>;

    /// Orders of no account here that name an e-mail address with this digest: imported ones. The digest is the SHA-256 of
    /// the address in small letters, as hexadecimal digits.
    async fn without_account(&self, email_digest: &str) -> Result<Vec<OrderId>, StoreError>;

    /// Takes the person out of the order, if it is at rest, and out of every message about it; leaves the work of
    /// forgetting their mail. Answers whether anything has changed.
    async fn anonymise(&self, order: OrderId, now: Timestamp) -> Result<bool, StoreError>;
}
