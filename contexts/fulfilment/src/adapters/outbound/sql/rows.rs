//! Columns to domain values and back. A row that cannot be what it says it is names its column.

use chassis::sql::Row;
use serde::{Deserialize, Serialize};
use shared_kernel::{Address, OrderId, Sku, StoreError, Timestamp};

use crate::domain::{
    Consignment, Hold, Item, ItemState, Kind, NotSentReason, Release, Reservation, ReservationState, ShippingOrder,
    ShippingState, StockItem, Units,
};

#[derive(Serialize, Deserialize)]
struct HoldJson {
    sku: Sku,
    units: i64,
}

#[derive(Serialize, Deserialize)]
struct ItemJson {
    sku: Sku,
    title: String,
    kind: String,
    units: i64,
    from_stock: bool,
    mailings: u32,
    status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    processed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    carrier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tracking: Option<String>,
    /// Why it is not sent. Such an item is called processed, so that the version before never sends it either; its stock
    /// is free by the same word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_sent: Option<String>,
}

fn corrupt(table: &'static str, row: &impl ToString, problem: String) -> StoreError {
    StoreError::Corrupt { table, row: row.to_string(), problem }
}

/// The column `on_hand` is what is not sold yet; what is sold and not sent lies on the shelf beside it (ADR 24).
pub(super) fn stock_item(row: &Row) -> Result<StockItem, StoreError> {
    let sku: Sku = row.get("sku")?;
    let (unsold, reserved, committed): (i64, i64, i64) =
        (row.get("on_hand")?, row.get("reserved")?, row.get("derived_committed")?);
    let problem = || format!("{unsold} are not sold, {reserved} are reserved, {committed} are committed");
    StockItem::restore(sku.clone(), unsold.saturating_add(committed), reserved, committed)
        .ok_or_else(|| corrupt("stock_item", &sku, problem()))
}

/// What is not sold yet: the column `on_hand`.
pub(super) fn unsold(item: &StockItem) -> i64 {
    item.on_hand() - item.committed()
}

pub(super) fn kind(name: &str, table: &'static str, row: &impl ToString) -> Result<Kind, StoreError> {
    Kind::parse(name).ok_or_else(|| corrupt(table, row, format!("kind {name}")))
}

pub(super) fn reservation(row: &Row) -> Result<Reservation, StoreError> {
    let order: OrderId = row.get("order_id")?;
    let state: String = row.get("state")?;
    let state = match (state.as_str(), row.get::<Option<Timestamp>>("held_until")?) {
        ("held", Some(until)) => ReservationState::Held { holds: holds(order, row)?, until },
        ("refused", None) => ReservationState::Refused,
        ("taken", None) => ReservationState::Taken,
        ("ended", None) => ReservationState::Released(Release::OrderEnded),
        ("replaced", None) => ReservationState::Released(Release::Replaced),
        ("lapsed", None) => ReservationState::Released(Release::Lapsed),
        _ => return Err(corrupt("reservation", &order, format!("state {state}"))),
    };
    Ok(Reservation::new(order, state))
}

fn holds(order: OrderId, row: &Row) -> Result<Vec<Hold>, StoreError> {
    let json: Vec<HoldJson> = read_json("reservation", &order, "holds", &row.get::<String>("holds")?)?;
    let hold = |HoldJson { sku, units }| {
        let units = Units::new(units).ok_or_else(|| corrupt("reservation", &order, format!("{units} units held")))?;
        Ok(Hold { sku, units })
    };
    json.into_iter().map(hold).collect()
}

pub(super) fn state_name(state: &ReservationState) -> &'static str {
    match state {
        ReservationState::Held { .. } => "held",
        ReservationState::Refused => "refused",
        ReservationState::Released(why) => why.name(),
        ReservationState::Taken => "taken",
    }
}

pub(super) fn holds_json(reservation: &Reservation) -> Result<String, StoreError> {
    let hold = |hold: &Hold| HoldJson { sku: hold.sku.clone(), units: hold.units.get() };
    let json: Vec<HoldJson> = reservation.holds().iter().map(hold).collect();
    serde_json::to_string(&json).map_err(StoreError::unavailable)
}

pub(super) fn shipping_order(row: &Row) -> Result<ShippingOrder, StoreError> {
    let order: OrderId = row.get("order_id")?;
    let state: String = row.get("state")?;
    let state = match (state.as_str(), row.get::<Option<Timestamp>>("closed_at")?) {
        ("pending", None) => ShippingState::Pending,
        ("processed", Some(at)) => ShippingState::Processed(at),
        ("cancelled", Some(at)) => ShippingState::Cancelled(at),
        _ => return Err(corrupt("shipping_order", &order, format!("state {state}"))),
    };
    let address: Option<String> = row.get("address")?;
    let address = address.map(|json| read_json::<Address>("shipping_order", &order, "address", &json)).transpose()?;
    let items: Vec<ItemJson> = read_json("shipping_order", &order, "items", &row.get::<String>("items")?)?;
    let items = items.into_iter().map(|json| item(order, json)).collect::<Result<_, _>>()?;
    let recipient = (row.get("email")?, address);
    let name = (row.get("number")?, row.get("gross_minor")?);
    Ok(ShippingOrder::restore(order, name, recipient, items, row.get("created_at")?, state))
}

fn item(order: OrderId, json: ItemJson) -> Result<Item, StoreError> {
    let wrong = |problem: String| corrupt("shipping_order", &order, problem);
    let state = match (json.status.as_str(), json.processed_at) {
        ("pending", None) => ItemState::Pending,
        ("waiting_for_file", None) => ItemState::WaitingForFile,
        ("processed", Some(at)) if json.not_sent.is_some() => {
            let name = json.not_sent.as_deref().unwrap_or_default();
            let reason = NotSentReason::parse(name).ok_or_else(|| wrong(format!("not sent: {name}")))?;
            ItemState::NotSent { at, reason }
        }
        ("processed", Some(at)) => {
            let consignment =
                json.carrier.as_deref().map(|carrier| Consignment::parse(carrier, json.tracking.as_deref()));
            ItemState::Processed { at, consignment: consignment.transpose().map_err(|error| wrong(error.to_string()))? }
        }
        (status, _) => return Err(wrong(format!("item status {status}"))),
    };
    Ok(Item {
        kind: kind(&json.kind, "shipping_order", &order)?,
        units: Units::new(json.units).ok_or_else(|| wrong(format!("{} units", json.units)))?,
        sku: json.sku,
        title: json.title,
        from_stock: json.from_stock,
        mailings: json.mailings,
        state,
    })
}

pub(super) fn items_json(items: &[Item]) -> Result<String, StoreError> {
    let json: Vec<ItemJson> = items.iter().map(item_json).collect();
    serde_json::to_string(&json).map_err(StoreError::unavailable)
}

fn item_json(item: &Item) -> ItemJson {
    let (status, processed_at, consignment) = match &item.state {
        ItemState::Pending => ("pending", None, None),
        ItemState::WaitingForFile => ("waiting_for_file", None, None),
        ItemState::Processed { at, consignment } => ("processed", Some(*at), consignment.as_ref()),
        ItemState::NotSent { at, .. } => ("processed", Some(*at), None),
    };
    let not_sent = match item.state {
        ItemState::NotSent { reason, .. } => Some(reason.name().to_owned()),
        ItemState::Pending | ItemState::WaitingForFile | ItemState::Processed { .. } => None,
    };
    ItemJson {
        sku: item.sku.clone(),
        title: item.title.clone(),
        kind: item.kind.name().to_owned(),
        units: item.units.get(),
        from_stock: item.from_stock,
        mailings: item.mailings,
        status: status.to_owned(),
        processed_at,
        carrier: consignment.map(|consignment| consignment.carrier().to_owned()),
        tracking: consignment.and_then(|consignment| consignment.tracking().map(str::to_owned)),
        not_sent,
    }
}

pub(super) fn address_json(order: &ShippingOrder) -> Result<Option<String>, StoreError> {
    order.address().map(serde_json::to_string).transpose().map_err(StoreError::unavailable)
}

/// Where a shipping order stands in the work list: its name, when it was closed, and the two numbers that sort it.
pub(super) fn standing(order: &ShippingOrder) -> (&'static str, Option<Timestamp>, i64, i64) {
    match order.state() {
        ShippingState::Pending => ("pending", None, 0, order.created_at().micros()),
        ShippingState::Processed(at) => ("processed", Some(at), 1, -at.micros()),
        ShippingState::Cancelled(at) => ("cancelled", Some(at), 2, -at.micros()),
    }
}

fn read_json<T: for<'de> Deserialize<'de>>(
    table: &'static str,
    row: &impl ToString,
    column: &str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| corrupt(table, row, format!("{column}: {error}")))
}
