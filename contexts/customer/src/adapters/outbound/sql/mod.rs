//! The stores of this context over SQL. One text of every statement for every engine.

use chassis::messaging::Recorder;
use chassis::sql::{Database, Migration};
use shared_kernel::StoreError;

mod accounts;
mod api_keys;
mod audit;
mod housekeeping;
mod login_delays;
mod mail_tokens;
mod rows;
mod sessions;

/// How the context's tables came to be.
pub const MIGRATIONS: &[Migration] =
    &[chassis::migration!("../../../../../../migrations/customer", 1, "0001_customers.sql", "customers")];

/// Keeps customers and everything around them.
#[derive(Clone)]
pub struct SqlCustomers {
    database: Database,
    recorder: Recorder,
}

impl SqlCustomers {
    /// Keeps them in a database that has the context's tables.
    #[must_use]
    pub fn new(database: Database, recorder: Recorder) -> Self {
        Self { database, recorder }
    }

    /// Brings the tables up to date.
    ///
    /// # Errors
    /// The database's.
    pub async fn migrate(database: &Database) -> Result<(), StoreError> {
        database.migrate("customer", MIGRATIONS).await
    }
}
