//! `store.order.cancelled.v1`: a paid order was cancelled. The refund is a fact of its own.

use serde::Deserialize;
use shared_kernel::{Envelope, OrderId, Timestamp};

use super::fields::{Number, command};
use crate::adapters::inbound::consumers::{Unreadable, truncate_to_stored_precision};
use crate::application::{News, RecordFactCommand};

pub(super) const TYPE: &str = "store.order.cancelled.v1";

#[derive(Deserialize)]
struct CancelledOrder {
    order_id: OrderId,
    number: Number,
    cancelled_at: Timestamp,
}

pub(super) fn read(envelope: &Envelope) -> Result<RecordFactCommand, Unreadable> {
    let cancelled: CancelledOrder = envelope.data()?;
    let news = News::Cancelled(truncate_to_stored_precision(cancelled.cancelled_at));
    Ok(command(envelope, cancelled.order_id, cancelled.number, news))
}
