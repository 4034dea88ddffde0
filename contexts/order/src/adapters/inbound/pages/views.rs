//! The pages as structs of finished strings; the templates only place them.
//!
//! How they are made from carts and orders is in `render.rs`.

use askama::Template;
use chassis::web::PageFrame;
use shared_kernel::Address;
use shared_kernel::address::RawAddress;

use super::countries::CountryChoice;
use super::format::DisplayTime;

/// The sums below a table.
pub struct TotalsView {
    pub net: String,
    pub tax_label: String,
    pub tax: String,
    /// Nothing where no delivery is charged.
    pub shipping: Option<String>,
    /// The total without shipping, tax included.
    pub goods: String,
    pub gross: String,
}

/// One line of a cart or an order.
pub struct LineView {
    pub sku: String,
    pub title: String,
    /// Where the product is; nothing if its page is not known or gone.
    pub href: Option<String>,
    pub picture: PictureView,
    pub unit_price: String,
    pub quantity: u32,
    pub line_total: String,
    /// Why it cannot be ordered as it is.
    pub note: Option<String>,
}

/// The picture beside a line.
pub enum PictureView {
    /// Where it is served.
    Image(String),
    /// There is none: the title's first letter stands in its place.
    Letter(String),
    /// The list has no pictures.
    Nothing,
}

/// A status in words, and the class of its badge.
pub struct StatusView {
    pub text: &'static str,
    pub class: String,
}

/// Something that happened.
pub struct StepView {
    pub at: DisplayTime,
    pub text: String,
}

/// Something that was sent.
pub struct ShipmentView {
    pub what: String,
    pub carrier: Option<String>,
    pub tracking: Option<String>,
    pub at: DisplayTime,
}

/// One choice of a list.
pub struct ChoiceView {
    pub value: &'static str,
    pub text: &'static str,
    pub selected: bool,
}

/// An address form as it was typed so far.
#[derive(Default)]
pub struct AddressView {
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postcode: String,
    pub country: String,
}

impl From<&RawAddress> for AddressView {
    fn from(raw: &RawAddress) -> Self {
        Self {
            name: raw.name.clone(),
            line1: raw.line1.clone(),
            line2: raw.line2.clone().unwrap_or_default(),
            city: raw.city.clone(),
            region: raw.region.clone().unwrap_or_default(),
            postcode: raw.postcode.clone(),
            country: raw.country.clone(),
        }
    }
}

impl From<&Address> for AddressView {
    fn from(address: &Address) -> Self {
        Self {
            name: address.name().to_owned(),
            line1: address.line1().to_owned(),
            line2: address.line2().unwrap_or_default().to_owned(),
            city: address.city().to_owned(),
            region: address.region().unwrap_or_default().to_owned(),
            postcode: address.postcode().to_owned(),
            country: address.country().to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "order/cart.html")]
pub struct CartPage {
    pub frame: PageFrame,
    pub lines: Vec<LineView>,
    pub problems: Vec<String>,
    pub can_check_out: bool,
    /// Of what is in the cart, without shipping.
    pub totals: TotalsView,
    pub shipping: String,
    /// What will have to be paid, shipping included.
    pub order_total: String,
}

#[derive(Template)]
#[template(path = "order/checkout_address.html")]
pub struct CheckoutAddressPage {
    pub frame: PageFrame,
    pub problem: Option<String>,
    pub address: AddressView,
    pub countries: Vec<CountryChoice>,
}

#[derive(Template)]
#[template(path = "order/checkout_confirm.html")]
pub struct CheckoutConfirmPage {
    pub frame: PageFrame,
    pub lines: Vec<LineView>,
    pub totals: TotalsView,
    pub email: String,
    pub address: AddressView,
    /// Empty when nothing is shipped.
    pub address_label: Vec<String>,
    pub idempotency_key: String,
    pub expected_total: i64,
    pub expected_currency: &'static str,
}

#[derive(Template)]
#[template(path = "order/checkout_unverified.html")]
pub struct UnverifiedPage {
    pub frame: PageFrame,
    pub email: String,
}

/// Something is under way and the visitor may look again.
#[derive(Template)]
#[template(path = "order/pending.html")]
pub struct PendingPage {
    pub frame: PageFrame,
    pub heading: &'static str,
    pub text: &'static str,
    pub number: String,
    pub again: String,
    pub order_href: String,
}

/// The card page is somebody else's: the browser goes there by itself, or by the link.
#[derive(Template)]
#[template(path = "order/leaving.html")]
pub struct LeavingPage {
    pub frame: PageFrame,
    pub url: String,
    pub amount: String,
}

/// An order as lists show it.
pub struct OrderRow {
    pub href: String,
    pub number: String,
    pub placed: DisplayTime,
    pub status: StatusView,
    pub refunded: Option<&'static str>,
    pub delivery: String,
    pub email: String,
    pub attention: Option<String>,
    pub net: String,
    pub gross: String,
}

#[derive(Template)]
#[template(path = "order/orders.html")]
pub struct OrdersPage {
    pub frame: PageFrame,
    pub orders: Vec<OrderRow>,
    pub next: Option<String>,
}

/// Why somebody has to look at an order.
pub struct AttentionView {
    pub code: &'static str,
    pub text: String,
}

/// What the buyer's and the shop's page of an order have in common.
pub struct OrderView {
    pub id: String,
    pub number: String,
    pub email: String,
    pub status: StatusView,
    pub refunded: Option<&'static str>,
    pub placed: DisplayTime,
    pub lines: Vec<LineView>,
    pub totals: TotalsView,
    /// Empty when nothing is shipped.
    /// What stands in place of an address that is not there.
    pub no_address: String,
    pub address_label: Vec<String>,
    pub fulfilment: String,
    /// What has still to be sent, once a part has been.
    pub to_come: Option<String>,
    /// What will not be sent, after all.
    pub not_sent: Option<String>,
    pub shipments: Vec<ShipmentView>,
    pub payment: String,
    pub intent: Option<String>,
    pub refunds: Vec<String>,
    /// In words, oldest first.
    pub disputes: Vec<String>,
    pub history: Vec<StepView>,
    pub attention: Vec<AttentionView>,
}

#[derive(Template)]
#[template(path = "order/order.html")]
pub struct OrderPage {
    pub frame: PageFrame,
    pub order: OrderView,
    pub notice: Option<String>,
    pub pay_href: Option<String>,
    pub can_cancel: bool,
    pub idempotency_key: String,
}

#[derive(Template)]
#[template(path = "order/admin_orders.html")]
pub struct AdminOrdersPage {
    pub frame: PageFrame,
    /// Those that wait for a person, longest waiting first.
    pub attention: Vec<OrderRow>,
    pub orders: Vec<OrderRow>,
    pub q: String,
    pub statuses: Vec<ChoiceView>,
    pub next: Option<String>,
}

#[derive(Template)]
#[template(path = "order/admin_order.html")]
pub struct AdminOrderPage {
    pub frame: PageFrame,
    pub order: OrderView,
    /// The most that may be given back; nothing when there is nothing.
    pub refundable: Option<String>,
    /// All of its money went back, and something is still to be sent.
    pub refunded_unsent: bool,
    pub can_cancel: bool,
    pub can_check_payment: bool,
    pub currency: &'static str,
    pub idempotency_key: String,
}
