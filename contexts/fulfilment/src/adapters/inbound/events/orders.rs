//! Everything that orders say, by type.

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};

use super::{Unreadable, acknowledge, order_closed, order_paid, order_placed};
use crate::application::answer_cancellation::AnswerCancellation;
use crate::application::create_shipping_order::CreateShippingOrder;
use crate::application::release_stock::ReleaseStock;
use crate::application::reserve_stock::ReserveStock;

pub(super) const PLACED: &str = "store.order.placed.v1";
pub(super) const PAID: &str = "store.order.paid.v1";
pub(super) const EXPIRED: &str = "store.order.expired.v1";
pub(super) const REJECTED: &str = "store.order.rejected.v1";
pub(super) const CANCELLED: &str = "store.order.cancelled.v1";
pub(super) const CANCELLATION_REQUESTED: &str = "store.order.cancellation_requested.v1";

/// Handles the facts of orders.
pub struct FollowOrders {
    /// Placed.
    pub reserve: ReserveStock,
    /// Paid.
    pub ship: CreateShippingOrder,
    /// Expired, rejected, cancelled.
    pub release: ReleaseStock,
    /// Somebody wants to cancel.
    pub cancel: AnswerCancellation,
}

impl FollowOrders {
    async fn follow(&self, delivery: &Delivery) -> Result<Handled, Unreadable> {
        let (envelope, cause) = (&delivery.envelope, delivery.cause.clone());
        let outcome = match envelope.event_type.as_str() {
            PLACED => self.reserve.execute(order_placed::read(envelope)?, cause).await,
            PAID => self.ship.execute(order_paid::read(envelope)?, cause).await,
            EXPIRED | REJECTED | CANCELLED => self.release.execute(order_closed::read(envelope)?, cause).await,
            CANCELLATION_REQUESTED => self.cancel.execute(order_closed::read(envelope)?, cause).await,
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
