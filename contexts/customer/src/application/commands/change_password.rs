//! A customer who knows their password chooses another one.

use std::sync::Arc;

use secrecy::SecretString;
use shared_kernel::{CustomerId, StoreError};

use crate::application::begin_session::{BeginSession, LoggedIn};
use crate::application::change_account::change_account;
use crate::application::check_identity::{CheckIdentity, CheckIdentityError};
use crate::domain::{BegunFrom, FieldError, NewPassword, TokenHash};
use crate::ports::{AccountChange, Accounts, HashingError, PasswordHasher, Sessions, SessionsAfter};

#[derive(Debug, Clone)]
pub struct ChangePasswordCommand {
    pub customer: CustomerId,
    /// The hash of the credential that the request is authenticated by: failures are counted by it.
    pub credential: TokenHash,
    /// The password that they have.
    pub current: SecretString,
    pub begun_from: BegunFrom,
    /// The password that they want.
    pub new: NewPassword,
}

/// Why the password stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    #[error(transparent)]
    NotConfirmed(#[from] CheckIdentityError),
    /// The new password would be guessed from the account itself.
    #[error(transparent)]
    Guessable(#[from] FieldError),
    #[error(transparent)]
    Hashing(#[from] HashingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct ChangePassword {
    accounts: Arc<dyn Accounts>,
    sessions: Arc<dyn Sessions>,
    identity: CheckIdentity,
    begin: BeginSession,
    hasher: Arc<dyn PasswordHasher>,
}

impl ChangePassword {
    pub(crate) fn new(
        accounts: Arc<dyn Accounts>,
        sessions: Arc<dyn Sessions>,
        identity: CheckIdentity,
        begin: BeginSession,
        hasher: Arc<dyn PasswordHasher>,
    ) -> Self {
        Self { accounts, sessions, identity, begin, hasher }
    }

    /// Sets the password, ends all sessions everywhere, and begins a new one for the caller.
    pub async fn execute(&self, command: ChangePasswordCommand) -> Result<LoggedIn, ChangePasswordError> {
        let customer = self.identity.owner(command.customer, &command.current, &command.credential).await?;
        let new = command.new.unlike(&customer.own_words())?;
        let password = self.hasher.hash(&new).await?;
        let before = self.sessions.identify(&command.credential).await?;
        let second_factor = before.is_some_and(|(session, _)| session.second_factor);
        let (id, proven) = (customer.id(), customer.password().clone());
        let (session, logged_in) = self.begin.new_session(customer, command.begun_from, second_factor);
        let changed = change_account(self.accounts.as_ref(), id, |customer| {
            // Another request changed it since it was checked.
            if customer.password() != &proven {
                return Err(CheckIdentityError::WrongPassword.into());
            }
            let (customer, events) = customer.change_password(password.clone());
            let sessions = SessionsAfter::Replace(session.clone());
            Ok::<_, ChangePasswordError>(AccountChange { sessions, ..AccountChange::of(customer, events) })
        });
        changed.await?.ok_or(CheckIdentityError::WrongPassword)?;
        Ok(logged_in)
    }
}
