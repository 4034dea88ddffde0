//! Moves all rows of one context from one engine to another: for backups, for restoring them, and for growing from SQLite
//! onto PostgreSQL (or back).
//!
//! ```text
//! Snapshot::pin_all(..)       one moment of several living databases, held while they are read
//!     .digest()               rows and SHA-256 of each table, in the order of its key
//! Target::look(location)      whether there is nothing yet, or what an interrupted transfer has left
//!     .take()                 makes the tables, and notes that they are not to be used yet
//!     .fill(snapshot)         everything in one transaction: the same rows, proven by the same digests, or nothing
//!     .restore(snapshot)      the same, and what a database must forget that has gone back in time
//!     .finish()               takes the note away
//! ```
//! The digest of a table does not depend on the engine: values are written one after the other with their kind and
//! length, columns by name, rows by key. What only one engine needs is not moved, nor what is of the moment (leases), nor
//! what follows from the rest (tables called `.._search`, which their owner builds again, and columns called `derived_..`,
//! which triggers keep up).

mod digest;
mod file;
mod note;
mod rows;
mod session;
mod shape;
mod snapshot;
mod target;
mod write_lock;

use std::path::PathBuf;

use shared_kernel::StoreError;

pub use digest::TableDigest;
pub use file::problems_in_file;
pub use snapshot::{Snapshot, Version};
pub use target::{Standing, Target, TransferError};
pub use write_lock::WriteLock;

use super::{Database, PostgresSettings};
use crate::params;

/// Where a context's tables are.
#[derive(Clone)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A schema on a PostgreSQL server.
    Schema(PostgresSettings),
}

/// Tables that are not copied: they describe running processes or the engine itself.
const EXCLUDED_TABLES: [&str; 3] = ["schema_migration", "lease", "replay"];

/// Whether rows of this table move.
fn moves(table: &str) -> bool {
    !EXCLUDED_TABLES.contains(&table) && !is_derived(table)
}

/// Whether a table follows from others.
fn is_derived(table: &str) -> bool {
    table.ends_with("_search")
}

/// The mark of a restored database, with the moment at which its backup was taken. A context that works with external
/// services has to ask them what it has missed since, and then removes the mark.
pub const RESTORED: &str = "restored";

/// The mark of when that was done: what others heard before then may come from the lost shop.
pub const RESTORED_AT: &str = "restored_at";

/// Whether rows are still on their way into this database, so that it must not be used yet.
pub async fn is_unfinished(database: &Database) -> Result<bool, StoreError> {
    let noted =
        database.read(|tx| Box::pin(async move { Ok(tx.fetch_optional(note::NOTED, params![]).await?.is_some()) }));
    noted.await
}
