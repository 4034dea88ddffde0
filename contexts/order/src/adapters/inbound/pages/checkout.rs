//! Checkout: an address if anything is shipped, then everything once more, then the order.
//!
//! The confirmed page carries the total that the buyer saw and a key of its own, so that a changed price is noticed and
//! a doubled click orders once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chassis::Site;
use chassis::web::{
    AddressFields, CsrfForm, PageError, PageFrame, SignedIn, Visitor, page, page_with, see_other, see_other_with,
};
use serde::Deserialize;
use shared_kernel::address::RawAddress;
use shared_kernel::{Address, Currency, Identity, Ids, Limit, Money};

use super::cart::find_browser_cart;
use super::cart_cookie::cart_of;
use super::messages::{not_orderable, not_placed, sold_out};
use super::orders::key;
use super::view_models::{CheckoutAddressPage, CheckoutConfirmPage, UnverifiedPage};
use crate::application::{
    CartView, ListOrders, ListOrdersQuery, NotOrderable, PlaceOrder, PlaceOrderCommand, ViewCart, WaitUntilPayable,
};
use crate::domain::{CartId, NextStep};

/// The confirmed page.
#[derive(Deserialize)]
pub(super) struct ConfirmForm {
    idempotency_key: String,
    expected_total: i64,
    expected_currency: String,
    #[serde(flatten)]
    address: AddressFields,
}

impl ConfirmForm {
    fn command(self, by: Identity, cart: CartId) -> Result<PlaceOrderCommand, PageError> {
        let currency = Currency::parse(&self.expected_currency);
        let currency = currency.map_err(|error| PageError::Invalid(error.to_string()))?;
        let (key, expected_total) = (key(self.idempotency_key)?, Some(Money::new(self.expected_total, currency)));
        Ok(PlaceOrderCommand { by, cart, delivery_address: given(self.address)?, email: None, expected_total, key })
    }
}

/// The first page: where to, or straight to the confirmation if nothing is shipped. A cart that cannot be ordered is told
/// of before the login, so that nobody logs in for nothing.
pub(super) async fn start(
    req: HttpRequest,
    carts: web::Data<ViewCart>,
    orders: web::Data<ListOrders>,
    site: web::Data<Site>,
    ids: web::Data<dyn Ids>,
    Visitor(who): Visitor,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    let cart = match orderable(&req, &carts, who.as_ref()).await? {
        Ok(cart) => cart,
        Err(why) => return Ok(see_other_with("/cart", not_orderable(why))),
    };
    let who = who.ok_or_else(|| PageError::LogInFirst { next: frame.path_and_query.clone() })?;
    if !who.verified || !cart.needs_address {
        return confirmation(frame, &cart, None, &who, (&site, ids.get_ref()));
    }
    let address = last_address(&orders, &who, &site).await?;
    page(&CheckoutAddressPage::new(frame, address))
}

/// The address was given: everything once more.
pub(super) async fn confirm(
    req: HttpRequest,
    carts: web::Data<ViewCart>,
    site: web::Data<Site>,
    ids: web::Data<dyn Ids>,
    SignedIn(who): SignedIn,
    frame: PageFrame,
    CsrfForm(typed): CsrfForm<AddressFields>,
) -> Result<HttpResponse, PageError> {
    let cart = match orderable(&req, &carts, Some(&who)).await? {
        Ok(cart) => cart,
        Err(why) => return Ok(see_other_with("/cart", not_orderable(why))),
    };
    if !who.verified || !cart.needs_address {
        return confirmation(frame, &cart, None, &who, (&site, ids.get_ref()));
    }
    match Address::try_from(RawAddress::from(typed.clone())) {
        Ok(address) => confirmation(frame, &cart, Some(&address), &who, (&site, ids.get_ref())),
        Err(error) => {
            let problem = Some(format!("Please look at the address again: {error}."));
            let again = CheckoutAddressPage { problem, ..CheckoutAddressPage::new(frame, typed) };
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &again)
        }
    }
}

/// Everything was confirmed: order, and go and pay.
pub(super) async fn place(
    req: HttpRequest,
    orders: web::Data<PlaceOrder>,
    wait: web::Data<WaitUntilPayable>,
    SignedIn(who): SignedIn,
    CsrfForm(form): CsrfForm<ConfirmForm>,
) -> Result<HttpResponse, PageError> {
    let Some(cart) = cart_of(&req) else { return Ok(see_other("/cart")) };
    let placed = match orders.execute(form.command(who, cart)?).await {
        Ok(placed) => placed,
        Err(error) => {
            let (path, flash) = not_placed(error)?;
            return Ok(see_other_with(path, flash));
        }
    };
    let order = wait.execute(placed.order().id()).await?.unwrap_or_else(|| placed.order().clone());
    if let NextStep::SoldOut(skus) = order.next_step() {
        return Ok(see_other_with("/cart", sold_out(&order, skus)));
    }
    Ok(see_other(&format!("/orders/{}/pay", order.id())))
}

/// Everything once more; before that, the e-mail address has to be verified.
fn confirmation(
    frame: PageFrame,
    cart: &CartView,
    address: Option<&Address>,
    who: &Identity,
    (site, ids): (&Site, &dyn Ids),
) -> Result<HttpResponse, PageError> {
    if !who.verified {
        return page(&UnverifiedPage { frame, email: who.email.clone() });
    }
    page(&CheckoutConfirmPage::new(frame, cart, address, who, site, ids))
}

/// The cart, if it can be ordered.
async fn orderable(
    req: &HttpRequest,
    carts: &ViewCart,
    who: Option<&Identity>,
) -> Result<Result<CartView, NotOrderable>, PageError> {
    let cart = find_browser_cart(req, carts, who.map(|who| who.customer)).await?;
    Ok(match cart {
        Some(cart) => cart.check_out().map(|()| cart),
        None => Err(NotOrderable::Empty),
    })
}

/// Where the customer's last parcel went; else an empty form for the shop's likeliest country.
async fn last_address(orders: &ListOrders, who: &Identity, site: &Site) -> Result<AddressFields, PageError> {
    let limit = Limit::new(10).unwrap_or(Limit::DEFAULT);
    let recent = orders.of_customer(who.customer, ListOrdersQuery { limit, ..ListOrdersQuery::default() }).await?;
    let last = recent.items.iter().find_map(|order| order.address());
    Ok(last
        .map_or_else(|| AddressFields::empty(site.currency.code().get(..2).unwrap_or_default()), AddressFields::from))
}

/// The address of the form; `None` of a form without one.
fn given(fields: AddressFields) -> Result<Option<Address>, PageError> {
    if fields.name.is_empty() && fields.line1.is_empty() {
        return Ok(None);
    }
    let address = Address::try_from(RawAddress::from(fields));
    address.map(Some).map_err(|error| PageError::Refused(format!("The address is not complete: {error}.")))
}
