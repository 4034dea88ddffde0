//! An order and its row. Reading can fail, and says what of which order cannot be right.

use chassis::params;
use chassis::sql::{Params, Row};
use serde::{Deserialize, Serialize};
use shared_kernel::{Address, Currency, Money, OrderId, StoreError, Timestamp};

use crate::domain::{
    Attention, Buyer, CartId, Fulfilment, HistoryEntry, Order, OrderLine, OrderNumber, OrderParts, OrderState, Origin,
    Payment, Receipt, Refund, ShippingItem, Totals,
};

/// The columns that make an order, for use in `concat!`.
macro_rules! columns {
    () => {
        "id, number, cart_id, status, placed_at, expires_at, currency, net_minor, tax_minor, shipping_minor, \
         gross_minor, frozen, progress, version"
    };
}
pub(super) use columns;

/// What placement fixed for ever.
#[derive(Serialize, Deserialize)]
struct Frozen {
    buyer: Buyer,
    origin: Origin,
    lines: Vec<OrderLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shipping: Option<ShippingItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replaces: Option<OrderId>,
}

/// What happened since, as it is read.
#[derive(Deserialize)]
struct Progress {
    state: OrderState,
    since: Timestamp,
    #[serde(default)]
    payments: Vec<Payment>,
    #[serde(default)]
    refunds: Vec<Refund>,
    #[serde(default)]
    fulfilment: Fulfilment,
    #[serde(default)]
    receipt: Option<Receipt>,
    #[serde(default)]
    attention: Option<Attention>,
    history: Vec<HistoryEntry>,
}

/// What happened since, as it is written.
#[derive(Serialize)]
struct ProgressRef<'a> {
    state: &'a OrderState,
    since: Timestamp,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    payments: &'a [Payment],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    refunds: &'a [Refund],
    fulfilment: &'a Fulfilment,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: &'a Option<Receipt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attention: &'a Option<Attention>,
    history: &'a [HistoryEntry],
}

/// Reads an order from its columns.
pub(super) fn read(row: &Row) -> Result<Order, StoreError> {
    let id: OrderId = row.get("id")?;
    let corrupt = |problem: String| StoreError::Corrupt { table: "orders", row: id.to_string(), problem };
    let frozen: Frozen =
        serde_json::from_str(&row.get::<String>("frozen")?).map_err(|error| corrupt(format!("frozen: {error}")))?;
    let progress: Progress =
        serde_json::from_str(&row.get::<String>("progress")?).map_err(|error| corrupt(format!("progress: {error}")))?;
    if row.get::<String>("status")? != progress.state.status().name() {
        return Err(corrupt("status and progress differ".to_owned()));
    }
    let number = OrderNumber::parse(&row.get::<String>("number")?).ok_or_else(|| corrupt("number".to_owned()))?;
    let cart = row.get::<Option<String>>("cart_id")?.map(|cart| CartId::parse(&cart));
    let cart = cart.map(|cart| cart.ok_or_else(|| corrupt("cart_id".to_owned()))).transpose()?;
    let currency: Currency = row.get("currency")?;
    let money = |column| row.get(column).map(|minor| Money::new(minor, currency));
    let (net, tax) = (money("net_minor")?, money("tax_minor")?);
    let (shipping, gross) = (money("shipping_minor")?, money("gross_minor")?);
    let parts = OrderParts {
        id,
        number,
        cart,
        buyer: frozen.buyer,
        origin: frozen.origin,
        lines: frozen.lines,
        shipping: frozen.shipping,
        address: frozen.address,
        country: frozen.country,
        totals: Totals { net, tax, shipping, gross },
        placed_at: row.get("placed_at")?,
        expires_at: row.get("expires_at")?,
        replaces: frozen.replaces,
        state: progress.state,
        state_since: progress.since,
        payments: progress.payments,
        refunds: progress.refunds,
        fulfilment: progress.fulfilment,
        receipt: progress.receipt,
        attention: progress.attention,
        history: progress.history,
        version: row.get("version")?,
    };
    Order::restore(parts).map_err(|part| corrupt(part.to_owned()))
}

/// The values of a new row, in the order of the insert statement.
pub(super) fn new_row(order: &Order) -> Result<Params, StoreError> {
    let OrderParts { buyer, origin, lines, shipping, address, country, replaces, totals, .. } = order.parts().clone();
    let frozen = Frozen { buyer, origin, lines, shipping, address, country, replaces };
    let frozen = serde_json::to_string(&frozen).map_err(StoreError::unavailable)?;
    Ok(params![
        order.id(),
        order.number().as_str(),
        order.cart().map(|cart| cart.to_string()),
        order.buyer().customer,
        order.buyer().email.as_deref().map(searchable),
        order.status().name(),
        order.placed_at(),
        order.expires_at(),
        order.due_at(),
        order.attention().map(|attention| attention.since),
        order.has_open_money(),
        totals.gross.currency(),
        totals.net.minor(),
        totals.tax.minor(),
        totals.shipping.minor(),
        totals.gross.minor(),
        words(order),
        frozen,
        progress(order)?,
    ])
}

/// The values of a changed row, in the order of the update statement.
pub(super) fn changed_row(order: &Order) -> Result<Params, StoreError> {
    Ok(params![
        order.id(),
        order.version(),
        order.status().name(),
        order.due_at(),
        order.attention().map(|attention| attention.since),
        order.has_open_money(),
        progress(order)?,
    ])
}

fn progress(order: &Order) -> Result<String, StoreError> {
    let parts = order.parts();
    let progress = ProgressRef {
        state: &parts.state,
        since: parts.state_since,
        payments: &parts.payments,
        refunds: &parts.refunds,
        fulfilment: &parts.fulfilment,
        receipt: &parts.receipt,
        attention: &parts.attention,
        history: &parts.history,
    };
    serde_json::to_string(&progress).map_err(StoreError::unavailable)
}

/// What a customer may search his orders for.
fn words(order: &Order) -> String {
    let titles = order.lines().iter().map(|line| searchable(&line.title));
    std::iter::once(searchable(order.number().as_str())).chain(titles).collect::<Vec<_>>().join("\n")
}

/// In small letters, and without the one character that a text in PostgreSQL cannot have; imported orders may.
fn searchable(text: &str) -> String {
    text.to_lowercase().replace('\0', " ")
}
