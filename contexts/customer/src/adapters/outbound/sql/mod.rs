//! The stores of this context over SQL. One text of every statement for every engine.
//!
//! On PostgreSQL units of work run side by side. Whatever belongs to a customer is decided and changed under their row,
//! which [`hold`] locks first: a change of theirs, a session that begins, a link that is mailed, a key that is made. So
//! a token is spent once, the limit of mailed links holds, and no login succeeds with a password that is being
//! replaced, or after they were erased. Then come their tokens, keys and sessions, several of one kind in the order of
//! their keys. An address has one customer because it is unique. A failed login is counted under its own row; the first
//! one meets another first one at the key and is counted again. All other writes are one statement on one row;
//! housekeeping holds one kind of rows at a time. A transaction that holds a row never waits for one that is locked
//! before it, so there are no deadlocks.

use chassis::messaging::Recorder;
use chassis::params;
use chassis::sql::{Database, Migration, Tx};
use shared_kernel::{CustomerId, StoreError};

use crate::domain::PasswordHash;

mod accounts;
mod api_keys;
mod audit;
mod housekeeping;
mod known_devices;
mod login_challenges;
mod login_delays;
mod mail_tokens;
mod rows;
mod second_factors;
mod sessions;

/// How the context's tables came to be.
pub const MIGRATIONS: &[Migration] = &[
    chassis::migration!("../../../../../../migrations/customer", 1, "0001_customers.sql", "customers"),
    chassis::migration!(
        "../../../../../../migrations/customer",
        2,
        "0002_devices_and_factors.sql",
        "devices and second factors"
    ),
    chassis::migration!("../../../../../../migrations/customer", 3, "0003_expiry.sql", "expiry"),
];

/// Keeps customers and everything around them.
#[derive(Clone)]
pub struct SqlCustomers {
    database: Database,
    recorder: Recorder,
}

impl SqlCustomers {
    /// Keeps them in a database that has the context's tables.
    pub fn new(database: Database, recorder: Recorder) -> Self {
        Self { database, recorder }
    }

    /// Brings the tables up to date.
    pub async fn migrate(database: &Database) -> Result<(), StoreError> {
        database.migrate("customer", MIGRATIONS).await
    }
}

const HOLD: &str = "SELECT password_hash FROM customer WHERE id = $1 AND erased_at IS NULL";

/// Keeps a customer and everything that belongs to them as they are until the commit; answers with their password, `None` if there is no
/// such customer any more.
async fn hold(tx: &mut Tx, id: CustomerId) -> Result<Option<PasswordHash>, StoreError> {
    let found = tx.fetch_for_update(HOLD, params![id]).await?;
    found.first().map(|row| row.get::<String>("password_hash").map(PasswordHash::new)).transpose()
}
