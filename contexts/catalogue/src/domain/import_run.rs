//! A file of products that was looked at or imported, and what has to be known to take it back.

use shared_kernel::Timestamp;

use super::text::Handle;

shared_kernel::uuid_id!(
    /// Names an import.
    ImportRunId
);

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportState {
    /// Its preview was made.
    Previewed,
    Applied,
    /// It was applied and taken back.
    Reverted,
}

impl ImportState {
    /// The word in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Previewed => "previewed",
            Self::Applied => "applied",
            Self::Reverted => "reverted",
        }
    }

    /// Reads the word.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Previewed, Self::Applied, Self::Reverted].into_iter().find(|state| state.name() == name)
    }
}

/// A product that an import made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Which one.
    pub handle: Handle,
    /// The version that it had before; 0 when it is new.
    pub version: i64,
}

/// One import of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRun {
    /// Names it.
    pub id: ImportRunId,
    /// What the file is called where it came from; may be empty.
    pub file_name: String,
    /// The file, byte by byte; empty where only an overview is asked for.
    pub file: Vec<u8>,
    /// How it is to be imported, in words of the adapter that reads files.
    pub options: String,
    /// How far it has come.
    pub state: ImportState,
    /// When that was.
    pub at: Timestamp,
    /// The changed products as they were before, as a file in the shop's own columns.
    pub before: String,
    /// What it made or changed.
    pub touched: Vec<Touched>,
}

impl ImportRun {
    /// How many of each state are remembered.
    pub const MAX_KEPT: u32 = 10;
}
