//! An order and its row: columns, and two of JSON whose form is fixed in `rows/frozen.rs` and `rows/progress.rs`,
//! apart from the domain's own types. Reading can fail, and names row and column.

use chassis::params;
use chassis::sql::{Column, Params, Row};
use serde::de::DeserializeOwned;
use shared_kernel::{Currency, Money, OrderId, StoreError, Timestamp};

use crate::domain::{Buyer, CartId, Order, OrderNumber, Origin, Payment, RestoreError, StoredOrder, Totals};

use self::frozen::{DetailColumns, FrozenJson};
use self::progress::{Progress, ProgressJson};

mod frozen;
mod money;
mod names;
mod progress;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

/// The columns that make an order, for use in `concat!`.
macro_rules! columns {
    () => {
        "id, number, cart_id, status, placed_at, expires_at, currency, net_minor, tax_minor, shipping_minor, \
         gross_minor, frozen, progress, version"
    };
}
pub(super) use columns;

/// Reads an order from its columns.
pub(super) fn read(row: &Row) -> Result<Order, StoreError> {
    let id: OrderId = row.get("id")?;
    read_row(row).map_err(|problem| match problem {
        Problem::Column(column, problem) => {
            StoreError::Corrupt { table: "orders", row: id.to_string(), problem: format!("{column}: {problem}") }
        }
        Problem::Store(error) => error,
    })
}

/// Why a row cannot be read.
enum Problem {
    /// What is wrong with a column, or with several that do not fit together.
    Column(&'static str, String),
    Store(StoreError),
}

fn read_row(row: &Row) -> Result<Order, Problem> {
    let frozen: FrozenJson = json(row, "frozen")?;
    let progress = Progress::from(json::<ProgressJson>(row, "progress")?);
    if column::<String>(row, "status")? != progress.state.status().name() {
        return Err(Problem::Column("status", "differs from progress".to_owned()));
    }
    let invalid = |name: &'static str| move || Problem::Column(name, "not valid".to_owned());
    let number = OrderNumber::parse(&column::<String>(row, "number")?).ok_or_else(invalid("number"))?;
    let cart = column::<Option<String>>(row, "cart_id")?;
    let cart = cart.map(|cart| CartId::parse(&cart).ok_or_else(invalid("cart_id"))).transpose()?;
    let currency: Currency = column(row, "currency")?;
    let money = |name| column(row, name).map(|minor| Money::new(minor, currency));
    let (net, tax) = (money("net_minor")?, money("tax_minor")?);
    let (shipping, gross) = (money("shipping_minor")?, money("gross_minor")?);
    let totals = Totals { net, tax, shipping, gross };
    let (placed_at, expires_at) = (column(row, "placed_at")?, column(row, "expires_at")?);
    let (origin, anonymised_at) = (frozen.origin, frozen.anonymised_at);
    let stored = StoredOrder {
        id: column(row, "id")?,
        number,
        cart,
        origin,
        details: frozen.details(DetailColumns { totals, placed_at, expires_at }),
        state: progress.state,
        state_since: progress.since,
        payments: progress.payments,
        refunds: progress.refunds,
        fulfilment: progress.fulfilment,
        receipt: progress.receipt,
        attention: progress.attention,
        disputes: progress.disputes,
        history: progress.history,
        anonymised_at,
        version: column(row, "version")?,
    };
    Order::restore(stored).map_err(|error| match error {
        RestoreError::NoLines => Problem::Column("frozen", error.to_string()),
        RestoreError::TotalsDoNotAddUp => Problem::Column("gross_minor", error.to_string()),
    })
}

fn column<T: Column>(row: &Row, name: &'static str) -> Result<T, Problem> {
    row.get(name).map_err(|error| match error {
        StoreError::Corrupt { problem, .. } => Problem::Column(name, problem),
        other => Problem::Store(other),
    })
}

fn json<T: DeserializeOwned>(row: &Row, name: &'static str) -> Result<T, Problem> {
    serde_json::from_str(&column::<String>(row, name)?).map_err(|error| Problem::Column(name, error.to_string()))
}

/// The values of a new row, in the order of the insert statement.
pub(super) fn new_row(order: &Order) -> Result<Params, StoreError> {
    let totals = order.totals();
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
        frozen(order)?,
        progress(order)?,
        captured_minor(order),
        refunded_minor(order),
        imported(order).and_then(|buyer| buyer.name.as_deref()).map(searchable),
        imported(order).and_then(|buyer| buyer.reference.clone()),
    ])
}

/// The buyer of an imported order, who is found by what the former shop knew. Others are found by their e-mail address.
fn imported(order: &Order) -> Option<&Buyer> {
    Some(order.buyer()).filter(|_| order.origin() == Origin::Import)
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
        captured_minor(order),
        refunded_minor(order),
    ])
}

/// What came, for the database to compare with what went back. Nothing where an older version has entered running totals
/// of refunds, which may be more than came until the provider's own records have taken their place.
fn captured_minor(order: &Order) -> Option<i64> {
    let comparable = order.refunds().iter().all(|refund| !refund.is_through() || refund.published.is_some());
    comparable.then(|| order.payments().iter().filter_map(Payment::captured).map(Money::minor).sum())
}

fn refunded_minor(order: &Order) -> Option<i64> {
    captured_minor(order)?;
    Some(order.payments().iter().map(|payment| order.refunded(&payment.intent)).sum())
}

/// The values of a row that names nobody any more, in the order of its statement.
pub(super) fn anonymised_row(order: &Order, now: Timestamp) -> Result<Params, StoreError> {
    Ok(params![order.id(), order.version(), frozen(order)?, progress(order)?, now])
}

fn frozen(order: &Order) -> Result<String, StoreError> {
    serde_json::to_string(&FrozenJson::of(order)).map_err(StoreError::unavailable)
}

fn progress(order: &Order) -> Result<String, StoreError> {
    serde_json::to_string(&ProgressJson::of(order)).map_err(StoreError::unavailable)
}

/// What a customer may search their orders for.
fn words(order: &Order) -> String {
    let titles = order.lines().iter().map(|line| searchable(&line.title));
    std::iter::once(searchable(order.number().as_str())).chain(titles).collect::<Vec<_>>().join("\n")
}

/// In small letters, and without the one character that a text in PostgreSQL cannot have; imported orders may.
fn searchable(text: &str) -> String {
    text.to_lowercase().replace('\0', " ")
}
