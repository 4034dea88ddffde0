//! Importing a file as API, page and command line all do it: read the header, look first if asked to, then import.

use std::fmt;

use serde::Serialize;
use shared_kernel::{Currency, StoreError};
use utoipa::ToSchema;
use uuid::Uuid;

use super::csv::{FileError, ProductFile};
use crate::application::{ImportOptions, ImportProducts, ImportReport, RowProblem};

/// The largest file that is taken: 32 MiB, some hundred thousand rows.
pub const LARGEST_FILE: usize = 32 * 1024 * 1024;

/// What to do with a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportMode {
    /// Only say what would happen.
    pub dry_run: bool,
    /// Import nothing if anything is wrong.
    pub all_or_nothing: bool,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportOutcome {
    /// Whose columns they are: `own` or `shopify`.
    pub format: &'static str,
    /// Names the file's content; what it counts is applied once.
    pub import_id: Uuid,
    /// Whether anything was changed.
    pub dry_run: bool,
    /// Products that are new.
    pub created: u64,
    /// Products that are different now.
    pub updated: u64,
    /// Products that were the same already.
    pub unchanged: u64,
    /// Products that were left out.
    pub failed: u64,
    /// How many SKUs the file counted.
    pub stock_counted: u64,
    /// What was wrong, by line; at most 1,000.
    pub errors: Vec<LineNote>,
    /// What was guessed, by line; at most 1,000.
    pub warnings: Vec<LineNote>,
}

/// A remark about one line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineNote {
    /// The line, from 1; the header is line 1.
    pub line: u64,
    /// The remark.
    pub message: String,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportFileError {
    /// More than [`LARGEST_FILE`].
    #[error("a file may have up to 32 MiB")]
    TooLarge,
    /// The header is not understood.
    #[error(transparent)]
    File(#[from] FileError),
    /// Something is wrong, and all or nothing was wanted.
    #[error("nothing was imported, for this is not right:{}", Lines(&.0.errors))]
    NotAll(Box<ImportOutcome>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Notes as lines of text, each after a line break.
struct Lines<'a>(&'a [LineNote]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|note| write!(f, "\n  line {}: {}", note.line, note.message))
    }
}

/// For a terminal: a sentence, then what was wrong and what was guessed.
impl fmt::Display for ImportOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, unchanged, failed, stock_counted, .. } = self;
        let tense = if self.dry_run { "Nothing was changed. It would be: " } else { "" };
        write!(f, "{tense}new {created}, changed {updated}, the same {unchanged}, left out {failed}, ")?;
        write!(f, "SKUs counted {stock_counted}.{}{}", Lines(&self.errors), Lines(&self.warnings))
    }
}

/// Imports files.
#[derive(Clone)]
pub struct ImportFile {
    import: ImportProducts,
    currency: Currency,
}

impl ImportFile {
    /// Prices without a currency are in `currency`.
    #[must_use]
    pub fn new(import: ImportProducts, currency: Currency) -> Self {
        Self { import, currency }
    }

    /// Imports one file.
    ///
    /// # Errors
    /// [`ImportFileError`].
    pub async fn execute(&self, bytes: &[u8], mode: ImportMode) -> Result<ImportOutcome, ImportFileError> {
        if bytes.len() > LARGEST_FILE {
            return Err(ImportFileError::TooLarge);
        }
        if mode.dry_run || mode.all_or_nothing {
            let looked = self.run(bytes, true).await?;
            if mode.dry_run {
                return Ok(looked);
            }
            if looked.failed > 0 {
                return Err(ImportFileError::NotAll(Box::new(looked)));
            }
        }
        self.run(bytes, false).await
    }

    async fn run(&self, bytes: &[u8], dry_run: bool) -> Result<ImportOutcome, ImportFileError> {
        let file = ProductFile::open(bytes, self.currency)?;
        let (format, import_id) = (file.format().name(), file.import_id());
        let report = self.import.execute(file.products(), ImportOptions { import_id, dry_run }).await?;
        Ok(outcome(report, format, import_id, dry_run))
    }
}

fn outcome(report: ImportReport, format: &'static str, import_id: Uuid, dry_run: bool) -> ImportOutcome {
    let notes = |problems: Vec<RowProblem>| {
        problems.into_iter().map(|problem| LineNote { line: problem.line, message: problem.problem }).collect()
    };
    ImportOutcome {
        format,
        import_id,
        dry_run,
        created: report.created,
        updated: report.updated,
        unchanged: report.unchanged,
        failed: report.failed,
        stock_counted: report.counted,
        errors: notes(report.problems),
        warnings: notes(report.warnings),
    }
}
