//! Everything that the catalogue says, by type.

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};

use super::{Unreadable, acknowledge, product_changed, stock_counted};
use crate::application::import_count::ImportCount;
use crate::application::learn_product::LearnProduct;

pub(super) const CHANGED: &str = "store.catalogue.product_changed.v1";
pub(super) const WITHDRAWN: &str = "store.catalogue.product_withdrawn.v1";
pub(super) const COUNTED: &str = "store.catalogue.stock_counted.v1";

/// Keeps the local copy of products.
pub struct KeepProducts {
    /// Changed, withdrawn.
    pub learn: LearnProduct,
}

impl KeepProducts {
    async fn keep(&self, delivery: &Delivery) -> Result<Handled, Unreadable> {
        let (envelope, cause) = (&delivery.envelope, delivery.cause.clone());
        let outcome = match envelope.event_type.as_str() {
            CHANGED => self.learn.changed(product_changed::read(envelope)?, cause).await,
            WITHDRAWN => self.learn.withdrawn(product_changed::read_withdrawn(envelope)?, cause).await,
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
pub struct CountStock {
    pub count: ImportCount,
}

#[async_trait]
impl Handler for CountStock {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        match stock_counted::read(&delivery.envelope) {
            Ok(count) => acknowledge(self.count.execute(count, delivery.cause.clone()).await),
            Err(unreadable) => unreadable.into(),
        }
    }
}
