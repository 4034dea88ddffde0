//! The port that remembers from which browsers an account was logged in to.

use async_trait::async_trait;
use shared_kernel::{CustomerId, StoreError, Timestamp};

use crate::domain::TokenHash;

/// How many browsers are remembered for one account; the one that was not used for longest is forgotten.
pub const MAX_DEVICES: u32 = 20;

/// Remembers browsers, by the hash of the token in their cookie. Being known opens nothing: it only gives a browser its
/// own count of failed attempts.
#[async_trait]
pub trait KnownDevices: Send + Sync {
    /// Whether this account was logged in to from it.
    async fn knows(&self, device: &TokenHash, customer: CustomerId) -> Result<bool, StoreError>;

    /// Whether any account was logged in to from it: only then the token in its cookie is one of ours.
    async fn is_ours(&self, device: &TokenHash) -> Result<bool, StoreError>;

    /// Records a login to the account from it. Keeps no more than [`MAX_DEVICES`] of one account, and none of an
    /// account that is gone.
    async fn remember(&self, device: &TokenHash, customer: CustomerId, at: Timestamp) -> Result<(), StoreError>;
}
