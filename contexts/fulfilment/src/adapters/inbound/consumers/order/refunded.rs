//! `store.order.refunded.v1` and `refund_failed.v1`, as far as packers have to know.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};
use serde::Deserialize;
use shared_kernel::{ConsumerName, Envelope, OrderId};

use super::{Unreadable, acknowledge};
use crate::ports::{MoneyFact, RefundBook};

/// Records what was refunded of orders.
pub const NOTE_REFUNDS: ConsumerName = ConsumerName::new("note-refunds");

const REFUNDED: &str = "store.order.refunded.v1";
const REFUND_FAILED: &str = "store.order.refund_failed.v1";

/// What [`NoteRefunds`] hears.
pub const MONEY_EVENTS: &[&str] = &[REFUNDED, REFUND_FAILED];

#[derive(Deserialize)]
struct Refunded {
    order_id: OrderId,
    refund_id: String,
    amount_minor: i64,
}

#[derive(Deserialize)]
struct RefundFailed {
    order_id: OrderId,
    refund_id: String,
}

fn read(envelope: &Envelope) -> Result<Option<(OrderId, MoneyFact)>, Unreadable> {
    Ok(match envelope.event_type.as_str() {
        REFUNDED => {
            let Refunded { order_id, refund_id, amount_minor } = envelope.data()?;
            Some((order_id, MoneyFact::Refunded(refund_id, amount_minor)))
        }
        REFUND_FAILED => {
            let RefundFailed { order_id, refund_id } = envelope.data()?;
            Some((order_id, MoneyFact::RefundFailed(refund_id)))
        }
        _ => None,
    })
}

/// Records what was refunded of an order. There is nothing to decide, so it has no use case.
pub struct NoteRefunds(pub Arc<dyn RefundBook>);

#[async_trait]
impl Handler for NoteRefunds {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        match read(&delivery.envelope) {
            Ok(Some((order, fact))) => acknowledge(self.0.note(order, fact, delivery.cause.clone()).await),
            Ok(None) => Handled::Ignored,
            Err(unreadable) => unreadable.into(),
        }
    }
}
