//! A context's database: one writer that commits in groups, a few readers, migrations.
//!
//! ```text
//! database.write(job)  ->  queue  ->  writer: BEGIN IMMEDIATE, job, job, job, COMMIT  ->  answers
//! database.read(job)   ->  one of two read-only connections
//! ```
//! A job is a closure over a [`Tx`]. Many jobs share one commit, and so one flush to disk: that is what makes full
//! durability cheap. If a job fails after it has changed a row, the whole batch is rolled back and each of its jobs is
//! run again in a transaction of its own; therefore a job may run twice and must have no effect outside its `Tx`.
//!
//! Statements are constants with `$1..$n` placeholders, values are integers, texts and bytes (see [`Value`]), so that
//! one text serves every engine. There is no query builder and no mapping layer on purpose.

mod database;
mod migrate;
mod tx;
mod value;
mod writer;

pub use database::Database;
pub use migrate::Migration;
pub use tx::{Row, Tx};
pub use value::{Column, IntoValue, Params, Value};

/// Makes the parameters of a statement: `params![order.uuid(), 5_i64, "text", None::<i64>]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::sql::IntoValue::into_value($value)),*]
    };
}
