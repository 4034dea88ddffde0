//! Takes over the order history of another shop: into this context and, by its events, into reports. It moves no stock,
//! no money and no mail. A number that is known already is ignored, so an import may be repeated.

use std::collections::BTreeSet;
use std::sync::Arc;

use shared_kernel::{CustomerId, StoreError, TaxRate};

use crate::application::historical_order::HistoricalOrder;
use crate::application::history_file::{self, BadLine, GoodLine};
use crate::domain::Transition;
use crate::ports::HistoryImport;

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportSummary {
    /// New orders.
    pub imported: u64,
    /// Orders whose number was known.
    pub repeated: u64,
    /// Lines that are not imported, by their place in the file. If there are any and they were not to be skipped, nothing
    /// was imported.
    pub refused: Vec<BadLine>,
}

#[derive(Clone)]
pub struct ImportOrders {
    store: Arc<dyn HistoryImport>,
    tax: TaxRate,
}

impl ImportOrders {
    /// How many orders go into one transaction.
    pub const BATCH_SIZE: usize = 250;

    /// Puts the use case together. Prices contain tax at this rate.
    pub fn new(store: Arc<dyn HistoryImport>, tax: TaxRate) -> Self {
        Self { store, tax }
    }

    /// Imports a file of JSON lines, [`ImportOrders::BATCH_SIZE`] orders at a time: all of them, or none if one cannot be
    /// taken, unless `skip_invalid` says to take those that can.
    ///
    /// # Errors
    /// The store's; what was imported before stays, and importing again goes on from there.
    pub async fn execute(&self, file: &[u8], skip_invalid: bool) -> Result<ImportSummary, StoreError> {
        let (good, refused) = history_file::read(file);
        self.import(good, refused, skip_invalid).await
    }

    /// Imports orders that a program has made: those that can be taken.
    pub async fn made(&self, orders: Vec<HistoricalOrder>) -> Result<ImportSummary, StoreError> {
        let lines = (1..).zip(orders).map(|(line, order)| GoodLine { line, order });
        self.import(lines.collect(), Vec::new(), true).await
    }

    async fn import(
        &self,
        good: Vec<GoodLine>,
        mut refused: Vec<BadLine>,
        skip_invalid: bool,
    ) -> Result<ImportSummary, StoreError> {
        let accounts = self.accounts(&good).await?;
        let mut orders = Vec::new();
        for GoodLine { line, order } in good {
            let (number, account) = (order.number.clone(), order.account().filter(|id| accounts.contains(id)));
            match order.translate(self.tax, account) {
                Ok(decided) => orders.push(decided),
                Err(problem) => refused.push(BadLine { line, number: Some(number), problem }),
            }
        }
        refused.sort_by_key(|bad| bad.line);
        let mut summary = ImportSummary { refused, ..ImportSummary::default() };
        if summary.refused.is_empty() || skip_invalid {
            for batch in orders.chunks(Self::BATCH_SIZE) {
                self.keep(batch.to_vec(), &mut summary).await?;
            }
        }
        Ok(summary)
    }

    async fn accounts(&self, orders: &[GoodLine]) -> Result<BTreeSet<CustomerId>, StoreError> {
        let named: BTreeSet<CustomerId> =
            orders.iter().filter_map(|good| HistoricalOrder::account(&good.order)).collect();
        if named.is_empty() { Ok(named) } else { self.store.known_customers(named).await }
    }

    async fn keep(&self, batch: Vec<Transition>, summary: &mut ImportSummary) -> Result<(), StoreError> {
        let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let new = self.store.import(batch).await?;
        summary.imported += new;
        summary.repeated += count.saturating_sub(new);
        Ok(())
    }
}
