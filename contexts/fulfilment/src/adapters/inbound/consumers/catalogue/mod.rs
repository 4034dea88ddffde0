//! Everything that the catalogue says, by type.

mod product_changed;
mod stock_counted;

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};
use shared_kernel::ConsumerName;

use super::{Unreadable, acknowledge};
use crate::application::ImportCount;
use crate::ports::ProductBook;

/// Keeps names and kinds.
pub const KEEP_PRODUCTS: ConsumerName = ConsumerName::new("keep-products");
/// Applies imported counts.
pub const COUNT_STOCK: ConsumerName = ConsumerName::new("count-stock");

const CHANGED: &str = "store.catalogue.product_changed.v1";
const WITHDRAWN: &str = "store.catalogue.product_withdrawn.v1";
const COUNTED: &str = "store.catalogue.stock_counted.v1";

/// What [`KeepProducts`] hears.
pub const PRODUCT_EVENTS: &[&str] = &[CHANGED, WITHDRAWN];
/// What [`CountStock`] hears.
pub const COUNT_EVENTS: &[&str] = &[COUNTED];

/// Keeps the local copy of products. There is nothing to decide, so it has no use case.
pub struct KeepProducts(pub Arc<dyn ProductBook>);

impl KeepProducts {
    async fn keep(&self, delivery: &Delivery) -> Result<Handled, Unreadable> {
        let (envelope, cause) = (&delivery.envelope, delivery.cause.clone());
        let outcome = match envelope.event_type.as_str() {
            CHANGED => self.0.learn(product_changed::read(envelope)?, cause).await,
            WITHDRAWN => self.0.forget(product_changed::read_withdrawn(envelope)?, cause).await,
            _ => return Ok(Handled::Ignored),
        };
        Ok(acknowledge(outcome))
    }
}

#[async_trait]
impl Handler for KeepProducts {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        self.keep(delivery).await.unwrap_or_else(Handled::from)
    }
}

/// Applies imported counts.
pub struct CountStock(pub Arc<ImportCount>);

#[async_trait]
impl Handler for CountStock {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        match stock_counted::read(&delivery.envelope) {
            Ok(count) => acknowledge(self.0.execute(count, delivery.cause.clone()).await),
            Err(unreadable) => unreadable.into(),
        }
    }
}
