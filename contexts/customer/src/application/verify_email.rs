//! Somebody follows the link of a verification mail.
//!
//! The link is good until it expires, however often it is followed: people click twice, and mail scanners click first.

use std::sync::Arc;

use shared_kernel::{Clock, StoreError};

use super::revise::revise;
use crate::domain::{Purpose, Token};
use crate::ports::{AccountChange, Accounts, MailTokens};

/// Why nothing was verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyEmailError {
    /// We did not mail such a link, or too long ago.
    #[error("this link is not valid any more")]
    InvalidToken,
    /// No store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Verifies addresses.
pub struct VerifyEmail {
    /// Where accounts are kept.
    pub accounts: Arc<dyn Accounts>,
    /// Where tokens are kept.
    pub tokens: Arc<dyn MailTokens>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl VerifyEmail {
    /// Notes that the address of the token's customer is his.
    ///
    /// # Errors
    /// [`VerifyEmailError`].
    pub async fn execute(&self, presented: &str) -> Result<(), VerifyEmailError> {
        let hash = Token::parse(presented).ok_or(VerifyEmailError::InvalidToken)?.hash();
        let found = self.tokens.find(&hash, Purpose::VerifyEmail).await?;
        let now = self.clock.now();
        let token = found.filter(|token| token.is_live(now)).ok_or(VerifyEmailError::InvalidToken)?;
        let verified = revise(self.accounts.as_ref(), token.customer, |customer| {
            let (customer, events) = customer.verify();
            Ok::<_, VerifyEmailError>(AccountChange::of(customer, events))
        });
        verified.await?.map(|_| ()).ok_or(VerifyEmailError::InvalidToken)
    }
}
