//! `store.order.paid.v1`: the money has come.

use serde::Deserialize;
use shared_kernel::address::RawAddress;
use shared_kernel::{Address, Envelope, OrderId};

use super::Unreadable;
use super::placed::{PlacedLine, read_lines};
use crate::domain::PaidOrder;

#[derive(Deserialize)]
struct Paid {
    order_id: OrderId,
    number: String,
    email: String,
    #[serde(default)]
    delivery_address: Option<RawAddress>,
    #[serde(default)]
    gross_minor: Option<i64>,
    lines: Vec<PlacedLine>,
}

pub(super) fn read(envelope: &Envelope) -> Result<PaidOrder, Unreadable> {
    let Paid { order_id: order, number, email, delivery_address, gross_minor, lines } = envelope.data()?;
    let address = delivery_address.map(|address| Address::recorded(&address)).transpose();
    let address = address.map_err(|error| Unreadable(format!("delivery_address: {error}")))?;
    Ok(PaidOrder { order, number, email, address, gross_minor, lines: read_lines(lines)? })
}
