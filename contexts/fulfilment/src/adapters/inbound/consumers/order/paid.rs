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
    delivery_address: Option<PaidAddress>,
    #[serde(default)]
    gross_minor: Option<i64>,
    lines: Vec<PlacedLine>,
}

/// The order's address with whatever else the order may say about it one day.
#[derive(Deserialize)]
struct PaidAddress {
    name: String,
    line1: String,
    #[serde(default)]
    line2: Option<String>,
    city: String,
    #[serde(default)]
    region: Option<String>,
    postcode: String,
    country: String,
}

pub(super) fn read(envelope: &Envelope) -> Result<PaidOrder, Unreadable> {
    let Paid { order_id: order, number, email, delivery_address, gross_minor, lines } = envelope.data()?;
    let address = delivery_address.map(read_address).transpose()?;
    Ok(PaidOrder { order, number, email, address, gross_minor, lines: read_lines(lines)? })
}

fn read_address(address: PaidAddress) -> Result<Address, Unreadable> {
    let PaidAddress { name, line1, line2, city, region, postcode, country } = address;
    let raw = RawAddress { name, line1, line2, city, region, postcode, country };
    Address::recorded(&raw).map_err(|error| Unreadable(format!("delivery_address: {error}")))
}
