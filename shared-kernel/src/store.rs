//! What a store may answer beside success.

/// Why a store did not do as asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another writer changed it since it was loaded: load it again and decide again.
    #[error("another change came first")]
    Stale,
    /// The message that caused this change has had its effect before.
    #[error("this message was handled before")]
    AlreadyHandled,
    /// The worker held the message too long and another one has it now.
    #[error("the lease on the message was lost")]
    LeaseLost,
    /// Something that must be unique exists already; names the thing.
    #[error("{0} exists already")]
    Conflict(&'static str),
    /// A row cannot be what it says it is.
    #[error("row {row} of {table} is corrupt: {problem}")]
    Corrupt {
        /// Where it lies.
        table: &'static str,
        /// Its key.
        row: String,
        /// What is wrong.
        problem: String,
    },
    /// The database did not do its part; worth another try.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// Wraps a failure of the machinery below.
    pub fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(cause.into())
    }
}
