//! Somebody logs in.
//!
//! An unknown address and a wrong password get the same answer after the same work. Guessing is slowed down per address,
//! known or not; nobody is ever locked out.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use shared_kernel::{Clock, Ids, StoreError, Timestamp};

use crate::domain::{
    Customer, DelayPolicy, Delayed, EmailAddress, Fingerprint, Session, SessionPolicy, Token, TokenHash,
};
use crate::ports::{Accounts, HashingError, LoginDelays, PasswordHasher, Sessions};

/// What somebody types.
#[derive(Debug, Clone)]
pub struct LogInCommand {
    /// Any text.
    pub email: String,
    /// Any text.
    pub password: SecretString,
    /// The session that the browser brought along: it ends, for a token must not outlive a login.
    pub instead_of: Option<TokenHash>,
}

/// Why nobody is logged in.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// No such account, or not its password; nobody is told which.
    #[error("e-mail address or password is wrong")]
    WrongCredentials,
    /// Too many failures; the password was not looked at.
    #[error(transparent)]
    Delayed(#[from] Delayed),
    /// No hash.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// No store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody is logged in.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// The session's token, which nobody will see again.
    pub token: Token,
    /// When the session ends at the latest.
    pub expires_at: Timestamp,
    /// How long that is from now.
    pub lasts: Duration,
    /// Who.
    pub customer: Customer,
}

/// Logs people in.
pub struct LogIn {
    /// Where accounts are kept.
    pub accounts: Arc<dyn Accounts>,
    /// Where sessions are kept.
    pub sessions: Arc<dyn Sessions>,
    /// Where failures are kept.
    pub delays: Arc<dyn LoginDelays>,
    /// What checks the password.
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

impl LogIn {
    /// Begins a session with a token that was never used before.
    ///
    /// # Errors
    /// [`LogInError`].
    pub async fn execute(&self, command: LogInCommand) -> Result<LoggedIn, LogInError> {
        let account = Fingerprint::of(&command.email);
        self.delays.charge(&account, self.delay, self.clock.now()).await??;
        let found = match EmailAddress::known(&command.email) {
            Ok(email) => self.accounts.find_by_email(&email).await?,
            Err(_) => None,
        };
        let right = self.hasher.verify(&command.password, found.as_ref().map(Customer::password)).await?;
        let customer = found.filter(|_| right).ok_or(LogInError::WrongCredentials)?;
        let token = Token::of(&self.ids.secret());
        let session = Session::start(token.hash(), customer.id(), self.clock.now());
        let lifetime = self.policy.of(customer.role());
        let expires_at = session.ends_at(lifetime);
        match self.sessions.open(session, customer.password(), command.instead_of).await {
            Err(StoreError::Stale) => return Err(LogInError::WrongCredentials),
            opened => opened?,
        }
        self.delays.forget(&account).await?;
        Ok(LoggedIn { token, expires_at, lasts: lifetime.absolute, customer })
    }
}
