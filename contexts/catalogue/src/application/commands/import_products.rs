//! Brings a file of products into the catalogue.
//!
//! Knows no file format: it is given products one after another, each drafted or refused, and reports by row. An
//! invalid product is left out and the others are imported, unless the caller asks for all or nothing, which is one
//! commit. Products that change meanwhile are decided again, so that two imports of the same file end with one of each
//! product.

use std::collections::HashSet;
use std::sync::Arc;

use shared_kernel::{Sku, StoreError};

use crate::application::MAX_ATTEMPTS;
use crate::application::decide_import::{DecideImport, DecideImportError, Decided, Draft};
use crate::application::import_report::{Changed, DraftedProduct, ImportOptions, ImportReport, RowProblem};
use crate::application::import_seen::Seen;
use crate::domain::{StockCount, differences};
use crate::ports::{ImportLog, ProductChange, ProductStore};

/// A change that waits for its commit, and where it came from.
struct Pending {
    draft: Draft,
    decided: Decided,
    counts: Vec<StockCount>,
}

impl Pending {
    fn change(&self) -> ProductChange {
        let Decided { product, events, written, .. } = self.decided.clone();
        ProductChange { product, events, counts: self.counts.clone(), written }
    }

    fn is_news(&self) -> bool {
        !self.decided.events.is_empty() || !self.counts.is_empty() || self.decided.written.is_some()
    }
}

pub struct ImportProducts {
    products: Arc<dyn ProductStore>,
    log: Arc<dyn ImportLog>,
    decide: DecideImport,
}

impl ImportProducts {
    /// How many products one commit holds, so that others get a turn between them.
    const BATCH_SIZE: usize = 50;
    /// A whole file meets more changes of others than one product does.
    const ATTEMPTS_TOGETHER: u32 = 10;

    pub fn new(products: Arc<dyn ProductStore>, log: Arc<dyn ImportLog>, decide: DecideImport) -> Self {
        Self { products, log, decide }
    }

    /// Imports products as they come.
    ///
    /// # Errors
    /// The store's, when it does not do its part. Unless all or nothing was asked for, what was committed until then
    /// stays; the same file may be imported again.
    pub async fn execute(
        &self,
        drafts: impl Iterator<Item = DraftedProduct>,
        options: ImportOptions,
    ) -> Result<ImportReport, StoreError> {
        let counted = self.log.counted(options.import_id).await?;
        let (mut report, mut seen, mut batch) = (ImportReport::default(), Seen::default(), Vec::new());
        for draft in drafts {
            report.warned(draft.warnings);
            let patch = match draft.drafted {
                Ok(patch) => patch,
                Err(problems) => {
                    report.failed(problems);
                    continue;
                }
            };
            let draft = Draft { place: draft.place, product: draft.product, patch };
            match self.decide.execute(&draft, Some(&mut seen), options.repeated_skus).await {
                Err(DecideImportError::Store(error)) => return Err(error),
                Err(refused) => report.failed([draft.problem(refused.to_string())]),
                Ok(decided) => batch.push(pending(draft, decided, options, &counted)),
            }
            if batch.len() >= Self::BATCH_SIZE && !options.all_or_nothing {
                self.commit(std::mem::take(&mut batch), options, &mut report).await?;
            }
        }
        self.commit(batch, options, &mut report).await?;
        Ok(report)
    }

    async fn commit(
        &self,
        batch: Vec<Pending>,
        options: ImportOptions,
        report: &mut ImportReport,
    ) -> Result<(), StoreError> {
        let refused = options.all_or_nothing && report.failed > 0;
        let changes: Vec<ProductChange> =
            batch.iter().filter(|pending| pending.is_news()).map(Pending::change).collect();
        let together =
            if options.dry_run || refused || changes.is_empty() { Ok(()) } else { self.products.commit(changes).await };
        match together {
            Ok(()) => batch.into_iter().for_each(|pending| done(pending, report)),
            Err(StoreError::Stale | StoreError::Conflict(_)) if options.all_or_nothing => {
                self.commit_together(batch, options, report).await?;
            }
            Err(StoreError::Stale | StoreError::Conflict(_)) => self.commit_singly(batch, options, report).await?,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// A product of the file changed meanwhile: the whole file is decided again.
    async fn commit_together(
        &self,
        mut batch: Vec<Pending>,
        options: ImportOptions,
        report: &mut ImportReport,
    ) -> Result<(), StoreError> {
        for _ in 0..Self::ATTEMPTS_TOGETHER {
            let mut seen = Seen::default();
            for pending in &mut batch {
                match self.decide.execute(&pending.draft, Some(&mut seen), options.repeated_skus).await {
                    Ok(decided) => pending.decided = decided,
                    Err(DecideImportError::Store(error)) => return Err(error),
                    Err(refused) => report.failed([pending.draft.problem(refused.to_string())]),
                }
            }
            if report.failed > 0 {
                return Ok(());
            }
            let changes = batch.iter().filter(|pending| pending.is_news()).map(Pending::change).collect();
            match self.products.commit(changes).await {
                Ok(()) => {
                    for pending in batch {
                        done(pending, report);
                    }
                    return Ok(());
                }
                Err(StoreError::Stale | StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        report.failed(batch.first().map(|pending| pending.draft.problem(CHANGED_CONCURRENTLY.to_owned())));
        Ok(())
    }

    /// A product of the batch changed meanwhile: it is decided again by itself.
    async fn commit_singly(
        &self,
        batch: Vec<Pending>,
        options: ImportOptions,
        report: &mut ImportReport,
    ) -> Result<(), StoreError> {
        for mut pending in batch {
            match self.commit_one(&mut pending, options).await? {
                None => done(pending, report),
                Some(problem) => report.failed([problem]),
            }
        }
        Ok(())
    }

    async fn commit_one(
        &self,
        pending: &mut Pending,
        options: ImportOptions,
    ) -> Result<Option<RowProblem>, StoreError> {
        for _ in 0..MAX_ATTEMPTS {
            match self.products.commit(vec![pending.change()]).await {
                Ok(()) => return Ok(None),
                Err(StoreError::Stale | StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
            match self.decide.execute(&pending.draft, None, options.repeated_skus).await {
                Ok(decided) => pending.decided = decided,
                Err(DecideImportError::Store(error)) => return Err(error),
                Err(refused) => return Ok(Some(pending.draft.problem(refused.to_string()))),
            }
        }
        Ok(Some(pending.draft.problem(CHANGED_CONCURRENTLY.to_owned())))
    }
}

const CHANGED_CONCURRENTLY: &str = "somebody else changed this product meanwhile; import the file again";

fn pending(draft: Draft, decided: Decided, options: ImportOptions, counted: &HashSet<Sku>) -> Pending {
    let news = decided.stock.iter().filter(|(sku, _)| !counted.contains(sku));
    let count =
        |(sku, on_hand): &(Sku, u32)| StockCount { import_id: options.import_id, sku: sku.clone(), on_hand: *on_hand };
    let counts = news.map(count).collect();
    Pending { draft, decided, counts }
}

fn done(pending: Pending, report: &mut ImportReport) {
    let Pending { draft, decided, counts } = pending;
    report.counted += counts.len() as u64;
    report.warned(decided.warnings);
    let details = decided.product.details();
    report.pictures.extend(details.images.iter().map(|image| image.name.clone()));
    let fields = match (&decided.before, decided.events.is_empty()) {
        (Some(_), true) => {
            report.unchanged += 1;
            return;
        }
        (Some(before), false) => {
            report.updated += 1;
            differences(before.details(), details)
        }
        (None, _) => {
            report.created += 1;
            Vec::new()
        }
    };
    let handle = decided.product.handle().clone();
    report.changed.push(Changed { place: draft.place, handle, before: decided.before, fields });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use chassis::testing::CountingIds;
    use shared_kernel::{Currency, Money, TaxRate};
    use uuid::Uuid;

    use super::*;
    use crate::application::{NameProducts, Place, RepeatedSkus};
    use crate::domain::{FileHandle, Handle, Product, ProductPatch, SaleRules, Title, VariantPatch};
    use crate::testing::InMemoryCatalogue;

    /// Counts commits, and is killed before the one with this number.
    struct FailingStore {
        store: InMemoryCatalogue,
        commits: AtomicUsize,
        killed_at: usize,
    }

    #[async_trait]
    impl ProductStore for FailingStore {
        async fn find(&self, handle: &Handle) -> Result<Option<Product>, StoreError> {
            ProductStore::find(&self.store, handle).await
        }
        async fn owner(&self, sku: &Sku) -> Result<Option<Handle>, StoreError> {
            self.store.owner(sku).await
        }
        async fn commit(&self, changes: Vec<ProductChange>) -> Result<(), StoreError> {
            if self.commits.fetch_add(1, Ordering::SeqCst) == self.killed_at {
                return Err(StoreError::unavailable("killed"));
            }
            self.store.commit(changes).await
        }
    }

    fn draft(number: u64) -> DraftedProduct {
        let variant = VariantPatch {
            sku: Sku::parse(&format!("S{number}")).unwrap(),
            options: None,
            kind: None,
            price: Some(Money::new(100, Currency::NZD)),
            tax_class: None,
            weight: None,
            stock: Some(1),
        };
        let patch = ProductPatch {
            handle: FileHandle::Address(Handle::parse(&format!("p{number}")).unwrap()),
            title: Some(Title::parse("Kea").unwrap()),
            description: None,
            category: None,
            images: None,
            attributes: None,
            status: None,
            variants: Some(vec![variant]),
            wrongly_taxed_is_draft: false,
        };
        let place = Place { line: number + 2, row: number + 2 };
        DraftedProduct { place, product: format!("p{number}"), drafted: Ok(patch), warnings: vec![] }
    }

    /// Imports 300 products into a store that is killed at some commit; answers how many facts there are then.
    async fn facts_after(killed_at: usize, all_or_nothing: bool) -> usize {
        let store = InMemoryCatalogue::default();
        let mortal = Arc::new(FailingStore { store: store.clone(), commits: AtomicUsize::new(0), killed_at });
        let products: Arc<dyn ProductStore> = mortal;
        let rules = SaleRules { currency: Currency::NZD, tax: TaxRate::from_basis_points(1_500) };
        let names = NameProducts::new(Arc::clone(&products), Arc::new(store.clone()));
        let decide = DecideImport::new(Arc::clone(&products), names, Arc::new(CountingIds::default()), rules);
        let import = ImportProducts::new(products, Arc::new(store.clone()), decide);
        let repeated_skus = RepeatedSkus::Refuse;
        let options = ImportOptions { import_id: Uuid::nil(), dry_run: false, all_or_nothing, repeated_skus };
        let done = import.execute((0..300).map(draft), options).await;
        assert_eq!(done.is_err(), store.events().len() < 600);
        store.events().len()
    }

    #[tokio::test]
    async fn all_or_nothing_is_so_wherever_the_process_is_killed() {
        assert_eq!(facts_after(0, true).await, 0);
        assert_eq!(facts_after(1, true).await, 600, "there is no second commit");
        assert_eq!(facts_after(3, false).await, 300, "without it, what was committed stays");
    }
}
