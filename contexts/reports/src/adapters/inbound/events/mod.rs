//! Facts that other contexts publish, translated at the door: one file per foreign contract, each with a tolerant view
//! that names only the fields needed here.
//!
//! The contracts are pinned by the producers' golden files, which this context's contract test reads. A fact about money
//! that cannot be read is a dead letter at once, never ignored: an operator must see it.

mod catalogue_product_changed;
mod order_anonymised;
mod order_cancelled;
mod order_completed;
mod order_imported;
mod order_paid;
mod order_refund_failed;
mod order_refunded;
mod reading;

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Failure, Handled, Handler};
use shared_kernel::{ConsumerName, Envelope, StoreError};

use crate::application::{KeepProduct, RecordFact, RecordFactCommand, RecordFactError};
use crate::ports::ProductStated;

pub use order_anonymised::ForgetReasons;
pub use reading::Unreadable;

/// Hears of orders.
pub const RECORD_SALES: ConsumerName = ConsumerName::new("record-sales");
/// Hears of buyers who were erased.
pub const FORGET_REASONS: ConsumerName = ConsumerName::new("forget-reasons");
/// Hears of products.
pub const KEEP_PRODUCTS: ConsumerName = ConsumerName::new("keep-products");

/// What the books want to know of orders.
pub const ORDER_FACTS: &[&str] = &[
    order_paid::TYPE,
    order_completed::TYPE,
    order_cancelled::TYPE,
    order_refunded::TYPE,
    order_refund_failed::TYPE,
    order_imported::TYPE,
];
/// What they want to know of buyers.
pub const ERASURE_FACTS: &[&str] = &[order_anonymised::TYPE];
/// What they want to know of products.
pub const PRODUCT_FACTS: &[&str] = &[catalogue_product_changed::TYPE];

/// Reads a fact about an order; the command still lacks its cause.
///
/// # Errors
/// [`Unreadable`] when it is of no known type or lacks something.
pub fn order_fact(envelope: &Envelope) -> Result<RecordFactCommand, Unreadable> {
    match envelope.event_type.as_str() {
        order_paid::TYPE => order_paid::read(envelope),
        order_completed::TYPE => order_completed::read(envelope),
        order_cancelled::TYPE => order_cancelled::read(envelope),
        order_refunded::TYPE => order_refunded::read(envelope),
        order_refund_failed::TYPE => order_refund_failed::read(envelope),
        order_imported::TYPE => order_imported::read(envelope),
        _ => Err(Unreadable::Type(envelope.event_type.clone())),
    }
}

/// Reads a statement about a product; it still lacks its cause.
pub fn product_fact(envelope: &Envelope) -> Result<ProductStated, Unreadable> {
    catalogue_product_changed::read(envelope)
}

/// Records facts about orders.
pub struct RecordSales(pub Arc<RecordFact>);

#[async_trait]
impl Handler for RecordSales {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let command = match order_fact(&delivery.envelope) {
            Ok(command) => RecordFactCommand { cause: Some(delivery.cause.clone()), ..command },
            Err(unreadable) => return Handled::Dead(unreadable.failure()),
        };
        match self.0.execute(command).await {
            Ok(()) => Handled::Done,
            Err(RecordFactError::Store(error)) => handle_store_error(&error),
            Err(RecordFactError::Contradiction(why)) => Handled::Dead(Failure::new("contradiction", why)),
            Err(RecordFactError::NotMoney(why)) => Handled::Dead(Failure::new("not-money", why)),
            Err(RecordFactError::NoMonth(why)) => Handled::Dead(Failure::new("no-month", why)),
        }
    }
}

/// Keeps statements about products.
pub struct KeepProducts(pub Arc<KeepProduct>);

#[async_trait]
impl Handler for KeepProducts {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let stated = match product_fact(&delivery.envelope) {
            Ok(stated) => ProductStated { cause: Some(delivery.cause.clone()), ..stated },
            Err(unreadable) => return Handled::Dead(unreadable.failure()),
        };
        self.0.execute(stated).await.map_or_else(|error| handle_store_error(&error), |()| Handled::Done)
    }
}

fn handle_store_error(error: &StoreError) -> Handled {
    match error {
        StoreError::AlreadyHandled => Handled::Done,
        StoreError::Corrupt { .. } => Handled::Dead(Failure::of(error)),
        StoreError::Stale | StoreError::LeaseLost | StoreError::Conflict(_) | StoreError::Unavailable(_) => {
            Handled::Retry(Failure::of(error))
        }
    }
}
