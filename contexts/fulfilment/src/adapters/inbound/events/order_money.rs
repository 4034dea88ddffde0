//! `store.order.refunded.v1` and `refund_failed.v1`, as far as packers have to know.

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};
use serde::Deserialize;
use shared_kernel::{Envelope, OrderId};

use super::{Unreadable, acknowledge};
use crate::application::note_money::NoteMoney;
use crate::ports::MoneyFact;

pub(super) const REFUNDED: &str = "store.order.refunded.v1";
pub(super) const REFUND_FAILED: &str = "store.order.refund_failed.v1";

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

/// Notes what went back of an order's money.
pub struct NoteRefunds {
    /// How.
    pub note: NoteMoney,
}

#[async_trait]
impl Handler for NoteRefunds {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        match read(&delivery.envelope) {
            Ok(Some((order, fact))) => acknowledge(self.note.execute(order, fact, delivery.cause.clone()).await),
            Ok(None) => Handled::Ignored,
            Err(unreadable) => unreadable.into(),
        }
    }
}
