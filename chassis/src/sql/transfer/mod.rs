//! Moves all rows of one context from one engine to another: for backups, for restoring them, and for growing from SQLite
//! onto PostgreSQL (or back).
//!
//! ```text
//! Snapshot::pin(source)  one moment of a living database, held while it is read
//!     .tables()          the tables that hold facts; nothing that only one engine needs, nothing of the moment (leases)
//!     .digest()          rows and SHA-256 of each table, in the order of its key
//! copy(snapshot, target) everything in one transaction: the same rows, proven by the same digests, or nothing
//! ```
//! The digest of a table does not depend on the engine: values are written one after the other with their kind and
//! length, columns by name, rows by key.

mod copy;
mod digest;
mod shape;
mod snapshot;

use std::path::PathBuf;

pub use copy::{CopyError, copy};
pub use digest::TableDigest;
pub use snapshot::{Messages, Snapshot};

use super::PostgresSettings;

/// Where a context's tables are.
#[derive(Clone)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A schema on a PostgreSQL server.
    Schema(PostgresSettings),
}

/// Tables that are not copied: they speak of the moment, of processes, or of the engine itself.
const LEFT_BEHIND: [&str; 3] = ["schema_migration", "lease", "replay"];
