//! The JSON shapes of this API: what clients may rely on. More fields may come; none goes.
//!
//! Requests refuse fields that nobody asked for. How answers are made from orders and carts is in `render.rs`.

use chassis::web::openapi::KindWord;
use chassis::web::{AddressView, MoneyView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::{AttentionReason, FulfilmentStatus, PaymentAxis, Status};

chassis::api_words! {
    "Where an order stands; `INITIAL` is waiting for payment." StatusWord as "OrderStatus" = Status::ALL.map(Status::name);
    "Where the money of an order stands." PaymentWord as "PaymentStatus" = PaymentAxis::ALL.map(PaymentAxis::name);
    "What of an order was sent." FulfilmentWord as "FulfilmentStatus" = FulfilmentStatus::ALL.map(FulfilmentStatus::name);
    "Why somebody of the shop has to look at an order." AttentionWord as "AttentionCode" =
        AttentionReason::ALL.map(AttentionReason::name);
    "Where a refund stands." RefundWord as "RefundStatus" = ["pending", "succeeded", "failed"];
}

/// Nothing is needed to get a cart.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCartBody {}

/// How many of one thing the cart shall hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuantityBody {
    /// A whole number from 0 to 99; 0 takes the line away.
    #[schema(value_type = u8, minimum = 0, maximum = 99)]
    pub quantity: serde_json::Value,
}

/// A cart with current prices.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cart)]
pub struct CartJson {
    /// Names the cart and, for a guest, is the key to it.
    pub id: String,
    /// In the order in which they were added.
    pub lines: Vec<CartLineJson>,
    /// The goods alone.
    pub totals: CartTotalsJson,
    /// What an order would come to, delivery included: give its `gross` as `expected_total`.
    pub order_totals: OrderTotalsJson,
    /// Whether something is shipped, so that the order needs an address.
    pub needs_address: bool,
    /// Why a card cannot pay `order_totals`, such as less than the payment provider takes; absent when it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_payable: Option<String>,
    /// What may be done next.
    #[serde(rename = "_links")]
    pub links: LinksJson,
}

/// One line of a cart.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CartLine)]
pub struct CartLineJson {
    /// The merchant's code.
    pub sku: String,
    /// What a buyer reads.
    pub title: String,
    /// How many, 1 to 99.
    pub quantity: u32,
    /// With tax, for one.
    pub unit_price: MoneyView,
    /// With tax, for all of the line.
    pub line_total: MoneyView,
    /// Whether it is still offered. A line that is not costs nothing and cannot be ordered.
    pub for_sale: bool,
    /// Whether there seems to be enough of it; nothing if nobody knows. Ordering decides.
    pub in_stock: Option<bool>,
    /// How many there seem to be, if that is fewer than the line holds.
    pub only_left: Option<i64>,
    /// The product's name in addresses, as in the catalogue; nothing if it is not known. Its page is gone when it is not
    /// for sale.
    #[schema(example = "kea-notebook-14")]
    pub handle: Option<String>,
    /// Where the product's first picture is served; nothing if it has none, or none is known.
    #[schema(example = "/media/kea-notebook-14.svg")]
    pub image: Option<String>,
}

/// The sums of a cart.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CartTotals)]
pub struct CartTotalsJson {
    /// Without tax.
    pub net: MoneyView,
    /// Gross less net.
    pub tax: MoneyView,
    /// With tax.
    pub gross: MoneyView,
}

/// Request to place an order for a cart.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrderBody {
    /// The cart. It stays as it is until the order is paid.
    pub cart_id: String,
    /// Where parcels go; needed if anything is shipped, not kept if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_address: Option<AddressView>,
    /// Only `standard` is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_method: Option<String>,
    /// The total that the buyer has seen. If the fresh one differs, nothing is placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneyView>)]
    pub expected_total: Option<shared_kernel::Money>,
}

/// Why an order shall be cancelled.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    /// In the buyer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub reason: Option<String>,
}

/// Money that shall go back.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundBody {
    /// Amount to refund; by default all that is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneyView>)]
    pub amount: Option<shared_kernel::Money>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub reason: Option<String>,
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub struct OrderJson {
    #[schema(format = Uuid)]
    pub id: String,
    /// What people call it.
    pub number: String,
    /// `SHIPPED` means that a parcel has left and more is to come; what and when is in `fulfilment`. What of the money went
    /// back is in `payment`.
    #[schema(value_type = StatusWord)]
    pub status: String,
    /// Set while the order needs the attention of staff.
    pub needs_attention: Option<AttentionJson>,
    /// What was ordered, with the prices frozen at that moment.
    pub lines: Vec<OrderLineJson>,
    /// Where parcels go; nothing if nothing is shipped, or the buyer was erased.
    pub delivery_address: Option<AddressView>,
    /// Who buys.
    pub buyer: BuyerJson,
    /// Where the buyer is: an ISO 3166 code, or what a former shop called it.
    pub country: Option<String>,
    /// Since when it names nobody any more, because the buyer was erased; RFC 3339.
    #[schema(format = DateTime)]
    pub anonymised_at: Option<String>,
    /// The sums.
    pub totals: OrderTotalsJson,
    /// How it is paid.
    pub payment: PaymentJson,
    /// What was sent.
    pub fulfilment: FulfilmentJson,
    /// Money given back, oldest first.
    pub refunds: Vec<RefundJson>,
    /// Disputes of the buyer's bank about the payment. For the staff; empty for everybody else.
    pub disputes: Vec<DisputeJson>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub placed_at: String,
    /// Until when it has to be paid.
    #[schema(format = DateTime)]
    pub expires_at: String,
    /// What happened, oldest first.
    pub history: Vec<HistoryJson>,
    /// What may be done next.
    #[serde(rename = "_links")]
    pub links: LinksJson,
}

/// Who buys, as far as that is known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Buyer)]
pub struct BuyerJson {
    /// The account here.
    pub customer_id: Option<String>,
    /// What a former shop called them, if that is no account here.
    pub reference: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Name.
    pub name: Option<String>,
}

/// Why an order needs the attention of staff.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NeedsAttention)]
pub struct AttentionJson {
    /// Since when, RFC 3339.
    #[schema(format = DateTime)]
    pub since: String,
    /// The first reason in words, for people.
    pub reason: String,
    /// The stable name of the first reason, such as `refund-failed`.
    #[schema(value_type = AttentionWord)]
    pub code: String,
    /// All reasons, oldest first.
    pub reasons: Vec<AttentionReasonJson>,
}

/// One reason why somebody of the shop has to look at an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AttentionReason)]
pub struct AttentionReasonJson {
    /// Since when, RFC 3339.
    #[schema(format = DateTime)]
    pub since: String,
    /// A stable name, such as `refund-failed`.
    #[schema(value_type = AttentionWord)]
    pub code: String,
    /// In words, for people.
    pub reason: String,
    /// Which refund, payment or dispute it is about, if the reason may hold for several.
    pub about: Option<String>,
    /// Amounts, deadlines and the like, in words.
    pub detail: Option<String>,
}

/// One line of an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderLine)]
pub struct OrderLineJson {
    /// The merchant's code.
    pub sku: String,
    /// What the buyer read.
    pub title: String,
    #[schema(value_type = KindWord)]
    pub kind: String,
    /// How many.
    pub quantity: u32,
    /// With tax, for one.
    pub unit_price: MoneyView,
    /// How many of them have been sent.
    pub shipped_quantity: u32,
    /// How many of them will not be sent, because staff closed the shipping order without them. Whether their money went
    /// back is said by the refunds.
    pub not_sent_quantity: u32,
    /// With tax, for all of the line.
    pub line_total: MoneyView,
    /// The line without tax.
    pub net: MoneyView,
    /// The tax of the line.
    pub tax: MoneyView,
}

/// The sums of an order: `net + tax = gross`, and gross includes shipping.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderTotals)]
pub struct OrderTotalsJson {
    /// Without tax.
    pub net: MoneyView,
    /// Gross less net.
    pub tax: MoneyView,
    /// Delivery, with its tax.
    pub shipping: MoneyView,
    /// What the buyer pays.
    pub gross: MoneyView,
}

/// How an order is paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub struct PaymentJson {
    /// Computed from the payments and refunds on record: `not_ready`, `requires_payment`, `declined`, `processing`,
    /// `canceled`; `paid`, `partially_refunded` or `refunded` when the order was paid; `refund_due` while the shop has
    /// money that did not pay for the order and is owed back.
    #[schema(value_type = PaymentWord)]
    pub status: String,
    /// The intent at the payment provider, once there is one.
    pub intent_id: Option<String>,
    /// What a browser needs to confirm the intent; shown to the buyer while the order can be paid.
    pub client_secret: Option<String>,
    /// Where the buyer can pay without a program of their own.
    pub hosted_url: Option<String>,
}

/// What was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fulfilment)]
pub struct FulfilmentJson {
    /// Computed from the items that were processed; `partially_processed` when some have been sent and the others are to
    /// come.
    #[schema(value_type = FulfilmentWord)]
    pub status: String,
    /// Parcels and mails that left us.
    pub shipments: Vec<ShipmentJson>,
}

/// A parcel, or a mail, that left us.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Shipment)]
pub struct ShipmentJson {
    /// Who carries the parcel; nothing for e-mail.
    pub carrier: Option<String>,
    /// The parcel's number.
    pub tracking: Option<String>,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub shipped_at: String,
    /// What is in it.
    pub items: Vec<ShippedItemJson>,
}

/// Quantity of one SKU.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ShippedItem)]
pub struct ShippedItemJson {
    /// The merchant's code.
    pub sku: String,
    /// How many.
    pub quantity: u32,
}

/// Money given back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refund)]
pub struct RefundJson {
    /// Identifier; never changes.
    pub id: String,
    #[schema(value_type = RefundWord)]
    pub status: String,
    /// How much.
    pub amount: MoneyView,
    /// Why.
    pub reason: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub requested_at: String,
}

/// A dispute: the buyer asks the bank for the money, and the bank decides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dispute)]
pub struct DisputeJson {
    /// The payment provider's name for it.
    pub id: String,
    /// `inquiry`, `inquiry_closed`, `needs_response`, `under_review`, `won` or `lost`.
    pub status: String,
    /// How much of the payment it is about.
    pub amount: MoneyView,
    /// The bank's reason, such as `fraudulent`.
    pub reason: String,
    /// Until when the shop can answer, RFC 3339.
    #[schema(format = DateTime)]
    pub respond_by: Option<String>,
    /// Whether the bank has taken the money from the shop.
    pub funds_withdrawn: bool,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub opened_at: String,
}

/// Something that happened to an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryEntry)]
pub struct HistoryJson {
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub at: String,
    /// A stable name, such as `paid`.
    pub what: String,
    /// In words.
    pub text: String,
}

/// An order as lists show it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderSummary)]
pub struct OrderSummaryJson {
    #[schema(format = Uuid)]
    pub id: String,
    /// What people call it.
    pub number: String,
    /// As in the order itself.
    #[schema(value_type = StatusWord)]
    pub status: String,
    /// As `fulfilment.status` of the order itself.
    #[schema(value_type = FulfilmentWord)]
    pub fulfilment_status: String,
    /// As `payment.status` of the order itself.
    #[schema(value_type = PaymentWord)]
    pub payment_status: String,
    /// Set while the order needs the attention of staff.
    pub needs_attention: Option<AttentionJson>,
    /// The sums.
    pub totals: OrderTotalsJson,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub placed_at: String,
    /// Where to read all of it.
    #[serde(rename = "_links")]
    pub links: LinksJson,
}

/// A page of orders, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderList)]
pub struct OrderListJson {
    /// The orders.
    pub items: Vec<OrderSummaryJson>,
    /// Give it as `cursor` for the next page; nothing on the last one.
    pub next_cursor: Option<String>,
}

/// Which orders a list shall have.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrderListQuery {
    /// Only orders in this status.
    #[param(value_type = Option<StatusWord>)]
    pub status: Option<String>,
    /// Only orders placed at or after this moment, RFC 3339. A customer's begin six months ago if nothing is said.
    #[param(value_type = Option<String>, format = DateTime)]
    pub since: Option<String>,
    /// A part of a number or of a line's title. For the staff, who get everybody's orders: exactly a number, an e-mail
    /// address or an id.
    #[param(max_length = 200)]
    pub q: Option<String>,
    #[param(value_type = Option<u32>)]
    pub limit: Option<String>,
    pub cursor: Option<String>,
}

/// What may be done next.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Links)]
pub struct LinksJson {
    /// The thing itself.
    #[serde(rename = "self")]
    pub itself: LinkJson,
    /// POST orders it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<LinkJson>,
    /// POST cancels it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel: Option<LinkJson>,
    /// A page on which it can be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pay: Option<LinkJson>,
    /// POST gives money back (staff).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refund: Option<LinkJson>,
}

/// A link.
#[derive(Debug, Default, Clone, Serialize, ToSchema)]
#[schema(as = Link)]
pub struct LinkJson {
    /// Where it leads.
    pub href: String,
}

impl LinkJson {
    /// A link to `href`.
    pub fn to(href: impl Into<String>) -> Self {
        Self { href: href.into() }
    }
}
