//! How one account is changed: load, decide, commit, and again if another change came first.

use shared_kernel::{CustomerId, StoreError};

use crate::domain::Customer;
use crate::ports::{AccountChange, Accounts};

/// Tries in all. A customer's record is changed by one person at a time, so conflicts are rare.
const MAX_ATTEMPTS: u32 = 4;

/// Lets `decide` change a customer and returns the change; `None` if there is no such customer.
pub(super) async fn change_account<E, D>(
    accounts: &dyn Accounts,
    id: CustomerId,
    decide: D,
) -> Result<Option<AccountChange>, E>
where
    E: From<StoreError>,
    D: Fn(Customer) -> Result<AccountChange, E> + Send + Sync,
{
    let decide = &decide;
    let attempt = || async move {
        let Some(customer) = accounts.find(id).await? else { return Ok(None) };
        let decided = decide(customer);
        if let Ok(change) = &decided
            && !change.is_unchanged()
        {
            accounts.commit(change.clone()).await?;
        }
        Ok::<_, StoreError>(Some(decided))
    };
    shared_kernel::retry_on_conflict(MAX_ATTEMPTS, attempt).await?.transpose()
}
