//! `store.order.expired.v1`, `rejected.v1`, `cancelled.v1` and `cancellation_requested.v1`: of all these the warehouse
//! needs only which order it is.

use serde::Deserialize;
use shared_kernel::{Envelope, OrderId};

use super::Unreadable;

#[derive(Deserialize)]
struct Closed {
    order_id: OrderId,
}

pub(super) fn read(envelope: &Envelope) -> Result<OrderId, Unreadable> {
    let Closed { order_id } = envelope.data()?;
    Ok(order_id)
}
