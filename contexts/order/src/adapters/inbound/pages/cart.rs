//! The cart's pages: add, look, apply, remove.
//!
//! A browser's cart is a guest's cart whose id is in a cookie; it becomes a customer's when they order.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use chassis::Site;
use chassis::web::{CsrfForm, Flash, PageError, PageFrame, Visitor, page, see_other, see_other_with};
use serde::Deserialize;
use shared_kernel::{CustomerId, Quantity, Sku};

use super::cart_cookie::{cart_of, remembering};
use super::messages::{if_there, not_changed};
use super::view_models::CartPage;
use crate::application::{
    CartView, CreateCart, CreateCartCommand, SetCartItem, SetCartItemCommand, SetCartItemError, ViewCart, ViewCartQuery,
};
use crate::domain::{CartId, LineChange};

const NO_QUANTITY: &str = "A quantity is a whole number from 0 to 99. Nothing was changed.";

/// What a product page sends.
#[derive(Deserialize)]
pub(super) struct AddForm {
    sku: String,
    #[serde(default)]
    quantity: Option<String>,
}

/// What the remove button sends, beside the rest of its form.
#[derive(Deserialize)]
pub(super) struct RemoveForm {
    sku: String,
}

/// Puts something into the cart: a new line, or more on the line there is.
pub(super) async fn add(
    req: HttpRequest,
    items: web::Data<SetCartItem>,
    carts: web::Data<CreateCart>,
    Visitor(who): Visitor,
    CsrfForm(form): CsrfForm<AddForm>,
) -> Result<HttpResponse, PageError> {
    let more = Quantity::parse(form.quantity.as_deref().unwrap_or("1"));
    let (Ok(sku), Ok(more)) = (Sku::parse(&form.sku), more) else {
        return Ok(see_other_with("/cart", Flash::error(NO_QUANTITY)));
    };
    let (by, change) = (who.map(|who| who.customer), LineChange::Add(more));
    let add_to = async |cart| items.execute(SetCartItemCommand { cart, by, sku: sku.clone(), change }).await;
    let known = match cart_of(&req) {
        Some(cart) => add_to(cart).await,
        None => Err(SetCartItemError::NoSuchCart),
    };
    let changed = match known {
        Err(SetCartItemError::NoSuchCart) => add_to(carts.execute(CreateCartCommand { by: None }).await?.id).await,
        changed => changed,
    };
    Ok(match changed {
        Ok(cart) => remembering(see_other("/cart"), &cart),
        Err(error) => see_other_with("/cart", not_changed(error)?),
    })
}

/// Shows the cart.
pub(super) async fn show(
    req: HttpRequest,
    carts: web::Data<ViewCart>,
    site: web::Data<Site>,
    Visitor(who): Visitor,
    frame: PageFrame,
) -> Result<HttpResponse, PageError> {
    let cart = find_browser_cart(&req, &carts, who.map(|who| who.customer)).await?;
    let Some(cart) = cart else { return page(&CartPage::empty(frame, &site)) };
    Ok(remembering(page(&CartPage::new(frame, &cart, &site))?, &cart))
}

/// Applies the quantities of the form, all of them or, if one is no quantity, none. "Check out" comes this way, too, so that
/// a quantity that was typed and not yet applied is what is bought.
pub(super) async fn apply(
    req: HttpRequest,
    items: web::Data<SetCartItem>,
    carts: web::Data<ViewCart>,
    Visitor(who): Visitor,
    CsrfForm(form): CsrfForm<HashMap<String, String>>,
) -> Result<HttpResponse, PageError> {
    let by = who.map(|who| who.customer);
    let Some(mut cart) = find_browser_cart(&req, &carts, by).await? else { return Ok(see_other("/cart")) };
    let Some(wanted) = changes(&form, &cart) else {
        return Ok(see_other_with("/cart", Flash::error(NO_QUANTITY)));
    };
    for (sku, quantity) in wanted {
        let command = SetCartItemCommand { cart: cart.id, by, sku, change: LineChange::Set(quantity) };
        match items.execute(command).await {
            Ok(fresh) => cart = fresh,
            Err(error) => return Ok(see_other_with("/cart", not_changed(error)?)),
        }
    }
    let checks_out = form.get("then").is_some_and(|then| then == "checkout");
    Ok(remembering(see_other(if checks_out { "/checkout" } else { "/cart" }), &cart))
}

/// Takes one line out.
pub(super) async fn remove(
    req: HttpRequest,
    items: web::Data<SetCartItem>,
    Visitor(who): Visitor,
    CsrfForm(form): CsrfForm<RemoveForm>,
) -> Result<HttpResponse, PageError> {
    let (Some(cart), Ok(sku), Ok(none)) = (cart_of(&req), Sku::parse(&form.sku), Quantity::new(0)) else {
        return Ok(see_other("/cart"));
    };
    let (by, change) = (who.map(|who| who.customer), LineChange::Set(none));
    match items.execute(SetCartItemCommand { cart, by, sku, change }).await {
        Ok(cart) => Ok(remembering(see_other("/cart"), &cart)),
        Err(error) => Ok(see_other_with("/cart", not_changed(error)?)),
    }
}

/// The browser's cart, if it has one that `by` may see.
pub(super) async fn find_browser_cart(
    req: &HttpRequest,
    carts: &ViewCart,
    by: Option<CustomerId>,
) -> Result<Option<CartView>, PageError> {
    match cart_of(req) {
        Some(cart) => load_cart(carts, cart, by).await,
        None => Ok(None),
    }
}

async fn load_cart(carts: &ViewCart, cart: CartId, by: Option<CustomerId>) -> Result<Option<CartView>, PageError> {
    if_there(carts.execute(ViewCartQuery { cart, by }).await)
}

/// The lines whose quantity in the form differs from the cart's; `None` if one is no quantity.
fn changes(form: &HashMap<String, String>, cart: &CartView) -> Option<Vec<(Sku, Quantity)>> {
    let mut found = Vec::new();
    for line in &cart.lines {
        let Some(text) = form.get(&format!("quantity.{}", line.sku)) else { continue };
        let quantity = Quantity::parse(text.trim()).ok()?;
        if quantity != line.quantity {
            found.push((line.sku.clone(), quantity));
        }
    }
    Some(found)
}
