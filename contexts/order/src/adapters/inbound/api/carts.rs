//! Carts over JSON. A guest's cart is open to anyone who knows its id; a customer's to them alone, and nobody else learns
//! that it exists.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use chassis::web::{JsonBody, OptionalBody, Problem, Visitor, json_with_etag};
use shared_kernel::{CustomerId, Quantity, Sku};

use super::dto::{BASE, CartJson, NewCartBody, QuantityBody};
use crate::adapters::inbound::api::errors::{invalid_quantity, unknown_sku};
use crate::application::{
    CartView, ClaimCart, ClaimCartCommand, CreateCart, CreateCartCommand, SetCartItem, SetCartItemCommand, ViewCart,
    ViewCartQuery,
};
use crate::domain::{CartId, LineChange};

/// Create an empty cart. It belongs to the logged-in customer, or to a guest.
#[utoipa::path(
    tag = "order", operation_id = "create_cart", security((), ("bearer" = [])),
    request_body = Option<NewCartBody>,
    responses(
        (status = 201, body = CartJson),
    ),
)]
#[post("/api/order/v1/carts")]
pub(crate) async fn create(
    carts: web::Data<CreateCart>,
    Visitor(who): Visitor,
    OptionalBody(NewCartBody {}): OptionalBody<NewCartBody>,
) -> Result<HttpResponse, Problem> {
    let cart = carts.execute(CreateCartCommand { by: who.map(|who| who.customer) }).await?;
    let location = format!("{BASE}/carts/{}", cart.id);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(CartJson::from(&cart)))
}

/// Get a cart with current prices.
#[utoipa::path(
    tag = "order", operation_id = "get_cart", security((), ("bearer" = [])),
    params(("id" = String, Path, description = "The cart")),
    responses(
        (status = 200, body = CartJson),
        (status = 304),
    ),
)]
#[get("/api/order/v1/carts/{id}")]
pub(crate) async fn show(
    req: HttpRequest,
    carts: web::Data<ViewCart>,
    Visitor(who): Visitor,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let cart = carts.execute(ViewCartQuery { cart: cart_id(&id)?, by: who.map(|who| who.customer) }).await?;
    Ok(json_with_etag(&req, &CartJson::from(&cart)))
}

/// Set the quantity of one SKU. With a customer's token a guest's cart becomes the customer's.
#[utoipa::path(
    tag = "order", operation_id = "put_cart_item", security((), ("bearer" = [])),
    request_body = QuantityBody,
    params(
        ("id" = String, Path, description = "The cart"),
        ("sku" = String, Path, description = "The merchant's code"),
    ),
    responses(
        (status = 200, body = CartJson),
        (status = 404, description = "`not-found`: no such cart; `unknown-sku`: nothing is sold as that"),
        (status = 409, description = "`cart-full`, `conflict`"),
        (status = 422, description = "`invalid-body`, `invalid-quantity`"),
    ),
)]
#[put("/api/order/v1/carts/{id}/items/{sku}")]
pub(crate) async fn put_item(
    items: web::Data<SetCartItem>,
    claims: web::Data<ClaimCart>,
    Visitor(who): Visitor,
    path: web::Path<(String, String)>,
    JsonBody(body): JsonBody<QuantityBody>,
) -> Result<HttpResponse, Problem> {
    let quantity = whole(&body.quantity).ok_or_else(invalid_quantity)?;
    let quantity = Quantity::new(quantity).map_err(|_| invalid_quantity())?;
    let cart = change(&items, &claims, who.map(|who| who.customer), &path, quantity).await?;
    Ok(HttpResponse::Ok().json(CartJson::from(&cart)))
}

/// Take a thing out of the cart.
#[utoipa::path(
    tag = "order", operation_id = "delete_cart_item", security((), ("bearer" = [])),
    params(
        ("id" = String, Path, description = "The cart"),
        ("sku" = String, Path, description = "The merchant's code"),
    ),
    responses(
        (status = 200, body = CartJson),
        (status = 404, description = "`not-found`: no such cart; `unknown-sku`: nothing is sold as that"),
    ),
)]
#[delete("/api/order/v1/carts/{id}/items/{sku}")]
pub(crate) async fn delete_item(
    items: web::Data<SetCartItem>,
    claims: web::Data<ClaimCart>,
    Visitor(who): Visitor,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let none = Quantity::new(0).map_err(|_| invalid_quantity())?;
    let cart = change(&items, &claims, who.map(|who| who.customer), &path, none).await?;
    Ok(HttpResponse::Ok().json(CartJson::from(&cart)))
}

async fn change(
    items: &SetCartItem,
    claims: &ClaimCart,
    by: Option<CustomerId>,
    (id, sku): &(String, String),
    quantity: Quantity,
) -> Result<CartView, Problem> {
    let cart = cart_id(id)?;
    let sku = Sku::parse(sku).map_err(|_| unknown_sku(sku))?;
    let view = items.execute(SetCartItemCommand { cart, by, sku, change: LineChange::Set(quantity) }).await?;
    match by {
        // Whether there is anything to claim is decided there; claiming one's own cart changes nothing.
        Some(by) => Ok(claims.execute(ClaimCartCommand { cart, by }).await?),
        None => Ok(view),
    }
}

/// 2 and 2.0 are the same number.
fn whole(number: &serde_json::Value) -> Option<i64> {
    let integral = || number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e9);
    #[expect(clippy::cast_possible_truncation, reason = "it is a whole number of less than ten digits")]
    number.as_i64().or_else(|| integral().map(|number| number as i64))
}

/// A text that is no cart's name names no cart.
fn cart_id(text: &str) -> Result<CartId, Problem> {
    CartId::parse(text).ok_or_else(Problem::not_found)
}
