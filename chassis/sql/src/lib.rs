//! A context's database: units of work, plain statements, migrations; on SQLite or PostgreSQL.
//!
//! ```text
//! database.write(job)   SQLite:      queue -> one writer: BEGIN IMMEDIATE, job, job, job, COMMIT -> answers
//!                       PostgreSQL:  a connection of the pool: BEGIN, job, COMMIT; again if it lost a race
//! database.read(job)    a read-only connection, or one of the pool
//! ```
//! A job is a closure over a [`Tx`]. It may run more than once, and must have no effect outside its `Tx`: on SQLite many
//! jobs share one commit, and so one flush to disk, and are run again one by one if any of them fails after it has
//! changed a row; on PostgreSQL jobs run side by side, and one that collides with another is run again.
//!
//! Statements are constants with `$1..$n` placeholders, values are integers, texts and bytes (see [`Value`]), so that
//! one text serves both engines; where they must differ, a store asks for the [`Dialect`]. There is no query builder
//! and no mapping layer on purpose. What a job reads in order to decide it reads with [`Tx::fetch_for_update`]: on
//! SQLite there is no other writer meanwhile, on PostgreSQL the rows are locked until the commit.

#![warn(unreachable_pub)]

mod attachments;
mod connections;
mod currency;
mod database;
mod dialect;
mod listener;
mod migrate;
mod postgres;
mod server_clock;
mod spans;
mod sqlite;
pub mod transfer;
mod tx;
mod value;
mod wakers;
mod work;

pub use currency::CurrencyError;
pub use database::Database;
pub use dialect::Dialect;
pub use migrate::Migration;
pub use postgres::PostgresSettings;
pub use tx::{Row, Tx};
pub use value::{Column, IntoValue, Params, Value};
pub use work::Work;

/// Makes the parameters of a statement: `params![order.uuid(), 5_i64, "text", None::<i64>]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::IntoValue::into_value($value)),*]
    };
}
