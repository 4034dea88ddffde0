//! The note in a database that rows are still on their way into it.

/// Finds the note.
pub(super) const NOTED: &str = "SELECT holder FROM lease WHERE name = 'transfer'";
