//! Goods came to a shelf, or left it, without an order.

use std::sync::Arc;

use shared_kernel::{Clock, Sku};

use crate::application::update::{UpdateError, update};
use crate::domain::{Adjustment, Reference, StockItem, StockTransaction, adjusting};
use crate::ports::{Keys, StockRequest, Warehouse};

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
pub struct AdjustStock {
    warehouse: Arc<dyn Warehouse>,
    clock: Arc<dyn Clock>,
}

impl AdjustStock {
    pub fn new(warehouse: Arc<dyn Warehouse>, clock: Arc<dyn Clock>) -> Self {
        Self { warehouse, clock }
    }

    /// Changes the shelf by the adjustment's quantity, making it if there is none, and answers it as it now is.
    pub async fn execute(&self, command: AdjustStockCommand) -> Result<StockItem, UpdateError> {
        let (now, sku) = (self.clock.now(), command.sku.clone());
        let request = command.request.clone().map(|key| StockRequest { sku: sku.clone(), key });
        let keys = Keys { skus: vec![sku.clone()], request, ..Keys::default() };
        let decide = move |transaction: &mut StockTransaction| {
            let who = (&command.by, command.request.as_deref());
            adjusting::adjust(transaction, &command.sku, &command.adjustment, who, now)
        };
        let transaction = update(&*self.warehouse, keys, None, decide).await?;
        Ok(transaction.stock(&sku).cloned().unwrap_or_else(|| StockItem::empty(sku)))
    }
}
