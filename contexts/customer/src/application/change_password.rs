//! Somebody who knows his password wants another one.

use std::sync::Arc;

use secrecy::SecretString;
use shared_kernel::{Clock, CustomerId, Ids, StoreError};

use super::log_in::LoggedIn;
use super::revise::revise;
use crate::domain::{DelayPolicy, Delayed, FieldError, Fingerprint, NewPassword, Session, SessionPolicy, Token};
use crate::ports::{AccountChange, Accounts, HashingError, LoginDelays, PasswordHasher, SessionsAfter};

/// What somebody fills in.
#[derive(Debug, Clone)]
pub struct ChangePasswordCommand {
    /// Who.
    pub customer: CustomerId,
    /// The password that he has.
    pub current: SecretString,
    /// The password that he wants.
    pub new: NewPassword,
}

/// Why the password stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// He does not know his password, or is not there any more.
    #[error("the present password is wrong")]
    WrongPassword,
    /// Too many failures: this, too, would be a way to guess.
    #[error(transparent)]
    Delayed(#[from] Delayed),
    /// The new password would be guessed from the account itself.
    #[error(transparent)]
    Guessable(#[from] FieldError),
    /// No hash.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// No store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes passwords.
pub struct ChangePassword {
    /// Where accounts are kept.
    pub accounts: Arc<dyn Accounts>,
    /// Where failures are kept.
    pub delays: Arc<dyn LoginDelays>,
    /// What checks and hashes.
    pub hasher: Arc<dyn PasswordHasher>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub ids: Arc<dyn Ids>,
    /// How long sessions live.
    pub policy: SessionPolicy,
    /// How failures turn into waiting.
    pub delay: DelayPolicy,
}

impl ChangePassword {
    /// Sets the password, ends all sessions everywhere, and begins a new one for whoever asked.
    ///
    /// # Errors
    /// [`ChangePasswordError`].
    pub async fn execute(&self, command: ChangePasswordCommand) -> Result<LoggedIn, ChangePasswordError> {
        let found = self.accounts.find(command.customer).await?;
        let customer = found.ok_or(ChangePasswordError::WrongPassword)?;
        let account = Fingerprint::of(customer.email().as_str());
        self.delays.charge(&account, self.delay, self.clock.now()).await??;
        if !self.hasher.verify(&command.current, Some(customer.password())).await? {
            return Err(ChangePasswordError::WrongPassword);
        }
        let new = command.new.unlike(&customer.own_words())?;
        let password = self.hasher.hash(&new).await?;
        let token = Token::of(&self.ids.secret());
        let session = Session::start(token.hash(), customer.id(), self.clock.now());
        let lifetime = self.policy.of(customer.role());
        let expires_at = session.ends_at(lifetime);
        let proven = customer.password().clone();
        let changed = revise(self.accounts.as_ref(), customer.id(), |customer| {
            if customer.password() != &proven {
                return Err(ChangePasswordError::WrongPassword);
            }
            let (customer, events) = customer.change_password(password.clone());
            let sessions = SessionsAfter::Replace(session.clone());
            Ok(AccountChange { sessions, ..AccountChange::of(customer, events) })
        });
        changed.await?.ok_or(ChangePasswordError::WrongPassword)?;
        self.delays.forget(&account).await?;
        Ok(LoggedIn { token, expires_at, lasts: lifetime.absolute, customer })
    }
}
