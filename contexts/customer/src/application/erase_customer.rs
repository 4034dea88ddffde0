//! A customer is erased, as the law on personal data grants them.
//!
//! Only this context forgets here: account, sessions, keys, links, and every message that names them. Orders hear of it by
//! `store.customer.erased.v1` and forget when they are at rest; dispatch and reports hear of that from the orders.

use std::sync::Arc;

use secrecy::SecretString;
use shared_kernel::{Clock, CustomerId, StoreError};

use super::retry_on_conflict::retry_on_conflict;
use crate::domain::{DelayPolicy, Delayed, EraseRefused, Fingerprint, LoginLane, TokenHash};
use crate::ports::{Account, AccountChange, Accounts, HashingError, LoginDelays, PasswordHasher, SessionsAfter};

/// Why nobody was erased.
#[derive(Debug, thiserror::Error)]
pub enum EraseCustomerError {
    /// Nobody has that id.
    #[error("there is no such customer")]
    NoSuchCustomer,
    /// They do not know the password.
    #[error("the password is wrong")]
    WrongPassword,
    /// The rules forbid it.
    #[error(transparent)]
    Refused(#[from] EraseRefused),
    /// Too many failures: this, too, would be a way to guess.
    #[error(transparent)]
    Delayed(#[from] Delayed),
    /// No hash.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// No store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct EraseCustomer {
    /// Where accounts are kept.
    pub accounts: Arc<dyn Accounts>,
    /// Where failures are kept.
    pub delays: Arc<dyn LoginDelays>,
    /// What checks the password.
    pub hasher: Arc<dyn PasswordHasher>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How failures turn into waiting.
    pub delay: DelayPolicy,
}

impl EraseCustomer {
    /// The owner erases the account, and proves it with the password. `shown` is what the request is recognised by, hashed:
    /// failures are counted by it.
    pub async fn by_owner(
        &self,
        id: CustomerId,
        password: &SecretString,
        shown: &TokenHash,
    ) -> Result<(), EraseCustomerError> {
        let customer = self.accounts.find(id).await?.ok_or(EraseCustomerError::NoSuchCustomer)?;
        let lane = LoginLane::own(&Fingerprint::of(customer.email().as_str()), shown);
        self.delays.charge(&lane, self.delay, self.clock.now()).await??;
        if !self.hasher.verify(password, Some(customer.password())).await? {
            return Err(EraseCustomerError::WrongPassword);
        }
        self.by_request(id).await
    }

    /// An administrator erases somebody who asked for it.
    pub async fn by_request(&self, id: CustomerId) -> Result<(), EraseCustomerError> {
        let now = self.clock.now();
        let erased = retry_on_conflict(self.accounts.as_ref(), id, |customer| {
            let (erased, events) = customer.erase(now)?;
            let (account, sessions) = (Account::Erased(erased), SessionsAfter::End);
            Ok::<_, EraseCustomerError>(AccountChange { account, events, tasks: vec![], sessions, spent: None })
        });
        erased.await?.map(|_| ()).ok_or(EraseCustomerError::NoSuchCustomer)
    }
}
