//! Goods came to a shelf, or left it, without an order.

use std::sync::Arc;

use shared_kernel::{Clock, Sku};

use super::retry_on_conflict;
use super::set_stock::SetStockError;
use crate::domain::{Adjustment, Reference, StockItem, adjusting};
use crate::ports::{Decide, Keys, StockRequest, Warehouse};

/// What has come or gone.
#[derive(Debug, Clone)]
pub struct AdjustStockCommand {
    /// On which shelf.
    pub sku: Sku,
    /// How many, and why.
    pub adjustment: Adjustment,
    /// Who says so.
    pub by: Reference,
    /// Names this adjustment: saying it again under the same key changes nothing.
    pub request: Option<String>,
}

/// Adds to shelves and takes off them.
#[derive(Clone)]
pub struct AdjustStock {
    /// Where stock lies.
    pub warehouse: Arc<dyn Warehouse>,
    /// The time of the movement.
    pub clock: Arc<dyn Clock>,
}

impl AdjustStock {
    /// Changes the shelf by the adjustment's quantity, making it if there is none, and answers it as it now is.
    pub async fn execute(&self, command: AdjustStockCommand) -> Result<StockItem, SetStockError> {
        let (now, sku) = (self.clock.now(), command.sku.clone());
        let request = command.request.clone().map(|key| StockRequest { sku: sku.clone(), key });
        let keys = Keys { skus: vec![sku.clone()], request, ..Keys::default() };
        let decide: Decide = Arc::new(move |sheet| {
            let who = (&command.by, command.request.as_deref());
            adjusting::adjust(sheet, &command.sku, &command.adjustment, who, now)
        });
        let sheet = retry_on_conflict(|| self.warehouse.update(keys.clone(), decide.clone(), None)).await??;
        Ok(sheet.stock(&sku).cloned().unwrap_or_else(|| StockItem::empty(sku)))
    }
}
