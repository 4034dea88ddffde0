//! `store.order.imported.v1`: an order from the shop's past. It is dated by when it was placed, and its status says
//! whether it was a sale at all.

use serde::Deserialize;
use shared_kernel::{Currency, Envelope, OrderId, Timestamp};

use super::fields::{Line, Number, Totals, command, sale_lines};
use crate::adapters::inbound::consumers::{Unreadable, truncate_to_stored_precision};
use crate::application::{News, RecordFactCommand};
use crate::domain::{Country, Outcome};

pub(super) const TYPE: &str = "store.order.imported.v1";

#[derive(Deserialize)]
struct ImportedOrder {
    order_id: OrderId,
    number: Number,
    placed_at: Timestamp,
    status: String,
    #[serde(default)]
    country: Option<String>,
    currency: Currency,
    lines: Vec<Line>,
    totals: Totals,
}

pub(super) fn read(envelope: &Envelope) -> Result<RecordFactCommand, Unreadable> {
    let imported: ImportedOrder = envelope.data()?;
    let news = News::Sold {
        outcome: outcome(imported.status)?,
        sold_at: truncate_to_stored_precision(imported.placed_at),
        currency: imported.currency,
        country: imported.country.as_deref().and_then(Country::new),
        amounts: imported.totals.amounts()?,
        lines: sale_lines(imported.lines)?,
    };
    Ok(command(envelope, imported.order_id, imported.number, news))
}

fn outcome(status: String) -> Result<Outcome, Unreadable> {
    match status.as_str() {
        "COMPLETED" => Ok(Outcome::Completed),
        "PAID" | "SHIPPED" | "CANCEL_PENDING" => Ok(Outcome::Paid),
        "CANCELLED" | "REJECTED" | "EXPIRED" | "INITIAL" | "AWAITING_STOCK" => Ok(Outcome::Void),
        _ => Err(Unreadable::Word { field: "status", value: status }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_says_whether_it_was_a_sale() {
        assert_eq!(outcome("COMPLETED".into()).unwrap(), Outcome::Completed);
        assert_eq!(outcome("PAID".into()).unwrap(), Outcome::Paid);
        assert_eq!(outcome("CANCELLED".into()).unwrap(), Outcome::Void);
        assert!(outcome("LOST".into()).is_err());
    }
}
