//! Everything that orders say, by type. What moves stock has one consumer, so that facts of one order stay in their order.

mod anonymised;
mod closed;
mod paid;
mod placed;
mod refunded;

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};
use shared_kernel::ConsumerName;

use super::{Unreadable, acknowledge};
use crate::application::{AnswerCancellation, CreateShippingOrder, ReleaseStock, ReserveStock};

pub use anonymised::{ERASURE_EVENTS, FORGET_BUYERS, ForgetBuyers};
pub use refunded::{MONEY_EVENTS, NOTE_REFUNDS, NoteRefunds};

/// Follows orders from "placed" to their end.
pub const FOLLOW_ORDERS: ConsumerName = ConsumerName::new("follow-orders");

const PLACED: &str = "store.order.placed.v1";
const PAID: &str = "store.order.paid.v1";
const EXPIRED: &str = "store.order.expired.v1";
const REJECTED: &str = "store.order.rejected.v1";
const CANCELLED: &str = "store.order.cancelled.v1";
const CANCELLATION_REQUESTED: &str = "store.order.cancellation_requested.v1";

/// What [`FollowOrders`] hears.
pub const ORDER_EVENTS: &[&str] = &[PLACED, PAID, EXPIRED, REJECTED, CANCELLED, CANCELLATION_REQUESTED];

/// Handles the facts that move stock.
pub struct FollowOrders {
    pub reserve_stock: Arc<ReserveStock>,
    pub create_shipping_order: Arc<CreateShippingOrder>,
    pub release_stock: Arc<ReleaseStock>,
    pub answer_cancellation: Arc<AnswerCancellation>,
}

impl FollowOrders {
    async fn follow(&self, delivery: &Delivery) -> Result<Handled, Unreadable> {
        let (envelope, cause) = (&delivery.envelope, delivery.cause.clone());
        let outcome = match envelope.event_type.as_str() {
            PLACED => self.reserve_stock.execute(placed::read(envelope)?, cause).await,
            PAID => self.create_shipping_order.execute(paid::read(envelope)?, cause).await,
            EXPIRED | REJECTED | CANCELLED => self.release_stock.execute(closed::read(envelope)?, cause).await,
            CANCELLATION_REQUESTED => self.answer_cancellation.execute(closed::read(envelope)?, cause).await,
            _ => return Ok(Handled::Ignored),
        };
        Ok(acknowledge(outcome))
    }
}

#[async_trait]
impl Handler for FollowOrders {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        self.follow(delivery).await.unwrap_or_else(Handled::from)
    }
}
