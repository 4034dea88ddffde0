//! A customer changes their name or shipping address.

use std::sync::Arc;

use shared_kernel::{Address, CustomerId, Role, StoreError};

use crate::application::change_account::change_account;
use crate::domain::{Customer, PersonName};
use crate::ports::{Account, AccountChange, Accounts};

#[derive(Debug, Clone)]
pub struct EditProfileCommand {
    pub customer: CustomerId,
    /// The role that the caller acts with: an API key may have less than its owner, and then it does not change the
    /// account.
    pub by: Role,
    pub name: PersonName,
    /// Where their parcels go; `None` if nowhere yet.
    pub shipping_address: Option<Address>,
}

/// Why the profile stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum EditProfileError {
    /// They are not there any more.
    #[error("there is no such customer")]
    NoSuchCustomer,
    /// Asked with a key that may do less than its owner.
    #[error("this key may do less than its owner, so it cannot change the account")]
    LessThanOwner,
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct EditProfile {
    accounts: Arc<dyn Accounts>,
}

impl EditProfile {
    pub(crate) fn new(accounts: Arc<dyn Accounts>) -> Self {
        Self { accounts }
    }

    /// Answers with the customer after the change.
    pub async fn execute(&self, command: EditProfileCommand) -> Result<Customer, EditProfileError> {
        let changed = change_account(self.accounts.as_ref(), command.customer, |customer| {
            if command.by < customer.role() {
                return Err(EditProfileError::LessThanOwner);
            }
            let (customer, events) = customer.edit_profile(command.name.clone(), command.shipping_address.clone());
            Ok(AccountChange::of(customer, events))
        });
        match changed.await?.map(|change| change.account) {
            Some(Account::Kept(customer)) => Ok(*customer),
            Some(Account::Erased(_)) | None => Err(EditProfileError::NoSuchCustomer),
        }
    }
}
