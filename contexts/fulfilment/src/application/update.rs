//! One change of the warehouse, repeated when another change was committed first.

use std::sync::Arc;

use shared_kernel::{Cause, StoreError, retry_on_conflict};

use crate::domain::{Refusal, StockTransaction};
use crate::ports::{Decide, Keys, Warehouse};

/// Why the warehouse was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// The domain does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store did not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const MAX_ATTEMPTS: u32 = 5;

/// Lets `decide` work on the rows named by `keys`, and commits what it changed together with the mark on `cause`.
///
/// # Errors
/// A refusal, or an error of [`Warehouse::update`]; [`StoreError::Stale`] only after five attempts.
pub(super) async fn update(
    warehouse: &dyn Warehouse,
    keys: Keys,
    cause: Option<Cause>,
    decide: impl Fn(&mut StockTransaction) -> Result<(), Refusal> + Send + Sync + 'static,
) -> Result<StockTransaction, UpdateError> {
    let decide: Decide = Arc::new(decide);
    let attempt = || warehouse.update(keys.clone(), Arc::clone(&decide), cause.clone());
    Ok(retry_on_conflict(MAX_ATTEMPTS, attempt).await??)
}

/// The same for a decision that has an answer to everything and refuses nothing.
pub(super) async fn update_always(
    warehouse: &dyn Warehouse,
    keys: Keys,
    cause: Option<Cause>,
    decide: impl Fn(&mut StockTransaction) + Send + Sync + 'static,
) -> Result<(), StoreError> {
    let always = move |transaction: &mut StockTransaction| {
        decide(transaction);
        Ok(())
    };
    match update(warehouse, keys, cause, always).await {
        Ok(_) | Err(UpdateError::Refused(_)) => Ok(()),
        Err(UpdateError::Store(error)) => Err(error),
    }
}
