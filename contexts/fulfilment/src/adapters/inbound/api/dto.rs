//! The bodies of the API, as a client may rely on them.

use std::collections::BTreeMap;

use chassis::web::openapi::KindWord;
use chassis::web::{AddressView, Problem};
use serde::{Deserialize, Serialize};
use shared_kernel::Sku;
use utoipa::ToSchema;

use super::errors::unprocessable;
use crate::application::ShippingOrderWithRefund;
use crate::domain::{AdjustmentReason, FileInfo, Item, ItemState, NotSentReason, Refunded, ShippingState};
use crate::ports::{StockChange, StockLine};

chassis::api_words! {
    "Where a shipping order stands." ShippingStatus as "ShippingOrderStatus" = ["pending", "processed", "cancelled"];
    "How much of an order's money went back; unknown (some or all) for orders paid before that was written down."
        RefundedWord as "Refunded" = [Refunded::Partly, Refunded::Whole, Refunded::Unknown].map(Refunded::name);
    "Where an item stands." ItemStatus as "ItemStatus" = ["pending", "waiting_for_file", "processed", "not_sent"];
    "Why an item is not sent." NotSentWord as "NotSentReason" = NotSentReason::ALL.map(NotSentReason::name);
}

/// A shipping order.
#[derive(Serialize, ToSchema)]
pub(super) struct ShippingOrderView {
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
    /// What went back of the order's money; null when nothing did. Nothing is stopped by it.
    #[schema(value_type = Option<RefundedWord>)]
    refunded: Option<&'static str>,
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
    /// When nothing was left to be sent; null before.
    #[schema(format = DateTime)]
    processed_at: Option<String>,
    /// What may be done next.
    #[serde(rename = "_links")]
    links: BTreeMap<&'static str, Link>,
}

/// An address of this API.
#[derive(Serialize, ToSchema)]
pub(super) struct Link {
    /// The path.
    href: String,
}

/// One line of a shipping order.
#[derive(Serialize, ToSchema)]
pub(super) struct ItemView {
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
    /// Why it is not sent; null otherwise.
    #[schema(value_type = Option<NotSentWord>)]
    not_sent_reason: Option<&'static str>,
}

/// A page of shipping orders.
#[derive(Serialize, ToSchema)]
pub(super) struct ShippingOrderList {
    /// Pending ones first, oldest first; then those that are done, newest first.
    pub(super) items: Vec<ShippingOrderView>,
    /// Where the next page starts; null on the last one.
    pub(super) next_cursor: Option<String>,
}

/// What was handed to a carrier.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DispatchBody {
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

/// Why the rest is not sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CloseBody {
    /// Goes into the order's history. Decides nothing.
    pub(super) reason: NotSentReasonView,
}

/// Why something is not sent.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CloseReason)]
pub enum NotSentReasonView {
    /// Its money went back, or goes back, instead.
    Refunded,
    /// It cannot be had.
    OutOfStock,
    /// It broke before it could be sent.
    Damaged,
    /// The buyer no longer wants it.
    CustomerRequest,
    /// It cannot be delivered to this address.
    Undeliverable,
    /// Anything else.
    Other,
}

/// A shelf.
#[derive(Serialize, ToSchema)]
pub(super) struct StockView {
    /// Whose.
    sku: String,
    /// Units in the warehouse. Falls when goods are dispatched, not when they are sold.
    #[schema(minimum = 0)]
    on_hand: i64,
    /// How many of those are held for orders that may still be paid.
    #[schema(minimum = 0)]
    reserved: i64,
    /// How many of those are paid and not sent yet.
    #[schema(minimum = 0)]
    committed: i64,
    /// How many may still be sold: `on_hand` less `reserved` and `committed`.
    #[schema(minimum = 0)]
    available: i64,
    /// What a buyer reads, if the catalogue has said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Whether the catalogue has told of a product with this SKU. It may do so a moment after the product was made.
    in_catalogue: bool,
}

/// A page of shelves.
#[derive(Serialize, ToSchema)]
pub(super) struct StockList {
    /// By SKU.
    pub(super) items: Vec<StockView>,
    /// Where the next page starts; null on the last one.
    pub(super) next_cursor: Option<String>,
}

/// What was counted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CountBody {
    /// How many lie there, 0 to 1,000,000,000.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub(super) on_hand: i64,
    /// `on_hand` as it was when counting began. If it is another now, goods have come or gone meanwhile and the count is
    /// refused; a sale alone does not matter. Without it the count is taken as it is.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub(super) expected_on_hand: Option<i64>,
}

/// What came to a shelf or left it without an order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AdjustmentBody {
    /// How many: positive when goods came, negative when they went. Not 0.
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000, example = 20)]
    pub(super) quantity: i64,
    /// Why. What was received, returned or found comes; what is damaged or lost goes; a correction is either.
    pub(super) reason: AdjustmentReasonView,
    /// Anything else worth remembering, such as the number of a delivery note.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub(super) note: Option<String>,
}

/// Why goods came or went.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AdjustmentReason)]
pub enum AdjustmentReasonView {
    /// A supplier delivered.
    Received,
    /// A customer sent something back that can be sold again.
    CustomerReturn,
    /// Goods turned up that were not counted before.
    Found,
    /// Broken, spoiled, past its date.
    Damaged,
    /// Missing, stolen.
    Lost,
    /// A mistake is put right.
    Correction,
}

/// One change of a shelf.
#[derive(Serialize, ToSchema)]
pub(super) struct StockMovementView {
    /// RFC 3339.
    #[schema(format = DateTime)]
    at: String,
    /// Why: `counted`, `received`, `customer_return`, `found`, `damaged`, `lost`, `correction`, `reserved`, `released`,
    /// `taken` (sold), `returned` (its order was cancelled, or closed without it), `dispatched`, `counted_below_reserved`. May grow.
    reason: String,
    /// How `on_hand` changed.
    on_hand: i64,
    /// How `available` changed.
    available: i64,
    /// The order it was for.
    #[schema(format = Uuid)]
    order_id: Option<String>,
    /// What to call the member of staff who did it.
    by: Option<String>,
    /// What they wrote about it.
    note: Option<String>,
}

/// A page of changes.
#[derive(Serialize, ToSchema)]
pub(super) struct StockMovementList {
    /// The latest first.
    pub(super) items: Vec<StockMovementView>,
    /// Where the next page starts; null on the last one.
    pub(super) next_cursor: Option<String>,
}

/// A file that is sold.
#[derive(Serialize, ToSchema)]
pub(super) struct FileView {
    /// Whose.
    sku: String,
    /// What a buyer sees it called.
    name: String,
    /// Its media type.
    content_type: String,
    /// In bytes.
    size: u64,
}

impl From<&ShippingOrderWithRefund> for ShippingOrderView {
    fn from(ShippingOrderWithRefund { order, refunded }: &ShippingOrderWithRefund) -> Self {
        let id = order.order().to_string();
        let path = format!("/api/fulfilment/v1/shipping-orders/{id}");
        let (status, processed_at) = match order.state() {
            ShippingState::Pending => ("pending", None),
            ShippingState::Processed(at) => ("processed", Some(at.to_string())),
            ShippingState::Cancelled(_) => ("cancelled", None),
        };
        let mut links = BTreeMap::from([("self", Link { href: path.clone() })]);
        if order.state() == ShippingState::Pending {
            links.insert("close", Link { href: format!("{path}/close") });
        }
        if order.can_be_dispatched() {
            links.insert("dispatch", Link { href: format!("{path}/dispatch") });
        }
        Self {
            order_id: id.clone(),
            id,
            number: order.number().to_owned(),
            status,
            refunded: refunded.map(Refunded::name),
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
            ItemState::NotSent { .. } => ("not_sent", None, None),
        };
        let not_sent_reason = match item.state {
            ItemState::NotSent { reason, .. } => Some(reason.name()),
            ItemState::Pending | ItemState::WaitingForFile | ItemState::Processed { .. } => None,
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
            not_sent_reason,
        }
    }
}

impl From<StockLine> for StockView {
    fn from(line: StockLine) -> Self {
        let (item, in_catalogue) = (&line.item, line.is_known());
        let (on_hand, reserved) = (item.on_hand(), item.reserved());
        let (committed, available) = (item.committed(), item.available());
        let sku = item.sku().to_string();
        Self { sku, on_hand, reserved, committed, available, title: line.title, in_catalogue }
    }
}

impl From<StockChange> for StockMovementView {
    fn from(change: StockChange) -> Self {
        let StockChange { at, reason, on_hand, available, reference, by, note, .. } = change;
        let order_id = reference.strip_prefix("order:").map(str::to_owned);
        Self { at: at.to_string(), reason, on_hand, available, order_id, by, note }
    }
}

impl From<AdjustmentReasonView> for AdjustmentReason {
    fn from(reason: AdjustmentReasonView) -> Self {
        match reason {
            AdjustmentReasonView::Received => Self::Received,
            AdjustmentReasonView::CustomerReturn => Self::CustomerReturn,
            AdjustmentReasonView::Found => Self::Found,
            AdjustmentReasonView::Damaged => Self::Damaged,
            AdjustmentReasonView::Lost => Self::Lost,
            AdjustmentReasonView::Correction => Self::Correction,
        }
    }
}

impl From<NotSentReasonView> for NotSentReason {
    fn from(reason: NotSentReasonView) -> Self {
        match reason {
            NotSentReasonView::Refunded => Self::Refunded,
            NotSentReasonView::OutOfStock => Self::OutOfStock,
            NotSentReasonView::Damaged => Self::Damaged,
            NotSentReasonView::CustomerRequest => Self::CustomerRequest,
            NotSentReasonView::Undeliverable => Self::Undeliverable,
            NotSentReasonView::Other => Self::Other,
        }
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
