//! The port that remembers who has given the right password and still owes the code.

use async_trait::async_trait;
use shared_kernel::{CustomerId, StoreError, Timestamp};

use crate::domain::{PasswordHash, TokenHash};

/// The password was right; the code is still to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginChallenge {
    /// What is kept of the token that the browser sends with the code.
    pub hash: TokenHash,
    /// Who.
    pub customer: CustomerId,
    /// The password that was shown: a new one ends the challenge.
    pub proven: PasswordHash,
    /// Until when the code may come.
    pub expires_at: Timestamp,
}

/// Remembers login challenges, by the hash of their token alone.
#[async_trait]
pub trait LoginChallenges: Send + Sync {
    /// Keeps a new one.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the customer has another password by now, or is gone.
    async fn open(&self, challenge: &LoginChallenge) -> Result<(), StoreError>;

    /// The challenge, expired or not.
    async fn find(&self, hash: &TokenHash) -> Result<Option<LoginChallenge>, StoreError>;

    /// Ends it; ending it twice is ignored.
    async fn end(&self, hash: &TokenHash) -> Result<(), StoreError>;
}
