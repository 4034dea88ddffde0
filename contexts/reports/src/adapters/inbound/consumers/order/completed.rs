//! `store.order.completed.v1`: everything in the order has been delivered.

use serde::Deserialize;
use shared_kernel::{Envelope, OrderId, Timestamp};

use super::fields::{Number, command};
use crate::adapters::inbound::consumers::{Unreadable, truncate_to_stored_precision};
use crate::application::{News, RecordFactCommand};

pub(super) const TYPE: &str = "store.order.completed.v1";

#[derive(Deserialize)]
struct CompletedOrder {
    order_id: OrderId,
    number: Number,
    completed_at: Timestamp,
}

pub(super) fn read(envelope: &Envelope) -> Result<RecordFactCommand, Unreadable> {
    let completed: CompletedOrder = envelope.data()?;
    let news = News::Completed(truncate_to_stored_precision(completed.completed_at));
    Ok(command(envelope, completed.order_id, completed.number, news))
}
