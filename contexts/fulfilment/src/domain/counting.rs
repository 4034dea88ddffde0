//! What somebody has counted, and what that does to a shelf.

use shared_kernel::{Sku, Timestamp};

use super::kinds::Count;
use super::stock::{Reference, StockItem};
use super::worksheet::{Refusal, Worksheet};

/// A count that came with an import. It has its effect once for each import and SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedCount {
    /// Which import.
    pub import: String,
    /// Of what.
    pub sku: Sku,
    /// How many.
    pub on_hand: Count,
}

/// Applies an imported count, once. Should it be lower than what is promised to orders, the shelf is set to what is
/// promised and the movement says so: a merchant's old list cannot unsell, and the import as a whole must not stop.
pub fn import(sheet: &mut Worksheet, count: &ImportedCount, now: Timestamp) {
    if sheet.count_is_known() {
        return;
    }
    let item = sheet.stock(&count.sku).cloned().unwrap_or_else(|| StockItem::empty(count.sku.clone()));
    let (item, movement) = item.count_at_least_reserved(count.on_hand, Reference::Import(count.import.clone()), now);
    sheet.put_stock(item, movement);
    sheet.count_applied(count.clone());
}

/// Sets a shelf to what a member of staff has counted.
///
/// # Errors
/// [`Refusal::BelowReserved`]: he is there to be told.
pub fn set(sheet: &mut Worksheet, sku: &Sku, count: Count, now: Timestamp) -> Result<(), Refusal> {
    let item = sheet.stock(sku).cloned().unwrap_or_else(|| StockItem::empty(sku.clone()));
    let refused = |below: super::stock::BelowReserved| Refusal::BelowReserved { reserved: below.reserved };
    let (item, movement) = item.count(count, Reference::Staff, now).map_err(refused)?;
    sheet.put_stock(item, movement);
    Ok(())
}
