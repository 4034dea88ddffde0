//! The port that remembers who is logged in.

use async_trait::async_trait;
use shared_kernel::Timestamp;
use shared_kernel::{Identity, StoreError};

use crate::domain::{PasswordHash, Session, TokenHash};

/// Remembers sessions, by the hash of their token alone.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Keeps a new session of whoever has shown that he knows the password `proven`, and ends the one that it takes the
    /// place of, if any.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if its owner has another password by now, or is gone: a new password ends all sessions, those
    /// that are just beginning too.
    async fn open(
        &self,
        session: Session,
        proven: &PasswordHash,
        instead_of: Option<TokenHash>,
    ) -> Result<(), StoreError>;

    /// A session and who its owner is at this moment. Whether it is still live is not the store's to judge. Asked on
    /// nearly every request: one indexed look.
    async fn identify(&self, hash: &TokenHash) -> Result<Option<(Session, Identity)>, StoreError>;

    /// Notes that it is in use. One that ended meanwhile stays ended.
    async fn touch(&self, hash: &TokenHash, at: Timestamp) -> Result<(), StoreError>;

    /// Ends it; ending it twice is no news.
    async fn end(&self, hash: &TokenHash) -> Result<(), StoreError>;
}
