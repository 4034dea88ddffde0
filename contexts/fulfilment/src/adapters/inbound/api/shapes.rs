//! The bodies of the API, as a client may rely on them.

use std::collections::BTreeMap;

use chassis::web::openapi::KindWord;
use chassis::web::{AddressView, Problem};
use serde::{Deserialize, Serialize};
use shared_kernel::Sku;
use utoipa::ToSchema;

use super::problems::unprocessable;
use crate::domain::{FileInfo, Item, ItemState, ShippingOrder, ShippingState, StockItem};
use crate::ports::StockLine;

chassis::api_words! {
    "Where a shipping order stands." ShippingStatus as "ShippingOrderStatus" = ["pending", "processed", "cancelled"];
    "Where an item stands." ItemStatus as "ItemStatus" = ["pending", "waiting_for_file", "processed"];
}

/// A shipping order.
#[derive(Serialize, ToSchema)]
pub struct ShippingOrderView {
    /// The order's id, which is also the shipping order's.
    #[schema(format = Uuid)]
    id: String,
    /// The order's id.
    #[schema(format = Uuid)]
    order_id: String,
    /// The order's number, for people.
    number: String,
    #[schema(value_type = ShippingStatus)]
    status: &'static str,
    /// What has to be sent.
    items: Vec<ItemView>,
    /// Where files are mailed to.
    #[schema(format = Email)]
    email: String,
    /// Where parcels go; null when nothing is packed.
    delivery_address: Option<AddressView>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
    /// When everything had left; null before.
    #[schema(format = DateTime)]
    processed_at: Option<String>,
    /// What may be done next.
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Link>,
}

/// An address of this API.
#[derive(Serialize, ToSchema)]
pub struct Link {
    /// The path.
    href: String,
}

/// One line of a shipping order.
#[derive(Serialize, ToSchema)]
pub struct ItemView {
    /// What.
    sku: String,
    /// What it is called.
    title: String,
    #[schema(value_type = KindWord)]
    kind: &'static str,
    /// How many.
    quantity: i64,
    #[schema(value_type = ItemStatus)]
    status: &'static str,
    /// With whom it went.
    carrier: Option<String>,
    /// The carrier's number for it.
    tracking: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    processed_at: Option<String>,
}

/// A page of shipping orders.
#[derive(Serialize, ToSchema)]
pub struct ShippingOrderList {
    /// Pending ones first, oldest first; then those that are done, newest first.
    pub(super) items: Vec<ShippingOrderView>,
    /// Where the next page starts; null on the last one.
    pub(super) next_cursor: Option<String>,
}

/// What was handed to a carrier.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DispatchBody {
    /// Who carries it.
    #[schema(min_length = 1, max_length = 100, example = "NZ Post")]
    pub(super) carrier: String,
    /// The carrier's number for it.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub(super) tracking: Option<String>,
    /// The SKUs in the parcel; all pending physical items when left out.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, min_items = 1)]
    pub(super) items: Option<Vec<Sku>>,
}

/// A shelf.
#[derive(Serialize, ToSchema)]
pub struct StockView {
    /// Whose.
    sku: String,
    /// How many lie there.
    on_hand: i64,
    /// How many of those are promised to orders.
    reserved: i64,
    /// How many may still be sold.
    available: i64,
    /// What a buyer reads, if the catalogue has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
}

/// A page of shelves.
#[derive(Serialize, ToSchema)]
pub struct StockList {
    /// By SKU.
    pub(super) items: Vec<StockView>,
    /// Where the next page starts; null on the last one.
    pub(super) next_cursor: Option<String>,
}

/// What was counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountBody {
    /// How many lie there, 0 to 1,000,000,000.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub(super) on_hand: i64,
}

/// A file that is sold.
#[derive(Serialize, ToSchema)]
pub struct FileView {
    /// Whose.
    sku: String,
    /// What a buyer sees it called.
    name: String,
    /// Its media type.
    content_type: String,
    /// In bytes.
    size: u64,
}

impl From<&ShippingOrder> for ShippingOrderView {
    fn from(order: &ShippingOrder) -> Self {
        let id = order.order().to_string();
        let path = format!("/api/fulfilment/v1/shipping-orders/{id}");
        let (status, processed_at) = match order.state() {
            ShippingState::Pending => ("pending", None),
            ShippingState::Processed(at) => ("processed", Some(at.to_string())),
            ShippingState::Cancelled(_) => ("cancelled", None),
        };
        let mut links = BTreeMap::from([("self", Link { href: path.clone() })]);
        if order.can_be_dispatched() {
            links.insert("dispatch", Link { href: format!("{path}/dispatch") });
        }
        Self {
            order_id: id.clone(),
            id,
            number: order.number().to_owned(),
            status,
            items: order.items().iter().map(ItemView::from).collect(),
            email: order.email().to_owned(),
            delivery_address: order.address().map(AddressView::from),
            created_at: order.created_at().to_string(),
            processed_at,
            links,
        }
    }
}

impl From<&Item> for ItemView {
    fn from(item: &Item) -> Self {
        let (status, processed_at, consignment) = match &item.state {
            ItemState::Pending => ("pending", None, None),
            ItemState::WaitingForFile => ("waiting_for_file", None, None),
            ItemState::Processed { at, consignment } => ("processed", Some(at.to_string()), consignment.as_ref()),
        };
        Self {
            sku: item.sku.to_string(),
            title: item.title.clone(),
            kind: item.kind.name(),
            quantity: item.units.get(),
            status,
            carrier: consignment.map(|consignment| consignment.carrier().to_owned()),
            tracking: consignment.and_then(|consignment| consignment.tracking().map(str::to_owned)),
            processed_at,
        }
    }
}

impl From<&StockItem> for StockView {
    fn from(item: &StockItem) -> Self {
        let (on_hand, reserved, available) = (item.on_hand(), item.reserved(), item.available());
        Self { sku: item.sku().to_string(), on_hand, reserved, available, title: None }
    }
}

impl From<StockLine> for StockView {
    fn from(line: StockLine) -> Self {
        Self { title: line.title, ..Self::from(&line.item) }
    }
}

impl From<&FileInfo> for FileView {
    fn from(info: &FileInfo) -> Self {
        let (name, content_type) = (info.name().to_owned(), info.content_type().to_owned());
        Self { sku: info.sku().to_string(), name, content_type, size: info.size() }
    }
}

pub(super) fn sku(text: &str) -> Result<Sku, Problem> {
    Sku::parse(text).map_err(|error| unprocessable("invalid-sku", "Not a SKU", error.to_string()))
}
