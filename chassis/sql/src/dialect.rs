//! The two engines, by name.

/// Which engine keeps the data; for the few statements that must be written differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A file of this process.
    Sqlite,
    /// A schema on a server.
    Postgres,
}
