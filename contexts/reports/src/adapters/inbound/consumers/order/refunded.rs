//! `store.order.refunded.v1`: money went back, of a sale or of a payment that came too late to make one.

use serde::Deserialize;
use shared_kernel::{Currency, Envelope, OrderId, Timestamp};

use super::fields::{Number, command};
use crate::adapters::inbound::consumers::{Unreadable, truncate_to_stored_precision};
use crate::application::{News, RecordFactCommand};
use crate::domain::RefundId;

pub(super) const TYPE: &str = "store.order.refunded.v1";

#[derive(Deserialize)]
struct RefundedOrder {
    order_id: OrderId,
    number: Number,
    refund_id: String,
    amount_minor: i64,
    currency: Currency,
    #[serde(default)]
    reason: Option<String>,
    refunded_at: Timestamp,
}

pub(super) fn read(envelope: &Envelope) -> Result<RecordFactCommand, Unreadable> {
    let refunded: RefundedOrder = envelope.data()?;
    let id = RefundId::new(&refunded.refund_id);
    let news = News::Refunded {
        id: id.ok_or(Unreadable::Word { field: "refund_id", value: refunded.refund_id })?,
        minor: refunded.amount_minor,
        currency: refunded.currency,
        reason: refunded.reason.unwrap_or_default(),
        refunded_at: truncate_to_stored_precision(refunded.refunded_at),
    };
    Ok(command(envelope, refunded.order_id, refunded.number, news))
}
