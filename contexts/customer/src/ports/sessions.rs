//! The port that remembers who is logged in.

use async_trait::async_trait;
use shared_kernel::{CustomerId, Identity, StoreError, Timestamp};

use crate::domain::{PasswordHash, Session, TokenHash};

/// Remembers sessions, by the hash of their token alone.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Stores a new session of a customer who has proven to know the password `proven`, and ends the one that it
    /// replaces, if any.
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

    /// Records that it is in use, and, if so, that its owner has proven their identity again. One that ended meanwhile
    /// stays ended.
    async fn touch(
        &self,
        hash: &TokenHash,
        at: Timestamp,
        confirmation: Option<Confirmation>,
    ) -> Result<(), StoreError>;

    /// All sessions of a customer that have not been ended, the newest first; some may be over by their age.
    async fn list(&self, customer: CustomerId) -> Result<Vec<Session>, StoreError>;

    /// Ends it; ending it twice is ignored.
    async fn end(&self, hash: &TokenHash) -> Result<(), StoreError>;
}

/// The owner of a session has proven their identity again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmation {
    /// Whether by a second factor, too. What was shown once stays shown.
    pub second_factor: bool,
}
