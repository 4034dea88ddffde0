//! The port that remembers the tokens of mailed links.

use async_trait::async_trait;
use shared_kernel::{StoreError, Timestamp};

use crate::domain::{MailToken, Purpose, TokenHash};

/// Remembers the tokens of mailed links, by their hash alone.
#[async_trait]
pub trait MailTokens: Send + Sync {
    /// Keeps a token, unless the limit for its customer and purpose is reached or the customer is gone: then says `false`.
    /// Of many at the same time only as many are kept as the limit allows.
    async fn issue(&self, token: MailToken, limit: IssueLimit) -> Result<bool, StoreError>;

    /// The token of that purpose with that hash, expired or not.
    async fn find(&self, hash: &TokenHash, purpose: Purpose) -> Result<Option<MailToken>, StoreError>;

    /// Forgets a token whose mail could not be sent.
    async fn withdraw(&self, hash: &TokenHash) -> Result<(), StoreError>;
}

/// How many links one customer is mailed for one purpose.
#[derive(Debug, Clone, Copy)]
pub struct IssueLimit {
    /// At the most.
    pub at_most: u32,
    /// Since then.
    pub since: Timestamp,
}
