//! What changes the books.

mod record_fact;

pub use record_fact::{News, RecordFact, RecordFactCommand, RecordFactError};
