//! In which currency a database counts. It is written down when a shop starts for the first time and never changes: amounts
//! are bare numbers of its minor units, so another currency would make other sums of them.

use shared_kernel::{Currency, StoreError, Timestamp};

use super::migrate::hold_alone;
use super::{Database, Tx};
use crate::params;

/// The mark that carries the code.
const PREFIX: &str = "currency:";

/// Why a database cannot be used with the shop's settings.
#[derive(Debug, thiserror::Error)]
pub enum CurrencyError {
    /// It was made with another currency.
    #[error(
        "these data are in {recorded}, but STORE_CURRENCY is {set}: set STORE_CURRENCY={recorded} again, or start the \
         shop in {set} with a data folder or database of its own"
    )]
    Differs {
        /// What the database counts in.
        recorded: String,
        /// What the settings say.
        set: Currency,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Database {
    /// Writes the currency down when nothing is written yet, and compares it otherwise. A database of a version that wrote
    /// nothing down is taken to count in what `existing` selects as `currency`, if anything.
    ///
    /// # Errors
    /// [`CurrencyError::Differs`] when the database counts in another one.
    pub async fn keep_currency(
        &self,
        currency: Currency,
        existing: &'static str,
        now: Timestamp,
    ) -> Result<(), CurrencyError> {
        let schema = self.schema().map(str::to_owned);
        let recorded = self.write(move |tx| {
            let schema = schema.clone();
            Box::pin(async move {
                // Two processes that start together must not write down two currencies.
                hold_alone(tx, schema).await?;
                if let Some(recorded) = recorded(tx).await? {
                    return Ok(recorded);
                }
                let found = tx.fetch_optional(existing, params![]).await?;
                let found: Option<String> = found.map(|row| row.get("currency")).transpose()?;
                let code = found.unwrap_or_else(|| currency.code().to_owned());
                let mark = "INSERT INTO marker (name, made_at) VALUES ($1, $2)";
                tx.execute(mark, params![format!("{PREFIX}{code}"), now]).await?;
                Ok(code)
            })
        });
        let recorded = recorded.await?;
        if recorded == currency.code() { Ok(()) } else { Err(CurrencyError::Differs { recorded, set: currency }) }
    }
}

async fn recorded(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    let row = tx.fetch_optional("SELECT name FROM marker WHERE name LIKE 'currency:%'", params![]).await?;
    let name: Option<String> = row.map(|row| row.get("name")).transpose()?;
    Ok(name.and_then(|name| name.strip_prefix(PREFIX).map(str::to_owned)))
}
