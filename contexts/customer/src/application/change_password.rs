//! A customer who knows their password chooses another one.

use std::sync::Arc;

use secrecy::SecretString;
use shared_kernel::{Clock, CustomerId, Ids, StoreError};

use super::begin_session::LoggedIn;
use super::retry_on_conflict::retry_on_conflict;
use crate::domain::{
    BegunFrom, DelayPolicy, Delayed, FieldError, Fingerprint, LoginLane, NewPassword, Session, SessionPolicy, Token,
    TokenHash,
};
use crate::ports::{AccountChange, Accounts, HashingError, LoginDelays, PasswordHasher, Sessions, SessionsAfter};

/// What somebody fills in.
#[derive(Debug, Clone)]
pub struct ChangePasswordCommand {
    /// Who.
    pub customer: CustomerId,
    /// What they show to be recognised, hashed: failures are counted by it.
    pub shown: TokenHash,
    /// The password that they have.
    pub current: SecretString,
    /// From where.
    pub begun_from: BegunFrom,
    /// The password that they want.
    pub new: NewPassword,
}

/// Why the password stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// They do not know the password, or is not there any more.
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

pub struct ChangePassword {
    /// Where accounts are kept.
    pub accounts: Arc<dyn Accounts>,
    /// Where sessions are kept.
    pub sessions: Arc<dyn Sessions>,
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
    /// Sets the password, ends all sessions everywhere, and begins a new one for the caller.
    pub async fn execute(&self, command: ChangePasswordCommand) -> Result<LoggedIn, ChangePasswordError> {
        let found = self.accounts.find(command.customer).await?;
        let customer = found.ok_or(ChangePasswordError::WrongPassword)?;
        let lane = LoginLane::own(&Fingerprint::of(customer.email().as_str()), &command.shown);
        self.delays.charge(&lane, self.delay, self.clock.now()).await??;
        if !self.hasher.verify(&command.current, Some(customer.password())).await? {
            return Err(ChangePasswordError::WrongPassword);
        }
        let new = command.new.unlike(&customer.own_words())?;
        let password = self.hasher.hash(&new).await?;
        let token = Token::of(&self.ids.secret());
        let begun = Session::start(token.hash(), customer.id(), self.clock.now());
        let before = self.sessions.identify(&command.shown).await?;
        let second_factor = before.is_some_and(|(session, _)| session.second_factor);
        let session = Session { begun_from: command.begun_from, second_factor, ..begun };
        let lifetime = self.policy.of(customer.role());
        let expires_at = session.ends_at(lifetime);
        let proven = customer.password().clone();
        let changed = retry_on_conflict(self.accounts.as_ref(), customer.id(), |customer| {
            if customer.password() != &proven {
                return Err(ChangePasswordError::WrongPassword);
            }
            let (customer, events) = customer.change_password(password.clone());
            let sessions = SessionsAfter::Replace(session.clone());
            Ok(AccountChange { sessions, ..AccountChange::of(customer, events) })
        });
        changed.await?.ok_or(ChangePasswordError::WrongPassword)?;
        self.delays.forget(&lane).await?;
        Ok(LoggedIn { token, expires_at, lasts: lifetime.absolute, customer, device: None })
    }
}
