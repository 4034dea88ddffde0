//! A customer is erased, as the law on personal data grants them.
//!
//! Only this context forgets here: account, sessions, keys, links, and every message that names them. Orders hear of it by
//! `store.customer.erased.v1` and forget when they are at rest; dispatch and reports hear of that from the orders.

use std::sync::Arc;

use secrecy::SecretString;
use shared_kernel::{Clock, CustomerId, StoreError};

use crate::application::change_account::change_account;
use crate::application::check_identity::{CheckIdentity, CheckIdentityError};
use crate::domain::{EraseRefused, TokenHash};
use crate::ports::{Account, AccountChange, Accounts, SessionsAfter};

/// Why no customer was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseCustomerError {
    #[error("there is no such customer")]
    NoSuchCustomer,
    #[error(transparent)]
    NotConfirmed(#[from] CheckIdentityError),
    /// The rules forbid it.
    #[error(transparent)]
    Refused(#[from] EraseRefused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct EraseCustomer {
    accounts: Arc<dyn Accounts>,
    identity: CheckIdentity,
    clock: Arc<dyn Clock>,
}

impl EraseCustomer {
    pub(crate) fn new(accounts: Arc<dyn Accounts>, identity: CheckIdentity, clock: Arc<dyn Clock>) -> Self {
        Self { accounts, identity, clock }
    }

    /// The owner erases the account, and proves with the password who they are. Failures are counted by the hash of the
    /// credential that the request is authenticated by.
    pub async fn by_owner(
        &self,
        id: CustomerId,
        password: &SecretString,
        credential: &TokenHash,
    ) -> Result<(), EraseCustomerError> {
        let owner = self.identity.owner(id, password, credential).await?;
        self.by_request(owner.id()).await
    }

    /// An administrator erases a customer who asked for it.
    pub async fn by_request(&self, id: CustomerId) -> Result<(), EraseCustomerError> {
        let now = self.clock.now();
        let erased = change_account(self.accounts.as_ref(), id, |customer| {
            let (erased, events) = customer.erase(now)?;
            let (account, sessions) = (Account::Erased(erased), SessionsAfter::End);
            Ok::<_, EraseCustomerError>(AccountChange { account, events, tasks: vec![], sessions, spent: None })
        });
        erased.await?.map(|_| ()).ok_or(EraseCustomerError::NoSuchCustomer)
    }
}
