//! A customer follows the link of a reset mail and chooses a new password.

use std::sync::Arc;

use shared_kernel::{Clock, StoreError};

use crate::application::begin_session::BeginSession;
use crate::application::change_account::change_account;
use crate::domain::{FieldError, NewPassword, Purpose, Token};
use crate::ports::{AccountChange, Accounts, HashingError, MailTokens, PasswordHasher, SessionsAfter, SpentToken};

/// Why the password stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ResetPasswordError {
    /// We did not mail such a link, or too long ago, or it was followed before.
    #[error("this link is not valid any more")]
    InvalidToken,
    /// The new password would be guessed from the account itself.
    #[error(transparent)]
    Guessable(#[from] FieldError),
    #[error(transparent)]
    Hashing(#[from] HashingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct ResetPassword {
    accounts: Arc<dyn Accounts>,
    tokens: Arc<dyn MailTokens>,
    hasher: Arc<dyn PasswordHasher>,
    begin: BeginSession,
    clock: Arc<dyn Clock>,
}

impl ResetPassword {
    pub(crate) fn new(
        accounts: Arc<dyn Accounts>,
        tokens: Arc<dyn MailTokens>,
        hasher: Arc<dyn PasswordHasher>,
        begin: BeginSession,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { accounts, tokens, hasher, begin, clock }
    }

    /// Sets the password, ends all sessions, and takes the address as verified, since its owner has read our mail. The
    /// browser is known from now on, by the token in the answer: so the owner gets in on a new one, too, however busy others
    /// are guessing.
    pub async fn execute(
        &self,
        presented: &str,
        password: &NewPassword,
        device: Option<Token>,
    ) -> Result<Token, ResetPasswordError> {
        let hash = Token::parse(presented).ok_or(ResetPasswordError::InvalidToken)?.hash();
        let found = self.tokens.find(&hash, Purpose::ResetPassword).await?;
        let now = self.clock.now();
        let token = found.filter(|token| token.is_live(now)).ok_or(ResetPasswordError::InvalidToken)?;
        let customer = self.accounts.find(token.customer).await?.ok_or(ResetPasswordError::InvalidToken)?;
        let password = password.clone().unlike(&customer.own_words())?;
        let password = self.hasher.hash(&password).await?;
        let changed = change_account(self.accounts.as_ref(), token.customer, |customer| {
            let (customer, mut events) = customer.change_password(password.clone());
            let (customer, verified) = customer.verify();
            events.extend(verified);
            Ok::<_, StoreError>(AccountChange {
                sessions: SessionsAfter::End,
                spent: Some(SpentToken { hash, purpose: Purpose::ResetPassword }),
                ..AccountChange::of(customer, events)
            })
        });
        match changed.await {
            Err(StoreError::Conflict(_)) => return Err(ResetPasswordError::InvalidToken),
            other => other?.ok_or(ResetPasswordError::InvalidToken)?,
        };
        Ok(self.begin.mark_device_known(token.customer, device).await?)
    }
}
