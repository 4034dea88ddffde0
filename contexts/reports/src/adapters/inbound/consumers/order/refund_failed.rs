//! `store.order.refund_failed.v1`: a refund that was stated as gone through has failed since. It counts nowhere any more.

use serde::Deserialize;
use shared_kernel::{Envelope, OrderId, Timestamp};

use super::fields::{Number, command};
use crate::adapters::inbound::consumers::{Unreadable, truncate_to_stored_precision};
use crate::application::{News, RecordFactCommand};
use crate::domain::RefundId;

pub(super) const TYPE: &str = "store.order.refund_failed.v1";

#[derive(Deserialize)]
struct FailedRefund {
    order_id: OrderId,
    number: Number,
    refund_id: String,
    failed_at: Timestamp,
}

pub(super) fn read(envelope: &Envelope) -> Result<RecordFactCommand, Unreadable> {
    let failed: FailedRefund = envelope.data()?;
    let id = RefundId::new(&failed.refund_id);
    let news = News::RefundFailed {
        id: id.ok_or(Unreadable::Word { field: "refund_id", value: failed.refund_id })?,
        failed_at: truncate_to_stored_precision(failed.failed_at),
    };
    Ok(command(envelope, failed.order_id, failed.number, news))
}
