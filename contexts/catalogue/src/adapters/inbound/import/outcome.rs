//! What is reported about an import: as JSON, on a page and on a terminal.

use std::fmt;

use chassis::security::{SecurityEvent, SecurityTrail};
use serde::Serialize;
use shared_kernel::format::count;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::adapters::inbound::csv::UnreadColumn;
use crate::application::{Changed, ImportOptions, ImportReport, RowProblem};
use crate::domain::{FieldChange, ImageName, ImportRunId};

/// How many changed products are listed.
const MAX_CHANGES_LISTED: usize = 1_000;
/// How many characters of a changed text are shown.
const MAX_CHARS_SHOWN: usize = 200;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportOutcome {
    /// Names this import, to apply it after a look or to take it back; null when nothing was remembered.
    pub run_id: Option<Uuid>,
    /// Whose columns they are: `own` or `shopify`.
    pub format: &'static str,
    /// The character set, where the file does not say and it was guessed from its letters.
    pub guessed_encoding: Option<&'static str>,
    /// Names the file's content; what it counts is applied once.
    pub import_id: Uuid,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Products that are new.
    pub created: u64,
    /// Products that are different now.
    pub updated: u64,
    /// Products that were the same already.
    pub unchanged: u64,
    /// Products that were left out.
    pub failed: u64,
    /// How many counts of the file were applied; a content that was imported before counts nothing.
    pub stock_counted: u64,
    /// What was wrong, by row; at most 1,000.
    pub errors: Vec<LineNote>,
    /// What was guessed or changed, by row; at most 1,000.
    pub warnings: Vec<LineNote>,
    /// What is new or different, by product; at most 1,000.
    pub changes: Vec<ProductNote>,
    /// Columns that hold something and are not read.
    pub unread_columns: Vec<UnreadNote>,
    /// Pictures that products show and that are not in the media store; at most 1,000.
    pub missing_pictures: Vec<String>,
}

/// A remark about one row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineNote {
    /// The line of text, from 1; a cell may hold several.
    pub line: u64,
    /// The row as a spreadsheet counts it, from 1; the header is row 1.
    pub row: u64,
    /// The product's handle as the file writes it.
    pub product: Option<String>,
    /// The variant, where the remark is about one.
    pub sku: Option<String>,
    /// The remark.
    pub message: String,
}

/// A product that is new or different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProductNote {
    /// The row where it begins.
    pub row: u64,
    /// Its address.
    pub handle: String,
    /// Whether it is new.
    pub is_new: bool,
    /// What differs, field by field.
    pub fields: Vec<FieldNote>,
}

/// A field before and after; long texts are cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldNote {
    /// Its name, after the SKU where it is a variant's.
    pub field: String,
    /// What it was.
    pub from: String,
    /// What it is.
    pub to: String,
}

/// A column that is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnreadNote {
    /// Its name.
    pub column: String,
    /// How many of its cells hold something.
    pub cells: u64,
}

impl From<&RowProblem> for LineNote {
    fn from(problem: &RowProblem) -> Self {
        let product = Some(problem.product.clone()).filter(|product| !product.is_empty());
        let RowProblem { place, sku, problem: message, .. } = problem.clone();
        Self { line: place.line, row: place.row, product, sku, message }
    }
}

impl From<&Changed> for ProductNote {
    fn from(changed: &Changed) -> Self {
        let field = |change: &FieldChange| FieldNote {
            field: change.field.clone(),
            from: shortened(&change.from),
            to: shortened(&change.to),
        };
        Self {
            row: changed.place.row,
            handle: changed.handle.to_string(),
            is_new: changed.before.is_none(),
            fields: changed.fields.iter().map(field).collect(),
        }
    }
}

fn shortened(text: &str) -> String {
    let shown: String = text.chars().take(MAX_CHARS_SHOWN).collect();
    if shown.len() < text.len() { format!("{shown}…") } else { shown }
}

/// Puts an outcome together.
pub fn outcome(
    report: &ImportReport,
    (format, guessed_encoding): (&'static str, Option<&'static str>),
    options: ImportOptions,
    unread: &[UnreadColumn],
    missing: &[ImageName],
    run: Option<ImportRunId>,
) -> ImportOutcome {
    let unread = unread.iter().map(|column| UnreadNote { column: column.name.clone(), cells: column.filled });
    ImportOutcome {
        run_id: run.map(ImportRunId::uuid),
        format,
        guessed_encoding,
        import_id: options.import_id,
        dry_run: options.dry_run,
        created: report.created,
        updated: report.updated,
        unchanged: report.unchanged,
        failed: report.failed,
        stock_counted: report.counted,
        errors: report.problems.iter().map(LineNote::from).collect(),
        warnings: report.warnings.iter().map(LineNote::from).collect(),
        changes: report.changed.iter().take(MAX_CHANGES_LISTED).map(ProductNote::from).collect(),
        unread_columns: unread.collect(),
        missing_pictures: missing.iter().take(MAX_CHANGES_LISTED).map(ToString::to_string).collect(),
    }
}

/// Notes as lines of text, each after a line break.
pub struct Lines<'a>(pub &'a [LineNote]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|note| write!(f, "\n  {note}"))
    }
}

/// `row 3 (line 7), kea, SKU KEA14: price is missing`.
impl fmt::Display for LineNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, row, product, sku, message } = self;
        write!(f, "row {row}")?;
        if line != row {
            write!(f, " (line {line})")?;
        }
        if let Some(product) = product {
            write!(f, ", {product}")?;
        }
        if let Some(sku) = sku {
            write!(f, ", SKU {sku}")?;
        }
        write!(f, ": {message}")
    }
}

/// For a terminal: a sentence, then what was wrong and what was guessed.
impl fmt::Display for ImportOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, updated, unchanged, failed, stock_counted, .. } = self;
        let tense = if self.dry_run { "Nothing was changed. It would be: " } else { "" };
        write!(f, "{tense}new {created}, changed {updated}, the same {unchanged}, left out {failed}, ")?;
        write!(f, "SKUs counted {stock_counted}.{}{}", Lines(&self.errors), Lines(&self.warnings))?;
        if let Some(encoding) = self.guessed_encoding {
            write!(f, "\n  the file was read as {encoding}; look whether its letters are right")?;
        }
        for UnreadNote { column, cells } in &self.unread_columns {
            write!(f, "\n  column {column:?} is not read: {}", count(cells, "cell", "cells"))?;
        }
        if !self.missing_pictures.is_empty() {
            let missing = count(self.missing_pictures.len(), "picture is", "pictures are");
            write!(f, "\n  {missing} not there yet: {}", self.missing_pictures.join(", "))?;
        }
        Ok(())
    }
}

/// Tells the security log whether the file was brought in or only checked.
pub async fn note_import(trail: &SecurityTrail, outcome: &ImportOutcome) {
    let event = if outcome.dry_run { SecurityEvent::ImportPreviewed } else { SecurityEvent::Imported };
    let subject = outcome.run_id.map_or_else(String::new, |run| format!("import/{run}"));
    trail.note(event, &subject).await;
}
