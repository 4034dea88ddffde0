//! Brings a file of products into the catalogue.
//!
//! Knows no file format: it is given products one after another, each drafted or refused, and reports by line. A
//! product that is not right is left out and the others come in, unless the caller asks for all or nothing. What somebody
//! else changes meanwhile is decided again, so that two who bring in the same file end with one of each product.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use shared_kernel::{Ids, Sku, StoreError};
use uuid::Uuid;

use super::ATTEMPTS;
use crate::domain::{Handle, Product, ProductEvent, ProductId, ProductPatch, StockCount};
use crate::ports::{ProductChange, ProductStore};

/// Something in the file that is not right, or at least worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowProblem {
    /// The line where the row begins, from 1.
    pub line: u64,
    /// What a person can do something about.
    pub problem: String,
}

/// One product of the file.
#[derive(Debug)]
pub struct DraftedProduct {
    /// Where it begins.
    pub line: u64,
    /// What the file says, or why that cannot be read.
    pub drafted: Result<ProductPatch, Vec<RowProblem>>,
    /// What was counted.
    pub stock: Vec<(Sku, u32)>,
    /// What was understood only by guessing.
    pub warnings: Vec<RowProblem>,
}

/// How to import.
#[derive(Debug, Clone, Copy)]
pub struct ImportOptions {
    /// Names the file's content, so that its counts are applied once.
    pub import_id: Uuid,
    /// Only look whether it would work.
    pub dry_run: bool,
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
    /// How many SKUs the file counted.
    pub counted: u64,
    /// What was wrong, at most [`ImportReport::MOST`] of it.
    pub problems: Vec<RowProblem>,
    /// What was guessed, at most [`ImportReport::MOST`] of it.
    pub warnings: Vec<RowProblem>,
}

impl ImportReport {
    /// How many problems and warnings are written down.
    pub const MOST: usize = 1_000;

    fn failed(&mut self, problems: impl IntoIterator<Item = RowProblem>) {
        self.failed += 1;
        let room = Self::MOST.saturating_sub(self.problems.len());
        self.problems.extend(problems.into_iter().take(room));
    }

    fn warned(&mut self, warnings: Vec<RowProblem>) {
        let room = Self::MOST.saturating_sub(self.warnings.len());
        self.warnings.extend(warnings.into_iter().take(room));
    }
}

/// What a product of the file is to the catalogue.
#[derive(Clone, Copy)]
enum News {
    Created,
    Updated,
    Unchanged,
}

type Decided = (News, Product, Vec<ProductEvent>);

/// A change that waits for its batch, and where it came from.
struct Pending {
    line: u64,
    patch: ProductPatch,
    news: News,
    change: ProductChange,
}

impl Pending {
    fn decided_again(self, (news, product, events): Decided) -> Self {
        Self { news, change: ProductChange { product, events, ..self.change }, ..self }
    }
}

/// Imports products.
#[derive(Clone)]
pub struct ImportProducts {
    products: Arc<dyn ProductStore>,
    ids: Arc<dyn Ids>,
}

impl ImportProducts {
    /// Changes are committed so many at a time.
    const BATCH: usize = 50;

    /// Imports them there.
    #[must_use]
    pub fn new(products: Arc<dyn ProductStore>, ids: Arc<dyn Ids>) -> Self {
        Self { products, ids }
    }

    /// Imports products as they come, holding no more than a batch of them.
    ///
    /// # Errors
    /// The store's, when it does not do its part; what was committed until then stays, and the same file may be
    /// imported again.
    pub async fn execute(
        &self,
        drafts: impl Iterator<Item = DraftedProduct>,
        options: ImportOptions,
    ) -> Result<ImportReport, StoreError> {
        let mut report = ImportReport::default();
        let mut seen = Seen::default();
        let mut batch = Vec::new();
        for draft in drafts {
            report.warned(draft.warnings);
            match draft.drafted {
                Err(problems) => report.failed(problems),
                Ok(patch) => match self.decide(patch.clone(), Some(&mut seen)).await? {
                    Err(problem) => report.failed([RowProblem { line: draft.line, problem }]),
                    Ok((news, product, events)) => {
                        let count = |(sku, on_hand)| StockCount { import_id: options.import_id, sku, on_hand };
                        let counts = draft.stock.into_iter().map(count).collect();
                        batch.push(Pending {
                            line: draft.line,
                            patch,
                            news,
                            change: ProductChange { product, events, counts },
                        });
                    }
                },
            }
            if batch.len() >= Self::BATCH {
                self.commit(std::mem::take(&mut batch), options.dry_run, &mut report).await?;
            }
        }
        self.commit(batch, options.dry_run, &mut report).await?;
        Ok(report)
    }

    /// What the patch makes of the catalogue, or why nothing can come of it; and of what was `seen` of the file, unless
    /// the patch was held against that before.
    async fn decide(
        &self,
        patch: ProductPatch,
        seen: Option<&mut Seen>,
    ) -> Result<Result<Decided, String>, StoreError> {
        let handle = patch.handle.clone();
        let known = self.products.find(&handle).await?;
        let details = match patch.onto(known.as_ref()) {
            Ok(details) => details,
            Err(refused) => return Ok(Err(refused.to_string())),
        };
        let skus: Vec<Sku> = details.variants.iter().map(|variant| variant.sku.clone()).collect();
        if let Some(problem) = self.taken(&skus, &handle, known.as_ref(), seen.as_deref()).await? {
            return Ok(Err(problem));
        }
        let is_new = known.is_none();
        let decided = match known {
            Some(product) => product.replace(details),
            None => Product::create(ProductId::new(self.ids.uuid()), handle, details),
        };
        let (product, events) = match decided {
            Ok(decided) => decided,
            Err(refused) => return Ok(Err(refused.to_string())),
        };
        if let Some(seen) = seen {
            seen.note(product.handle(), skus);
        }
        let news = match (is_new, events.is_empty()) {
            (true, _) => News::Created,
            (false, false) => News::Updated,
            (false, true) => News::Unchanged,
        };
        Ok(Ok((news, product, events)))
    }

    /// Why the handle or a code cannot be this product's, if that is so.
    async fn taken(
        &self,
        skus: &[Sku],
        handle: &Handle,
        known: Option<&Product>,
        seen: Option<&Seen>,
    ) -> Result<Option<String>, StoreError> {
        if seen.is_some_and(|seen| seen.handles.contains(handle)) {
            return Ok(Some(format!("the rows of product {handle} do not stand together")));
        }
        let own = known.map(Product::skus).unwrap_or_default();
        for sku in skus {
            if let Some(other) = seen.and_then(|seen| seen.skus.get(sku)) {
                return Ok(Some(format!("SKU {sku} belongs to product {other} in this file")));
            }
            // Its own handle is the owner if somebody else has made this product just now; the commit will find that out.
            if !own.contains(sku)
                && let Some(owner) = self.products.owner(sku).await?.filter(|owner| owner != handle)
            {
                return Ok(Some(format!("SKU {sku} belongs to product {owner}")));
            }
        }
        Ok(None)
    }

    async fn commit(&self, batch: Vec<Pending>, dry_run: bool, report: &mut ImportReport) -> Result<(), StoreError> {
        let fresh = |pending: &&Pending| !pending.change.events.is_empty() || !pending.change.counts.is_empty();
        let changes: Vec<ProductChange> = batch.iter().filter(fresh).map(|pending| pending.change.clone()).collect();
        let together = if dry_run || changes.is_empty() { Ok(()) } else { self.products.commit(changes).await };
        match together {
            Ok(()) => batch.into_iter().for_each(|pending| done(&pending, report)),
            Err(StoreError::Stale | StoreError::Conflict(_)) => self.commit_singly(batch, report).await?,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Somebody else changed a product of the batch meanwhile: what is said of that one is held against what it is now.
    async fn commit_singly(&self, batch: Vec<Pending>, report: &mut ImportReport) -> Result<(), StoreError> {
        for pending in batch {
            let line = pending.line;
            match self.commit_one(pending).await? {
                Ok(pending) => done(&pending, report),
                Err(problem) => report.failed([RowProblem { line, problem }]),
            }
        }
        Ok(())
    }

    async fn commit_one(&self, mut pending: Pending) -> Result<Result<Pending, String>, StoreError> {
        for _ in 0..ATTEMPTS {
            match self.products.commit(vec![pending.change.clone()]).await {
                Ok(()) => return Ok(Ok(pending)),
                Err(StoreError::Stale | StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
            match self.decide(pending.patch.clone(), None).await? {
                Ok(decided) => pending = pending.decided_again(decided),
                Err(problem) => return Ok(Err(problem)),
            }
        }
        Ok(Err("somebody else changed this product meanwhile; import the file again".to_owned()))
    }
}

/// What the file has named so far.
#[derive(Default)]
struct Seen {
    handles: HashSet<Handle>,
    skus: HashMap<Sku, Handle>,
}

impl Seen {
    fn note(&mut self, handle: &Handle, skus: Vec<Sku>) {
        self.handles.insert(handle.clone());
        self.skus.extend(skus.into_iter().map(|sku| (sku, handle.clone())));
    }
}

fn done(pending: &Pending, report: &mut ImportReport) {
    match pending.news {
        News::Created => report.created += 1,
        News::Updated => report.updated += 1,
        News::Unchanged => report.unchanged += 1,
    }
    report.counted += pending.change.counts.len() as u64;
}
