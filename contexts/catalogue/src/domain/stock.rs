//! What this context knows of stock: what an import counted, and what fulfilment says is left.

use shared_kernel::Sku;
use uuid::Uuid;

/// Goods were counted, and a file brings the number. Applied once for each import and SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockCount {
    /// Names the file's content.
    pub import_id: Uuid,
    pub sku: Sku,
    /// How many there are.
    pub on_hand: u32,
}

/// How many of a SKU there are, as fulfilment last said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLevel {
    /// Of what.
    pub sku: Sku,
    /// In the store room.
    pub on_hand: i64,
    /// Of these, not yet promised to an order.
    pub available: i64,
    /// The number of fulfilment's statement; a later one counts more.
    pub sequence: u64,
}
