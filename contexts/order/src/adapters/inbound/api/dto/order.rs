//! Orders: what a client sends and gets. What pays for an order is for its buyer alone; disputes are for the staff.

use chassis::Site;
use chassis::web::openapi::KindWord;
use chassis::web::{AddressView, MoneyView};
use serde::{Deserialize, Serialize};
use shared_kernel::{Identity, Page, Role};
use utoipa::{IntoParams, ToSchema};

use super::attention::AttentionJson;
use super::fulfilment::FulfilmentJson;
use super::money::{DisputeJson, PaymentJson, RefundJson};
use super::{BASE, FulfilmentWord, LinkJson, LinksJson, PaymentWord, StatusWord};
use crate::domain::{Buyer, HistoryEntry, Order, OrderLine, Totals};

/// Request to place an order for a cart.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlaceOrderBody {
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
pub(crate) struct CancelBody {
    /// In the buyer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub reason: Option<String>,
}

/// Money that shall go back.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundBody {
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
pub(crate) struct OrderJson {
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

impl OrderJson {
    /// The order as `who` may see it: what pays for it is for its buyer alone.
    pub(crate) fn of(order: &Order, who: &Identity, site: &Site) -> Self {
        let disputes = if who.is(Role::Staff) { order.disputes() } else { &[] };
        Self {
            id: order.id().to_string(),
            number: order.number().to_string(),
            status: order.status().name().to_owned(),
            needs_attention: AttentionJson::of(order),
            lines: order.lines().iter().map(|line| OrderLineJson::of(line, order)).collect(),
            delivery_address: order.address().map(AddressView::from),
            buyer: BuyerJson::from(order.buyer()),
            country: order.country().map(|country| country.as_str().to_owned()),
            anonymised_at: order.anonymised_at().map(|at| at.to_string()),
            totals: OrderTotalsJson::from(order.totals()),
            payment: PaymentJson::of(order, who, site),
            fulfilment: FulfilmentJson::from(order.fulfilment()),
            refunds: order.refunds().iter().map(RefundJson::from).collect(),
            disputes: disputes.iter().map(DisputeJson::from).collect(),
            placed_at: order.placed_at().to_string(),
            expires_at: order.expires_at().to_string(),
            history: order.history().iter().map(HistoryJson::from).collect(),
            links: links(order, who, site),
        }
    }
}

/// Who buys, as far as that is known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Buyer)]
pub(crate) struct BuyerJson {
    /// The account here.
    pub customer_id: Option<String>,
    /// What a former shop called them, if that is no account here.
    pub reference: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Name.
    pub name: Option<String>,
}

impl From<&Buyer> for BuyerJson {
    fn from(buyer: &Buyer) -> Self {
        Self {
            customer_id: buyer.customer.map(|id| id.to_string()),
            reference: buyer.reference.clone(),
            email: buyer.email.clone(),
            name: buyer.name.clone(),
        }
    }
}

/// One line of an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderLine)]
pub(crate) struct OrderLineJson {
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

impl OrderLineJson {
    fn of(line: &OrderLine, order: &Order) -> Self {
        Self {
            shipped_quantity: order.fulfilment().sent(&line.sku, line.kind),
            not_sent_quantity: order.fulfilment().left_out(&line.sku, line.kind),
            sku: line.sku.to_string(),
            title: line.title.clone(),
            kind: line.kind.name().to_owned(),
            quantity: line.quantity,
            unit_price: line.unit_gross.into(),
            line_total: line.gross.into(),
            net: line.net.into(),
            tax: line.tax.into(),
        }
    }
}

/// The sums of an order: `net + tax = gross`, and gross includes shipping.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderTotals)]
pub(crate) struct OrderTotalsJson {
    /// Without tax.
    pub net: MoneyView,
    /// Gross less net.
    pub tax: MoneyView,
    /// Delivery, with its tax.
    pub shipping: MoneyView,
    /// What the buyer pays.
    pub gross: MoneyView,
}

impl From<&Totals> for OrderTotalsJson {
    fn from(totals: &Totals) -> Self {
        Self {
            net: totals.net.into(),
            tax: totals.tax.into(),
            shipping: totals.shipping.into(),
            gross: totals.gross.into(),
        }
    }
}

/// Something that happened to an order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HistoryEntry)]
pub(crate) struct HistoryJson {
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub at: String,
    /// A stable name, such as `paid`.
    pub what: String,
    /// In words.
    pub text: String,
}

impl From<&HistoryEntry> for HistoryJson {
    fn from(entry: &HistoryEntry) -> Self {
        Self { at: entry.at.to_string(), what: entry.kind.name().to_owned(), text: entry.words() }
    }
}

/// An order as lists show it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderSummary)]
pub(crate) struct OrderSummaryJson {
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

impl From<&Order> for OrderSummaryJson {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id().to_string(),
            number: order.number().to_string(),
            status: order.status().name().to_owned(),
            fulfilment_status: order.fulfilment().status().name().to_owned(),
            payment_status: order.payment_axis().name().to_owned(),
            needs_attention: AttentionJson::of(order),
            totals: OrderTotalsJson::from(order.totals()),
            placed_at: order.placed_at().to_string(),
            links: LinksJson { itself: LinkJson::to(path(order)), ..LinksJson::default() },
        }
    }
}

/// A page of orders, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OrderList)]
pub(crate) struct OrderListJson {
    /// The orders.
    pub items: Vec<OrderSummaryJson>,
    /// Give it as `cursor` for the next page; nothing on the last one.
    pub next_cursor: Option<String>,
}

impl From<&Page<Order>> for OrderListJson {
    fn from(page: &Page<Order>) -> Self {
        let items = page.items.iter().map(OrderSummaryJson::from).collect();
        Self { items, next_cursor: page.next_cursor.clone() }
    }
}

/// Which orders a list shall have.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderListQuery {
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

/// Where an order is.
fn path(order: &Order) -> String {
    format!("{BASE}/orders/{}", order.id())
}

fn links(order: &Order, who: &Identity, site: &Site) -> LinksJson {
    let path = path(order);
    let refundable = who.is(Role::Staff) && order.refundable_by_staff().is_some();
    LinksJson {
        cancel: order.may_be_cancelled().is_ok().then(|| LinkJson::to(format!("{path}/cancel"))),
        pay: order.payable().map(|_| LinkJson::to(pay_url(order, site))),
        refund: refundable.then(|| LinkJson::to(format!("{path}/refunds"))),
        itself: LinkJson::to(path),
        order: None,
    }
}

/// Where its buyer pays it in a browser.
pub(super) fn pay_url(order: &Order, site: &Site) -> String {
    format!("{}/orders/{}/pay", site.base_url, order.id())
}
