//! A customer follows the link of a verification mail.
//!
//! The link is good until it expires, however often it is followed: people click twice, and mail scanners click first. The
//! link shows whose the address is, the password who has signed up: only both together make an account of that address,
//! or an outsider could sign up with it and have its owner confirm the outsider's account.

use std::sync::Arc;

use secrecy::SecretString;
use shared_kernel::{Clock, StoreError};

use crate::application::change_account::change_account;
use crate::domain::{Purpose, Token};
use crate::ports::{AccountChange, Accounts, HashingError, MailTokens, PasswordHasher};

/// Why nothing was verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyEmailError {
    /// We did not mail such a link, or too long ago.
    #[error("this link is not valid any more")]
    InvalidToken,
    /// The owner of the address did not sign up, or has forgotten the password: setting a new one verifies, too.
    #[error("this is not the password that was chosen at sign-up")]
    WrongPassword,
    #[error(transparent)]
    Hashing(#[from] HashingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct VerifyEmail {
    accounts: Arc<dyn Accounts>,
    tokens: Arc<dyn MailTokens>,
    hasher: Arc<dyn PasswordHasher>,
    clock: Arc<dyn Clock>,
}

impl VerifyEmail {
    pub(crate) fn new(
        accounts: Arc<dyn Accounts>,
        tokens: Arc<dyn MailTokens>,
        hasher: Arc<dyn PasswordHasher>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { accounts, tokens, hasher, clock }
    }

    /// Notes that the address of the token's customer is theirs, if they know their password.
    pub async fn execute(&self, presented: &str, password: &SecretString) -> Result<(), VerifyEmailError> {
        let hash = Token::parse(presented).ok_or(VerifyEmailError::InvalidToken)?.hash();
        let found = self.tokens.find(&hash, Purpose::VerifyEmail).await?;
        let now = self.clock.now();
        let token = found.filter(|token| token.is_live(now)).ok_or(VerifyEmailError::InvalidToken)?;
        let customer = self.accounts.find(token.customer).await?.ok_or(VerifyEmailError::InvalidToken)?;
        let proven = customer.password().clone();
        if !self.hasher.verify(password, Some(&proven)).await? {
            return Err(VerifyEmailError::WrongPassword);
        }
        let verified = change_account(self.accounts.as_ref(), token.customer, |customer| {
            if customer.password() != &proven {
                return Err(VerifyEmailError::WrongPassword);
            }
            let (customer, events) = customer.verify();
            Ok(AccountChange::of(customer, events))
        });
        verified.await?.map(|_| ()).ok_or(VerifyEmailError::InvalidToken)
    }
}
