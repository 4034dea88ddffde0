//! The steps of the checkout.

use askama::Template;
use chassis::Site;
use chassis::web::{AddressFields, PageFrame};
use shared_kernel::{Address, Identity, Ids};

use super::{LineView, PictureView, TotalsView};
use crate::adapters::inbound::pages::countries::{CountryChoice, choices};
use crate::application::CartView;

#[derive(Template)]
#[template(path = "order/checkout_address.html")]
pub(crate) struct CheckoutAddressPage {
    pub frame: PageFrame,
    pub problem: Option<String>,
    pub address: AddressFields,
    pub countries: Vec<CountryChoice>,
}

impl CheckoutAddressPage {
    pub(crate) fn new(frame: PageFrame, address: AddressFields) -> Self {
        Self { frame, problem: None, countries: choices(&address.country), address }
    }
}

#[derive(Template)]
#[template(path = "order/checkout_confirm.html")]
pub(crate) struct CheckoutConfirmPage {
    pub frame: PageFrame,
    pub lines: Vec<LineView>,
    pub totals: TotalsView,
    pub email: String,
    pub address: AddressFields,
    /// Empty when nothing is shipped.
    pub address_label: Vec<String>,
    pub idempotency_key: String,
    pub expected_total: i64,
    pub expected_currency: &'static str,
}

impl CheckoutConfirmPage {
    pub(crate) fn new(
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
            address: address.map(AddressFields::from).unwrap_or_default(),
            address_label: address.map(Address::label).unwrap_or_default(),
            idempotency_key: ids.uuid().to_string(),
            expected_total: cart.order_totals.gross.minor(),
            expected_currency: cart.order_totals.gross.currency().code(),
        }
    }
}

#[derive(Template)]
#[template(path = "order/checkout_unverified.html")]
pub(crate) struct UnverifiedPage {
    pub frame: PageFrame,
    pub email: String,
}
