//! An operator creates a user: the first administrator, demo customers, or a user named on the command line.

use std::sync::Arc;

use secrecy::SecretString;
use shared_kernel::{Clock, CustomerId, Ids, Role, StoreError};

use crate::application::change_account::change_account;
use crate::domain::{
    Customer, CustomerParts, EmailAddress, FieldError, NewPassword, OwnRoleRefused, PasswordHash, PersonName,
};
use crate::ports::{AccountChange, Accounts, HashingError, PasswordHasher, SessionsAfter};

/// Whom to enter.
#[derive(Debug, Clone)]
pub struct CreateUserCommand {
    pub email: EmailAddress,
    /// The password, as it was given: looked at only where it is going to be set, so that a shop whose settings still
    /// name a weak one for an account that exists goes on starting.
    pub password: SecretString,
    /// Their name, if they are new.
    pub name: PersonName,
    /// What they may do.
    pub role: Role,
    /// Whether the operator vouches for the address.
    pub verified: bool,
    /// Whether an existing user gets this password, too, and has to log in again everywhere.
    pub reset_password: bool,
}

/// Why no user was created.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// The rules forbid it.
    #[error(transparent)]
    Refused(#[from] OwnRoleRefused),
    /// The password will not do.
    #[error(transparent)]
    Password(#[from] FieldError),
    #[error(transparent)]
    Hashing(#[from] HashingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct CreateUser {
    accounts: Arc<dyn Accounts>,
    hasher: Arc<dyn PasswordHasher>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl CreateUser {
    pub(crate) fn new(
        accounts: Arc<dyn Accounts>,
        hasher: Arc<dyn PasswordHasher>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self { accounts, hasher, clock, ids }
    }

    /// Creates the user, or raises the existing user with that address to the role and, if the operator vouches for it,
    /// marks the address as verified. An existing user keeps a higher role, password and name, so that the command may
    /// be repeated at every start of the shop. But an account that was never verified may have been created by
    /// another person than the owner of the address: when the operator vouches for it, the operator's password replaces the one chosen
    /// there, and its sessions end. The same happens when the operator asks for it, because a password was lost.
    pub async fn execute(&self, command: CreateUserCommand) -> Result<CustomerId, CreateUserError> {
        if let Some(known) = self.accounts.find_by_email(&command.email).await? {
            return self.adjust(&known, &command).await;
        }
        let (customer, events) = Customer::register(CustomerParts {
            id: CustomerId::new(self.ids.uuid()),
            version: 0,
            email: command.email.clone(),
            name: command.name.clone(),
            password: self.hash(&command, &[command.email.as_str(), command.name.first(), command.name.last()]).await?,
            shipping_address: None,
            verified: command.verified,
            role: command.role,
            registered_at: self.clock.now(),
        });
        match self.accounts.commit(AccountChange::of(customer.clone(), events)).await {
            Ok(()) => Ok(customer.id()),
            Err(StoreError::Conflict(_)) => {
                let known = self.accounts.find_by_email(&command.email).await?.ok_or(StoreError::Stale)?;
                self.adjust(&known, &command).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn hash(&self, command: &CreateUserCommand, own: &[&str]) -> Result<PasswordHash, CreateUserError> {
        let password = NewPassword::parse(&command.password)?.unlike(own)?;
        Ok(self.hasher.hash(&password).await?)
    }

    async fn adjust(&self, known: &Customer, command: &CreateUserCommand) -> Result<CustomerId, CreateUserError> {
        let is_wanted = |customer: &Customer| command.reset_password || command.verified && !customer.is_verified();
        let password = if is_wanted(known) { Some(self.hash(command, &known.own_words()).await?) } else { None };
        let adjusted = change_account(self.accounts.as_ref(), known.id(), |customer| {
            let password = password.clone().filter(|_| is_wanted(&customer));
            let role = command.role.max(customer.role());
            let (customer, mut events) = customer.change_role(role, None)?;
            let (customer, verified) = if command.verified { customer.verify() } else { (customer, vec![]) };
            events.extend(verified);
            let Some(password) = password else {
                return Ok::<_, CreateUserError>(AccountChange::of(customer, events));
            };
            let (customer, changed) = customer.change_password(password);
            events.extend(changed);
            Ok(AccountChange { sessions: SessionsAfter::End, ..AccountChange::of(customer, events) })
        });
        adjusted.await?;
        Ok(known.id())
    }
}
