//! `store.fulfilment.stock_changed.v1`: how many of a SKU are left.
//!
//! The level is kept as it comes, so there is no use case between this and the port.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Failure, Handled, Handler, Rebuild, Subscription};
use serde::Deserialize;
use shared_kernel::{ConsumerName, Envelope, Sku, StoreError};

use crate::domain::StockLevel;
use crate::ports::StockLevels;

/// Keeps the local copy of stock levels.
pub const CONSUMER: ConsumerName = ConsumerName::new("note-stock");
/// What it hears.
pub const STOCK_CHANGED: &str = "store.fulfilment.stock_changed.v1";

#[derive(Deserialize)]
struct StockChanged {
    sku: Sku,
    on_hand: i64,
    available: i64,
}

/// Reads the fact.
///
/// # Errors
/// The JSON reader's, when a needed field is missing or of another kind.
pub fn level_of(envelope: &Envelope) -> Result<StockLevel, serde_json::Error> {
    let StockChanged { sku, on_hand, available } = envelope.data()?;
    Ok(StockLevel { sku, on_hand, available, sequence: envelope.sequence })
}

/// Listens to fulfilment.
pub fn subscription(levels: Arc<dyn StockLevels>, rebuild: Arc<dyn Rebuild>) -> Subscription {
    Subscription::to(CONSUMER, &[STOCK_CHANGED], Arc::new(OnStockChanged { levels })).rebuildable(rebuild)
}

struct OnStockChanged {
    levels: Arc<dyn StockLevels>,
}

#[async_trait]
impl Handler for OnStockChanged {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let level = match level_of(&delivery.envelope) {
            Ok(level) => level,
            Err(unreadable) => return Handled::Dead(Failure::new("unreadable", unreadable)),
        };
        match self.levels.note(level, &delivery.cause).await {
            Ok(()) | Err(StoreError::AlreadyHandled) => Handled::Done,
            Err(error) => Handled::Retry(Failure::of(&error)),
        }
    }
}
