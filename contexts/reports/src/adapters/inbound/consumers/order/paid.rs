//! `store.order.paid.v1`: the money has arrived, which makes the order a sale.

use serde::Deserialize;
use shared_kernel::{Currency, Envelope, OrderId, Timestamp};

use super::fields::{Line, Number, Totals, command, sale_lines};
use crate::adapters::inbound::consumers::{Unreadable, truncate_to_stored_precision};
use crate::application::{News, RecordFactCommand};
use crate::domain::{Country, Outcome};

pub(super) const TYPE: &str = "store.order.paid.v1";

#[derive(Deserialize)]
struct PaidOrder {
    order_id: OrderId,
    number: Number,
    paid_at: Timestamp,
    currency: Currency,
    lines: Vec<Line>,
    totals: Totals,
    #[serde(default)]
    delivery_address: Option<Destination>,
}

/// Of the address only the country is read: no name or street belongs into the books.
#[derive(Deserialize)]
struct Destination {
    country: String,
}

pub(super) fn read(envelope: &Envelope) -> Result<RecordFactCommand, Unreadable> {
    let paid: PaidOrder = envelope.data()?;
    let news = News::Sold {
        outcome: Outcome::Paid,
        sold_at: truncate_to_stored_precision(paid.paid_at),
        currency: paid.currency,
        country: paid.delivery_address.and_then(|address| Country::new(&address.country)),
        amounts: paid.totals.amounts()?,
        lines: sale_lines(paid.lines)?,
    };
    Ok(command(envelope, paid.order_id, paid.number, news))
}
