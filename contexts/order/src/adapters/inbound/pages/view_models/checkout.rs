//! The steps of the checkout.

use askama::Template;
use chassis::Site;
use chassis::web::PageFrame;
use shared_kernel::address::RawAddress;
use shared_kernel::{Address, Identity, Ids};

use super::{LineView, PictureView, TotalsView};
use crate::adapters::inbound::pages::countries::{CountryChoice, choices};
use crate::application::CartView;

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
#[template(path = "order/checkout_address.html")]
pub struct CheckoutAddressPage {
    pub frame: PageFrame,
    pub problem: Option<String>,
    pub address: AddressView,
    pub countries: Vec<CountryChoice>,
}

impl CheckoutAddressPage {
    pub fn new(frame: PageFrame, address: AddressView) -> Self {
        Self { frame, problem: None, countries: choices(&address.country), address }
    }
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

impl CheckoutConfirmPage {
    pub fn new(
        frame: PageFrame,
        cart: &CartView,
        address: Option<&Address>,
        who: &Identity,
        site: &Site,
        ids: &dyn Ids,
    ) -> Self {
        Self {
            frame,
            lines: cart.lines.iter().map(LineView::from).collect(),
            totals: TotalsView::new(&cart.order_totals, site),
            email: who.email.clone(),
            address: address.map(AddressView::from).unwrap_or_default(),
            address_label: address.map(Address::label).unwrap_or_default(),
            idempotency_key: ids.uuid().to_string(),
            expected_total: cart.order_totals.gross.minor(),
            expected_currency: cart.order_totals.gross.currency().code(),
        }
    }
}

#[derive(Template)]
#[template(path = "order/checkout_unverified.html")]
pub struct UnverifiedPage {
    pub frame: PageFrame,
    pub email: String,
}
