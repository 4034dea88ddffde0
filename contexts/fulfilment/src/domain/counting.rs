//! Counts of stock, and what they change on a shelf.

use shared_kernel::{Sku, Timestamp};

use super::kinds::Count;
use super::refusal::Refusal;
use super::stock::{Reference, StockItem};
use super::stock_transaction::StockTransaction;

/// A count that came with an import. It has its effect once for each import and SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedCount {
    pub import: String,
    /// Of what.
    pub sku: Sku,
    /// How many.
    pub on_hand: Count,
}

/// Applies an imported count, once. Should it be lower than what is promised to orders, the shelf is set to what is
/// promised and the movement says so: a merchant's old list cannot unsell, and the import as a whole must not stop.
pub fn import(transaction: &mut StockTransaction, count: &ImportedCount, now: Timestamp) {
    if transaction.is_count_applied() {
        return;
    }
    let item = transaction.stock(&count.sku).cloned().unwrap_or_else(|| StockItem::empty(count.sku.clone()));
    let (item, movement) = item.count_at_least_promised(count.on_hand, Reference::Import(count.import.clone()), now);
    transaction.put_stock(item, movement);
    transaction.count_applied(count.clone());
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonsCount {
    /// How many lie there.
    pub on_hand: Count,
    /// What the shop said lay there when the person began. If something else lies there now, the count may be of before
    /// or of after, and is refused. A sale alone does not change what lies there.
    pub expected: Option<i64>,
    /// Who.
    pub by: Reference,
}

/// Sets a shelf to what a person has counted.
///
/// # Errors
/// [`Refusal::StockChanged`] when goods came or went meanwhile, [`Refusal::BelowReserved`] when fewer were counted than
/// are promised: the person is there to be told.
pub fn set(transaction: &mut StockTransaction, sku: &Sku, count: &PersonsCount, now: Timestamp) -> Result<(), Refusal> {
    let item = transaction.stock(sku).cloned().unwrap_or_else(|| StockItem::empty(sku.clone()));
    if count.expected.is_some_and(|expected| expected != item.on_hand()) {
        return Err(Refusal::StockChanged { on_hand: item.on_hand(), available: item.available() });
    }
    let (item, movement) = item.count(count.on_hand, count.by.clone(), now)?;
    transaction.put_stock(item, movement);
    Ok(())
}
