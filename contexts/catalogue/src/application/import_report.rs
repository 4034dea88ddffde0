//! What an import is given, and what it answers.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::domain::{FieldChange, Handle, ImageName, Product, ProductPatch};

/// Where something stands in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place {
    /// The line of text, from 1. A cell may hold several.
    pub line: u64,
    /// The row as a spreadsheet counts it, from 1.
    pub row: u64,
}

/// Something in the file that is not right, or at least worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// Where.
    pub place: Place,
    /// Which product, by its handle as the file writes it; may be empty.
    pub product: String,
    /// Which variant, where it is about one.
    pub sku: Option<String>,
    /// What a person can do something about.
    pub problem: String,
}

/// One product of the file.
#[derive(Debug)]
pub struct DraftedProduct {
    /// Where it begins.
    pub place: Place,
    /// Its handle as the file writes it.
    pub product: String,
    /// What the file says, or why that cannot be read.
    pub drafted: Result<ProductPatch, Vec<RowProblem>>,
    /// What was understood only by guessing.
    pub warnings: Vec<RowProblem>,
}

/// What to do about a SKU that another product has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RepeatedSkus {
    /// The product is not right.
    #[default]
    Refuse,
    /// The SKU gets a number at its end, the same one at each import.
    Number,
}

/// How to import.
#[derive(Debug, Clone, Copy)]
pub struct ImportOptions {
    /// Names the file's content, so that its counts are applied once.
    pub import_id: Uuid,
    /// Only look whether it would work.
    pub dry_run: bool,
    /// Commit everything at once, or nothing if anything is wrong. Else what is right comes in, some products at a time.
    pub all_or_nothing: bool,
    /// About SKUs that are there already.
    pub repeated_skus: RepeatedSkus,
}

/// A product that is, or would be, made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Where it stands in the file.
    pub place: Place,
    /// Its address.
    pub handle: Handle,
    /// It as it was; `None` when it is new.
    pub before: Option<Product>,
    /// In what it differs.
    pub fields: Vec<FieldChange>,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Products that are new.
    pub created: u64,
    /// Products that are different now.
    pub updated: u64,
    /// Products that were the same already.
    pub unchanged: u64,
    /// Products that were left out.
    pub failed: u64,
    /// How many counts of the file were news.
    pub counted: u64,
    /// What was wrong, at most [`ImportReport::MAX_PROBLEMS`] of it.
    pub problems: Vec<RowProblem>,
    /// What was guessed, at most [`ImportReport::MAX_PROBLEMS`] of it.
    pub warnings: Vec<RowProblem>,
    /// Every product that is new or different.
    pub changed: Vec<Changed>,
    /// The pictures that the products of the file show.
    pub pictures: BTreeSet<ImageName>,
}

impl ImportReport {
    /// How many problems and warnings are written down.
    pub const MAX_PROBLEMS: usize = 1_000;

    pub(super) fn failed(&mut self, problems: impl IntoIterator<Item = RowProblem>) {
        self.failed += 1;
        let room = Self::MAX_PROBLEMS.saturating_sub(self.problems.len());
        self.problems.extend(problems.into_iter().take(room));
    }

    pub(super) fn warned(&mut self, warnings: Vec<RowProblem>) {
        let room = Self::MAX_PROBLEMS.saturating_sub(self.warnings.len());
        self.warnings.extend(warnings.into_iter().take(room));
    }
}
