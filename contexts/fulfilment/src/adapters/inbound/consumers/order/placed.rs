//! `store.order.placed.v1`: an order was placed, and asks for stock.

use serde::Deserialize;
use shared_kernel::{Envelope, OrderId, Sku, Timestamp};

use super::Unreadable;
use crate::domain::kinds::merged;
use crate::domain::{Kind, Line, PlacedOrder, Units};

#[derive(Deserialize)]
struct Placed {
    order_id: OrderId,
    #[serde(default)]
    replaces: Option<OrderId>,
    expires_at: Timestamp,
    lines: Vec<PlacedLine>,
}

#[derive(Deserialize)]
pub(super) struct PlacedLine {
    sku: Sku,
    #[serde(default)]
    title: Option<String>,
    kind: String,
    quantity: i64,
}

pub(super) fn read(envelope: &Envelope) -> Result<PlacedOrder, Unreadable> {
    let Placed { order_id: order, replaces, expires_at, lines } = envelope.data()?;
    Ok(PlacedOrder { order, replaces, expires_at, lines: read_lines(lines)? })
}

pub(super) fn read_lines(lines: Vec<PlacedLine>) -> Result<Vec<Line>, Unreadable> {
    if lines.is_empty() {
        return Err(Unreadable("the order has no lines".to_owned()));
    }
    let line = |line: PlacedLine| {
        let kind = Kind::parse(&line.kind).ok_or_else(|| Unreadable(format!("kind {:?} is not known", line.kind)))?;
        let units =
            Units::new(line.quantity).ok_or_else(|| Unreadable(format!("{} units of {}", line.quantity, line.sku)))?;
        let title = line.title.unwrap_or_else(|| line.sku.to_string());
        Ok(Line { sku: line.sku, title, kind, units })
    };
    lines.into_iter().map(line).collect::<Result<_, _>>().map(merged)
}
