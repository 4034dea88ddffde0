//! Orders over JSON: place, list, look, cancel, refund.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chassis::Site;
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::{
    AddressView, ConfirmedStaff, IdempotencyKey, JsonBody, OptionalBody, Problem, SignedIn, json_with_etag, query,
};
use shared_kernel::address::RawAddress;
use shared_kernel::{Address, Identity, OrderId, Role, Timestamp};

use super::dto::{BASE, CancelBody, OrderJson, OrderListJson, OrderListQuery, PlaceOrderBody, RefundBody};
use crate::adapters::inbound::api::errors::{invalid, invalid_address, invalid_query, out_of_stock};
use crate::application::{
    ListOrders, ListOrdersQuery, PlaceOrder, PlaceOrderCommand, PlacedOrder, RefundOrder, RefundOrderCommand,
    RequestCancellation, RequestCancellationCommand, ViewOrder, ViewOrderQuery, WaitUntilPayable,
};
use crate::domain::{CartId, NextStep, Reason, Status};

/// Reasons and search words longer than this are refused.
const MAX_TEXT_CHARS: usize = 200;

/// Order what a cart holds. Waits a moment for stock and payment; 202 if that takes longer.
#[utoipa::path(
    tag = "order", operation_id = "place_order", security(("bearer" = [])),
    request_body = PlaceOrderBody,
    params(("Idempotency-Key" = String, Header)),
    responses(
        (status = 201, body = OrderJson),
        (status = 200, body = OrderJson, description = "The cart's open order, unchanged"),
        (status = 202, body = OrderJson, description = "Placed; stock or payment is not ready yet"),
        (status = 403, description = "`email-not-verified`"),
        (status = 404, description = "`not-found`: no such cart"),
        (status = 409, description = "`out-of-stock` and `not-for-sale` (with `skus`), `price-changed` (with `cart`), `too-many-open-orders`, `conflict`"),
        (status = 422, description = "`invalid-body`, `cart-empty`, `address-required`, `invalid-address` (with `field`), `unknown-shipping-method`, `order-too-large` (with `most`), `order-too-small` (with `least`), `order-between-steps` (with `step`), `idempotency-key-reused`"),
    ),
)]
#[post("/api/order/v1/orders")]
pub(crate) async fn place(
    orders: web::Data<PlaceOrder>,
    wait: web::Data<WaitUntilPayable>,
    site: web::Data<Site>,
    SignedIn(who): SignedIn,
    key: IdempotencyKey,
    JsonBody(body): JsonBody<PlaceOrderBody>,
) -> Result<HttpResponse, Problem> {
    let placed = orders.execute(place_command(body, who.clone(), &key)?).await?;
    let order = wait.execute(placed.order().id()).await?.unwrap_or_else(|| placed.order().clone());
    let mut answer = match (order.next_step(), &placed) {
        (NextStep::SoldOut(skus), _) => return Err(out_of_stock(skus).with("order_id", order.id().to_string())),
        (NextStep::WaitForStock | NextStep::WaitForPayment, _) => HttpResponse::Accepted(),
        (_, PlacedOrder::Open(_)) => HttpResponse::Ok(),
        (_, PlacedOrder::New(_) | PlacedOrder::Repeat(_)) => HttpResponse::Created(),
    };
    let location = format!("{BASE}/orders/{}", order.id());
    Ok(answer.insert_header((header::LOCATION, location)).json(OrderJson::of(&order, &who, &site)))
}

/// List orders, newest first: one's own, or everybody's for the staff.
#[utoipa::path(
    tag = "order", operation_id = "list_orders", security(("bearer" = [])),
    params(OrderListQuery),
    responses(
        (status = 200, body = OrderListJson),
        (status = 304),
    ),
)]
#[get("/api/order/v1/orders")]
pub(crate) async fn list(
    req: HttpRequest,
    orders: web::Data<ListOrders>,
    SignedIn(who): SignedIn,
    query: web::Query<OrderListQuery>,
) -> Result<HttpResponse, Problem> {
    let query = list_query(query.into_inner())?;
    let page = if who.is(Role::Staff) {
        orders.of_everybody(query).await?
    } else {
        orders.of_customer(who.customer, query).await?
    };
    Ok(json_with_etag(&req, &OrderListJson::from(&page)))
}

/// Look at an order: its buyer and the staff may.
#[utoipa::path(
    tag = "order", operation_id = "get_order", security(("bearer" = [])),
    params(("id" = String, Path, description = "The order")),
    responses(
        (status = 200, body = OrderJson),
        (status = 304),
    ),
)]
#[get("/api/order/v1/orders/{id}")]
pub(crate) async fn show(
    req: HttpRequest,
    orders: web::Data<ViewOrder>,
    site: web::Data<Site>,
    SignedIn(who): SignedIn,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let order = orders.execute(ViewOrderQuery { order: order_id(&id)?, by: who.clone() }).await?;
    Ok(json_with_etag(&req, &OrderJson::of(&order, &who, &site)))
}

/// Cancel a paid order of which nothing has been sent. Dispatch answers within moments; then the money goes back.
#[utoipa::path(
    tag = "order", operation_id = "cancel_order", security(("bearer" = [])),
    request_body = Option<CancelBody>,
    params(
        ("id" = String, Path, description = "The order"),
        ("Idempotency-Key" = String, Header),
    ),
    responses(
        (status = 200, body = OrderJson),
        (status = 409, description = "`order-not-cancellable`, `conflict`"),
        (status = 422, description = "`invalid-body`, `invalid-reason`, `idempotency-key-reused`"),
    ),
)]
#[post("/api/order/v1/orders/{id}/cancel")]
pub(crate) async fn cancel(
    cancellations: web::Data<RequestCancellation>,
    site: web::Data<Site>,
    SignedIn(who): SignedIn,
    key: IdempotencyKey,
    id: web::Path<String>,
    OptionalBody(body): OptionalBody<CancelBody>,
) -> Result<HttpResponse, Problem> {
    let (order, reason, key) = (order_id(&id)?, reason_of(body.reason)?, key.as_str().to_owned());
    let order = cancellations.execute(RequestCancellationCommand { order, by: who.clone(), reason, key }).await?;
    Ok(HttpResponse::Ok().json(OrderJson::of(&order, &who, &site)))
}

/// Give money of an order back (staff).
#[utoipa::path(
    tag = "order", operation_id = "refund_order", security(("bearer" = ["staff"])),
    request_body = RefundBody,
    params(
        ("id" = String, Path, description = "The order"),
        ("Idempotency-Key" = String, Header),
    ),
    responses(
        (status = 201, body = OrderJson),
        (status = 409, description = "`refund-exceeds-payment`, `conflict`"),
        (status = 422, description = "`invalid-body`, `invalid-amount`, `invalid-reason`, `idempotency-key-reused`"),
    ),
)]
#[post("/api/order/v1/orders/{id}/refunds")]
pub(crate) async fn refund(
    refunds: web::Data<RefundOrder>,
    site: web::Data<Site>,
    ConfirmedStaff(who): ConfirmedStaff,
    trail: SecurityTrail,
    key: IdempotencyKey,
    id: web::Path<String>,
    JsonBody(RefundBody { amount, reason }): JsonBody<RefundBody>,
) -> Result<HttpResponse, Problem> {
    let (order, reason, key) = (order_id(&id)?, reason_of(reason)?, key.as_str().to_owned());
    let order = refunds.execute(RefundOrderCommand { order, by: who.clone(), amount, reason, key }).await?;
    trail.note(SecurityEvent::RefundRequested, &format!("order/{}", order.id())).await;
    Ok(HttpResponse::Created().json(OrderJson::of(&order, &who, &site)))
}

fn place_command(body: PlaceOrderBody, by: Identity, key: &IdempotencyKey) -> Result<PlaceOrderCommand, Problem> {
    if body.shipping_method.is_some_and(|method| method != "standard") {
        return Err(invalid("unknown-shipping-method", "Unknown shipping method", "only `standard` is known"));
    }
    Ok(PlaceOrderCommand {
        by,
        cart: CartId::parse(&body.cart_id).ok_or_else(Problem::not_found)?,
        delivery_address: body.delivery_address.map(address).transpose()?,
        email: None,
        expected_total: body.expected_total,
        key: key.as_str().to_owned(),
    })
}

fn address(given: AddressView) -> Result<Address, Problem> {
    Address::try_from(RawAddress::from(given)).map_err(|error| invalid_address(&error))
}

fn list_query(wanted: OrderListQuery) -> Result<ListOrdersQuery, Problem> {
    let OrderListQuery { status, since, q, limit, cursor } = wanted;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let status = given(status).map(|name| Status::parse(&name).ok_or_else(|| invalid_query("status", &name)));
    let since = given(since).map(|text| Timestamp::parse(&text).map_err(|_| invalid_query("since", &text)));
    if q.as_ref().is_some_and(|text| text.chars().count() > MAX_TEXT_CHARS) {
        return Err(invalid_query("q", "that long text"));
    }
    Ok(ListOrdersQuery {
        status: status.transpose()?,
        since: since.transpose()?,
        text: q,
        cursor: given(cursor),
        limit: query::limit(limit.as_deref())?,
    })
}

/// A text that is no order's name names no order.
fn order_id(text: &str) -> Result<OrderId, Problem> {
    OrderId::parse(text).map_err(|_| Problem::not_found())
}

fn reason_of(text: Option<String>) -> Result<Option<Reason>, Problem> {
    let reason = Reason::parse(&text.unwrap_or_default());
    reason.map_err(|error| invalid("invalid-reason", "Invalid reason", error.to_string()))
}
