//! Takes over the order history of another shop: into this context and, by its events, into reports. It moves no stock,
//! no money and no mail. A number that is known already is ignored, so an import may be repeated.

use std::collections::BTreeSet;
use std::sync::Arc;

use shared_kernel::{CustomerId, StoreError, TaxRate};

use crate::application::historical_order::HistoricalOrder;
use crate::domain::Transition;
use crate::ports::HistoryImport;

/// A line that is not an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Counts from 1, empty lines too.
    pub line: usize,
    /// The order's number, where it can be told.
    pub number: Option<String>,
    /// What is wrong.
    pub problem: String,
}

/// A line that is an order, and where it stands.
#[derive(Debug, Clone)]
pub struct GoodLine {
    /// Counts from 1, empty lines too.
    pub line: usize,
    pub order: HistoricalOrder,
}

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

    /// Imports past orders, [`ImportOrders::BATCH_SIZE`] at a time: all of them, or none if one cannot be taken, unless
    /// `skip_invalid` says to take those that can. `refused` are lines of the file that could not be read.
    ///
    /// # Errors
    /// The store's; what was imported before stays, and importing again goes on from there.
    pub async fn execute(
        &self,
        lines: Vec<GoodLine>,
        mut refused: Vec<BadLine>,
        skip_invalid: bool,
    ) -> Result<ImportSummary, StoreError> {
        let accounts = self.accounts(&lines).await?;
        let mut orders = Vec::new();
        for GoodLine { line, order } in lines {
            let (number, account) = (order.number.clone(), order.account().filter(|id| accounts.contains(id)));
            match order.translate(self.tax, account) {
                Ok(decided) => orders.push(decided),
                Err(error) => refused.push(BadLine { line, number: Some(number), problem: error.to_string() }),
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
