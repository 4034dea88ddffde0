//! A visitor signs up for an account.
//!
//! The answer does not tell whether the address has an account already: it is the same and takes as long. Only its
//! owner learns, by mail.

use std::sync::Arc;

use shared_kernel::{Address, Clock, Ids, Role, StoreError};

use crate::application::letters::{LetterKind, MailOrder};
use crate::domain::{Customer, CustomerParts, EmailAddress, NewPassword, PersonName};
use crate::ports::{AccountChange, Accounts, HashingError, PasswordHasher};

#[derive(Debug, Clone)]
pub struct SignUpCommand {
    pub email: EmailAddress,
    /// The password that they want.
    pub password: NewPassword,
    pub name: PersonName,
    /// Where their parcels go.
    pub shipping_address: Option<Address>,
}

/// Why no account was created.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    #[error(transparent)]
    Hashing(#[from] HashingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct SignUp {
    accounts: Arc<dyn Accounts>,
    hasher: Arc<dyn PasswordHasher>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl SignUp {
    pub(crate) fn new(
        accounts: Arc<dyn Accounts>,
        hasher: Arc<dyn PasswordHasher>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self { accounts, hasher, clock, ids }
    }

    /// Answers with the account as it was asked for, whether it was made, or one with that address existed before. In
    /// the second case nothing is changed and the owner is notified.
    pub async fn execute(&self, command: SignUpCommand) -> Result<Customer, SignUpError> {
        let password = self.hasher.hash(&command.password).await?;
        let (customer, events) = Customer::register(CustomerParts {
            id: shared_kernel::CustomerId::new(self.ids.uuid()),
            version: 0,
            email: command.email,
            name: command.name,
            password,
            shipping_address: command.shipping_address,
            verified: false,
            role: Role::Customer,
            registered_at: self.clock.now(),
        });
        let order = MailOrder { letter: LetterKind::VerifyEmail, customer: Some(customer.id()) };
        let tasks = vec![order.once_more(self.ids.as_ref())];
        if let Some(owner) = self.accounts.find_by_email(customer.email()).await? {
            self.notify_owner(&owner).await?;
            return Ok(customer);
        }
        let change = AccountChange { tasks, ..AccountChange::of(customer.clone(), events) };
        match self.accounts.commit(change).await {
            Ok(()) => Ok(customer),
            Err(StoreError::Conflict(_)) => {
                let owner = self.accounts.find_by_email(customer.email()).await?.ok_or(StoreError::Stale)?;
                self.notify_owner(&owner).await?;
                Ok(customer)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// An owner who never followed their link gets another one; perhaps the first was lost.
    async fn notify_owner(&self, owner: &Customer) -> Result<(), StoreError> {
        let letter = if owner.is_verified() { LetterKind::AlreadyRegistered } else { LetterKind::VerifyEmail };
        let order = MailOrder { letter, customer: Some(owner.id()) };
        // The second order has no recipient: when the first one is known already, something still has to be stored, or
        // the answer would come too fast.
        let decoy = MailOrder { letter, customer: None };
        let orders = [order.once_an_hour(self.clock.now(), self.ids.as_ref()), decoy.once_more(self.ids.as_ref())];
        self.accounts.schedule(orders.into()).await
    }
}
