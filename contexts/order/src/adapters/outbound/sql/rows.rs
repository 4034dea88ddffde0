//! An order and its row. Reading can fail, and says what of which order cannot be right.

use chassis::params;
use chassis::sql::{Params, Row};
use serde::{Deserialize, Serialize};
use shared_kernel::{Address, Currency, Money, OrderId, StoreError, Timestamp};

use crate::domain::{
    Attention, Buyer, CartId, Dispute, Fulfilment, HistoryEntry, Order, OrderLine, OrderNumber, OrderParts, OrderState,
    Origin, Payment, Receipt, Refund, ShippingItem, Totals,
};

/// The columns that make an order, for use in `concat!`.
macro_rules! columns {
    () => {
        "id, number, cart_id, status, placed_at, expires_at, currency, net_minor, tax_minor, shipping_minor, \
         gross_minor, frozen, progress, version"
    };
}
pub(super) use columns;

/// What placement fixed. It changes once more at most, when the order is anonymised.
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anonymised_at: Option<Timestamp>,
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
    /// The first reason alone, in words of older versions; written for them, and by them.
    #[serde(default)]
    attention: Option<Attention>,
    /// All of them; absent in what older versions have written.
    #[serde(default)]
    attentions: Option<Vec<Attention>>,
    #[serde(default)]
    disputes: Vec<Dispute>,
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
    attention: Option<Attention>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    attentions: &'a [Attention],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    disputes: &'a [Dispute],
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
        attention: progress.attentions.unwrap_or_else(|| progress.attention.into_iter().collect()),
        disputes: progress.disputes,
        history: progress.history,
        anonymised_at: frozen.anonymised_at,
        version: row.get("version")?,
    };
    Order::restore(parts).map_err(|part| corrupt(part.to_owned()))
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

/// Older versions know one reason, and not all of ours.
fn for_older_versions(first: &Attention) -> Attention {
    let (since, reason) = (first.since, first.reason.for_older_versions());
    Attention { since, reason, about: None, detail: None }
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
    let parts = order.parts().clone();
    let OrderParts { buyer, origin, lines, shipping, address, country, replaces, anonymised_at, .. } = parts;
    let frozen = Frozen { buyer, origin, lines, shipping, address, country, replaces, anonymised_at };
    serde_json::to_string(&frozen).map_err(StoreError::unavailable)
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
        attention: order.attention().map(for_older_versions),
        attentions: &parts.attention,
        disputes: &parts.disputes,
        history: &parts.history,
    };
    serde_json::to_string(&progress).map_err(StoreError::unavailable)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AttentionReason;

    #[test]
    fn every_reason_for_attention_is_kept_under_its_stable_name() {
        for reason in AttentionReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.name());
            assert_eq!(AttentionReason::parse(reason.name()), Some(reason));
            let older = reason.for_older_versions();
            assert_eq!(older, older.for_older_versions(), "older versions know it");
        }
    }

    #[test]
    fn a_row_of_an_older_version_has_its_one_reason_and_a_row_of_ours_can_be_read_by_it() {
        let since = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        let old = serde_json::json!({"state": {"state": "expired", "superseded_by": null}, "since": since,
            "fulfilment": Fulfilment::default(), "history": [],
            "attention": {"since": since, "reason": "payment-disputed"}});
        let read: Progress = serde_json::from_value(old).unwrap();
        assert_eq!(read.attention.map(|it| it.reason), Some(AttentionReason::PaymentDisputed));
        assert_eq!(read.attentions, None);
        let ours = Attention { since, reason: AttentionReason::DisputeLost, about: Some("du_1".into()), detail: None };
        let slot = serde_json::to_value(for_older_versions(&ours)).unwrap();
        assert_eq!(slot, serde_json::json!({"since": since, "reason": "payment-disputed"}));
    }
}
