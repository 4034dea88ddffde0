//! An administrator changes the role of an account.

use std::sync::Arc;

use shared_kernel::{CustomerId, Role, StoreError};

use crate::application::change_account::change_account;
use crate::domain::{Customer, OwnRoleRefused};
use crate::ports::{Account, AccountChange, Accounts};

/// Why the role stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangeRoleError {
    #[error("there is no such customer")]
    NoSuchCustomer,
    /// The rules forbid it.
    #[error(transparent)]
    Refused(#[from] OwnRoleRefused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How it went.
#[derive(Debug)]
pub struct RoleChange {
    /// With the new role.
    pub customer: Customer,
    /// `false` if they had that role before.
    pub changed: bool,
}

pub struct ChangeRole {
    accounts: Arc<dyn Accounts>,
}

impl ChangeRole {
    pub(crate) fn new(accounts: Arc<dyn Accounts>) -> Self {
        Self { accounts }
    }

    /// Gives `customer` the role; `by` is the administrator who wants it. Holds from the next request on.
    pub async fn execute(
        &self,
        customer: CustomerId,
        role: Role,
        by: CustomerId,
    ) -> Result<RoleChange, ChangeRoleError> {
        let changed = change_account(self.accounts.as_ref(), customer, |customer| {
            let (customer, events) = customer.change_role(role, Some(by))?;
            Ok::<_, ChangeRoleError>(AccountChange::of(customer, events))
        });
        let Some(AccountChange { account: Account::Kept(customer), events, .. }) = changed.await? else {
            return Err(ChangeRoleError::NoSuchCustomer);
        };
        Ok(RoleChange { customer: *customer, changed: !events.is_empty() })
    }
}
