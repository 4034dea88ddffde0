//! Importing a file as API, page and command line all do it: read the header, then import or only look, and remember it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared_kernel::{Clock, Currency, Ids, StoreError};

use super::outcome::{ImportOutcome, Lines, outcome};
use crate::adapters::inbound::csv::{FileError, ProductFile, write_products};
use crate::application::{
    Browse, Changed, ImportOptions, ImportProducts, ImportReport, RepeatedSkus, RevertImport, RevertImportError,
    Reverted, UseCases,
};
use crate::domain::{ImageName, ImportRun, ImportRunId, ImportState, Product, Touched};
use crate::ports::ImportLog;

/// The largest file that is taken: 32 MiB, some hundred thousand rows.
pub const MAX_FILE_BYTES: usize = 32 * 1024 * 1024;

/// What to do with a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportMode {
    /// Only say what would happen.
    #[serde(skip)]
    pub dry_run: bool,
    /// Import nothing if anything is wrong, and everything in one commit.
    pub all_or_nothing: bool,
    /// Give a number to SKUs that another product has, instead of leaving the product out.
    pub number_repeated_skus: bool,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportFileError {
    /// More than [`MAX_FILE_BYTES`].
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

/// Why an import was not applied or taken back.
#[derive(Debug, thiserror::Error)]
pub enum ImportRunError {
    /// It never was, is forgotten, or is past that step.
    #[error("this import is no longer there, or has been applied or taken back already")]
    NotThere,
    #[error(transparent)]
    File(#[from] ImportFileError),
    /// Taking back.
    #[error(transparent)]
    Revert(#[from] RevertImportError),
}

impl From<StoreError> for ImportRunError {
    fn from(error: StoreError) -> Self {
        Self::File(error.into())
    }
}

pub struct ImportFile {
    import_products: Arc<ImportProducts>,
    revert_import: Arc<RevertImport>,
    browse: Arc<Browse>,
    log: Arc<dyn ImportLog>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    currency: Currency,
}

impl ImportFile {
    /// Prices without a currency are in `currency`.
    pub fn new(
        use_cases: &UseCases,
        log: Arc<dyn ImportLog>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        currency: Currency,
    ) -> Self {
        let UseCases { import_products, revert_import, browse, .. } = use_cases.clone();
        Self { import_products, revert_import, browse, log, clock, ids, currency }
    }

    /// Imports one file, or only looks at it, and remembers that.
    pub async fn execute(&self, bytes: &[u8], name: &str, mode: ImportMode) -> Result<ImportOutcome, ImportFileError> {
        let run = ImportRun {
            id: ImportRunId::new(self.ids.uuid()),
            file_name: name.chars().take(200).collect(),
            file: Vec::new(),
            options: serde_json::to_string(&mode).map_err(StoreError::unavailable)?,
            state: ImportState::Applied,
            at: self.clock.now(),
            before: String::new(),
            touched: Vec::new(),
        };
        self.run(bytes, mode, run).await
    }

    /// Applies exactly the file that was previewed.
    pub async fn apply(&self, id: ImportRunId) -> Result<ImportOutcome, ImportRunError> {
        let mut run = self.found(id, ImportState::Previewed).await?;
        let mode: ImportMode = serde_json::from_str(&run.options).map_err(StoreError::unavailable)?;
        let bytes = std::mem::take(&mut run.file);
        let run = ImportRun { state: ImportState::Applied, at: self.clock.now(), ..run };
        Ok(self.run(&bytes, mode, run).await?)
    }

    /// Takes back what an import has changed.
    pub async fn revert(&self, id: ImportRunId) -> Result<Reverted, ImportRunError> {
        let run = self.found(id, ImportState::Applied).await?;
        let mut before = Vec::new();
        if !run.before.is_empty() {
            let file = ProductFile::open(run.before.as_bytes(), self.currency).map_err(ImportFileError::from)?;
            before.extend(file.products().filter_map(|draft| draft.drafted.ok()));
        }
        let reverted = self.revert_import.execute(&run.touched, before).await?;
        self.log.keep(ImportRun { state: ImportState::Reverted, at: self.clock.now(), ..run }).await?;
        Ok(reverted)
    }

    /// The last files, the latest first.
    pub async fn recent(&self) -> Result<Vec<ImportRun>, StoreError> {
        self.log.recent().await
    }

    /// The products that an import changed as they were before, as a file.
    pub async fn before(&self, id: ImportRunId) -> Result<Option<String>, StoreError> {
        Ok(self.log.find(id).await?.map(|run| run.before))
    }

    async fn found(&self, id: ImportRunId, state: ImportState) -> Result<ImportRun, ImportRunError> {
        let found = self.log.find(id).await?;
        found.filter(|run| run.state == state).ok_or(ImportRunError::NotThere)
    }

    async fn run(&self, bytes: &[u8], mode: ImportMode, run: ImportRun) -> Result<ImportOutcome, ImportFileError> {
        if bytes.len() > MAX_FILE_BYTES {
            return Err(ImportFileError::TooLarge);
        }
        let file = ProductFile::open(bytes, self.currency)?;
        let repeated_skus = if mode.number_repeated_skus { RepeatedSkus::Number } else { RepeatedSkus::Refuse };
        let ImportMode { dry_run, all_or_nothing, .. } = mode;
        let options = ImportOptions { import_id: file.import_id(), dry_run, all_or_nothing, repeated_skus };
        let (about, unread) = ((file.format().name(), file.guessed_encoding()), file.unread());
        let report = self.import_products.execute(file.products(), options).await?;
        let pictures: Vec<ImageName> = report.pictures.iter().cloned().collect();
        let missing = self.browse.missing_pictures(&pictures).await?;
        let refused = all_or_nothing && report.failed > 0;
        let id = (!refused || dry_run).then_some(run.id);
        let outcome = outcome(&report, about, options, &unread, &missing, id);
        if refused && !dry_run {
            return Err(ImportFileError::NotAll(Box::new(outcome)));
        }
        self.remember(run, bytes, &report, dry_run).await?;
        Ok(outcome)
    }

    /// A look keeps the file, to be applied; an import keeps what it has changed, to be taken back.
    async fn remember(
        &self,
        run: ImportRun,
        bytes: &[u8],
        report: &ImportReport,
        dry_run: bool,
    ) -> Result<(), StoreError> {
        if dry_run {
            let run = ImportRun { file: bytes.to_vec(), state: ImportState::Previewed, ..run };
            return self.log.keep(run).await;
        }
        let mut before = String::new();
        report
            .changed
            .iter()
            .filter_map(|changed| changed.before.as_ref())
            .for_each(|p| write_products(&mut before, p));
        let touch = |changed: &Changed| Touched {
            handle: changed.handle.clone(),
            version: changed.before.as_ref().map_or(0, Product::version),
        };
        self.log.keep(ImportRun { before, touched: report.changed.iter().map(touch).collect(), ..run }).await
    }
}
