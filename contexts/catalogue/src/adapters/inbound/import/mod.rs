//! Files that come in: products from CSV ([`import_file`]), what is reported about them ([`outcome`]), and pictures that
//! come together in an archive ([`picture_archive`]).

pub mod import_file;
pub mod outcome;
pub mod picture_archive;

pub use import_file::{ImportFile, ImportFileError, ImportMode, ImportRunError};
pub use outcome::{ImportOutcome, note_import};
