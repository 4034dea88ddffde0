//! An administrator gives somebody a role, or takes it away.

use std::sync::Arc;

use shared_kernel::{CustomerId, Role, StoreError};

use super::revise::revise;
use crate::domain::{AppointRefused, Customer};
use crate::ports::{Account, AccountChange, Accounts};

/// Why the role stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum AppointError {
    /// Nobody has that id.
    #[error("there is no such customer")]
    NoSuchCustomer,
    /// The rules forbid it.
    #[error(transparent)]
    Refused(#[from] AppointRefused),
    /// No store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The account as it is now.
#[derive(Debug)]
pub struct Appointed {
    /// Its owner.
    pub customer: Customer,
    /// `false` if they had that role before.
    pub changed: bool,
}

/// Appoints staff and administrators.
pub struct Appoint {
    /// Where accounts are kept.
    pub accounts: Arc<dyn Accounts>,
}

impl Appoint {
    /// Gives `customer` the role; `by` is the administrator who wants it. Holds from the next request on.
    ///
    /// # Errors
    /// [`AppointError`].
    pub async fn execute(&self, customer: CustomerId, role: Role, by: CustomerId) -> Result<Appointed, AppointError> {
        let changed = revise(self.accounts.as_ref(), customer, |customer| {
            let (customer, events) = customer.appoint(role, Some(by))?;
            Ok::<_, AppointError>(AccountChange::of(customer, events))
        });
        let Some(AccountChange { account: Account::Kept(customer), events, .. }) = changed.await? else {
            return Err(AppointError::NoSuchCustomer);
        };
        Ok(Appointed { customer: *customer, changed: !events.is_empty() })
    }
}
