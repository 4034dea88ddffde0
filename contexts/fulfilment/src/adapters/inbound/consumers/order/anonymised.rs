//! `store.order.anonymised.v1`: an order holds no personal data any more. A consumer of its own: it has nothing to do
//! with stock, and hears of orders that were closed before this version knew of it.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};
use shared_kernel::ConsumerName;

use super::{acknowledge, closed};
use crate::application::AnonymiseOrder;

/// Forgets the buyers of anonymised orders.
pub const FORGET_BUYERS: ConsumerName = ConsumerName::new("forget-buyers");
/// What [`ForgetBuyers`] hears.
pub const ERASURE_EVENTS: &[&str] = &["store.order.anonymised.v1"];

/// Forgets the buyers of anonymised orders.
pub struct ForgetBuyers(pub Arc<AnonymiseOrder>);

#[async_trait]
impl Handler for ForgetBuyers {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        match closed::read(&delivery.envelope) {
            Ok(order) => acknowledge(self.0.execute(order, &delivery.cause).await),
            Err(unreadable) => unreadable.into(),
        }
    }
}
