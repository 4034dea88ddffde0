//! Orders over JSON: place, list, look, cancel, refund.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chassis::Site;
use chassis::web::{IdempotencyKey, JsonBody, Problem, SignedIn, Staff, json_with_etag};
use shared_kernel::address::RawAddress;
use shared_kernel::{Address, Identity, Limit, OrderId, Role, Timestamp};

use super::dto::{AddressJson, CancelBody, OrderJson, OrderListJson, OrderListQuery, PlaceOrderBody, RefundBody};
use super::optional_body::OptionalBody;
use super::problems::{invalid, invalid_address, invalid_query, out_of_stock};
use super::render::{BASE, order_json, order_list};
use crate::application::{
    ListOrders, ListOrdersQuery, PlaceOrder, PlaceOrderCommand, PlacedOrder, RefundOrder, RefundOrderCommand,
    RequestCancellation, RequestCancellationCommand, ViewOrder, ViewOrderQuery, WaitUntilPayable,
};
use crate::domain::{CartId, OrderState, Status};

/// Reasons and search words longer than this are refused.
const LONGEST_TEXT: usize = 200;

/// Order what a cart holds. Waits a moment for stock and payment; 202 if that takes longer.
#[utoipa::path(
    tag = "order", operation_id = "place_order", request_body = PlaceOrderBody, security(("bearer" = [])),
    params(("Idempotency-Key" = String, Header, description = "The same for every repeat of this wish")),
    responses(
        (status = 201, body = OrderJson), (status = 200, body = OrderJson, description = "The cart's open order, unchanged"),
        (status = 202, body = OrderJson, description = "Placed; stock or payment is not ready yet"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")
    )
)]
#[post("/api/order/v1/orders")]
pub async fn place(
    orders: web::Data<PlaceOrder>,
    wait: web::Data<WaitUntilPayable>,
    site: web::Data<Site>,
    SignedIn(who): SignedIn,
    key: IdempotencyKey,
    JsonBody(body): JsonBody<PlaceOrderBody>,
) -> Result<HttpResponse, Problem> {
    let placed = orders.execute(place_command(body, who.clone(), &key)?).await?;
    let order = wait.execute(placed.order().id()).await?.unwrap_or_else(|| placed.order().clone());
    let mut answer = match (order.state(), &placed) {
        (OrderState::Rejected { skus }, _) => return Err(out_of_stock(skus).with("order_id", order.id().to_string())),
        (OrderState::AwaitingStock { .. }, _) => HttpResponse::Accepted(),
        (_, PlacedOrder::Open(_)) => HttpResponse::Ok(),
        (_, PlacedOrder::New(_) | PlacedOrder::Repeat(_)) => HttpResponse::Created(),
    };
    let location = format!("{BASE}/orders/{}", order.id());
    Ok(answer.insert_header((header::LOCATION, location)).json(order_json(&order, &who, &site)))
}

/// List orders, newest first: one's own, or everybody's for the staff.
#[utoipa::path(
    tag = "order", operation_id = "list_orders", params(OrderListQuery), security(("bearer" = [])),
    responses((status = 200, body = OrderListJson), (status = 304), (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
#[get("/api/order/v1/orders")]
pub async fn list(
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
    Ok(json_with_etag(&req, &order_list(&page)))
}

/// Look at an order: its buyer and the staff may.
#[utoipa::path(
    tag = "order", operation_id = "get_order", params(("id" = String, Path, description = "The order")), security(("bearer" = [])),
    responses((status = 200, body = OrderJson), (status = 304), (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
#[get("/api/order/v1/orders/{id}")]
pub async fn show(
    req: HttpRequest,
    orders: web::Data<ViewOrder>,
    site: web::Data<Site>,
    SignedIn(who): SignedIn,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let order = orders.execute(ViewOrderQuery { order: order_id(&id)?, by: who.clone() }).await?;
    Ok(json_with_etag(&req, &order_json(&order, &who, &site)))
}

/// Cancel a paid order of which nothing has been sent. Dispatch answers within moments; then the money goes back.
#[utoipa::path(
    tag = "order", operation_id = "cancel_order", request_body = Option<CancelBody>, security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The order"),
        ("Idempotency-Key" = String, Header, description = "The same for every repeat of this wish")
    ),
    responses((status = 200, body = OrderJson), (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
#[post("/api/order/v1/orders/{id}/cancel")]
pub async fn cancel(
    cancellations: web::Data<RequestCancellation>,
    site: web::Data<Site>,
    SignedIn(who): SignedIn,
    key: IdempotencyKey,
    id: web::Path<String>,
    OptionalBody(body): OptionalBody<CancelBody>,
) -> Result<HttpResponse, Problem> {
    let (order, reason, key) = (order_id(&id)?, short(body.reason)?, key.as_str().to_owned());
    let order = cancellations.execute(RequestCancellationCommand { order, by: who.clone(), reason, key }).await?;
    Ok(HttpResponse::Ok().json(order_json(&order, &who, &site)))
}

/// Give money of an order back (staff).
#[utoipa::path(
    tag = "order", operation_id = "refund_order", request_body = RefundBody, security(("bearer" = [])),
    params(
        ("id" = String, Path, description = "The order"),
        ("Idempotency-Key" = String, Header, description = "The same for every repeat of this wish")
    ),
    responses((status = 201, body = OrderJson), (status = "4XX", body = Problem, content_type = "application/problem+json"))
)]
#[post("/api/order/v1/orders/{id}/refunds")]
pub async fn refund(
    refunds: web::Data<RefundOrder>,
    site: web::Data<Site>,
    Staff(who): Staff,
    key: IdempotencyKey,
    id: web::Path<String>,
    JsonBody(RefundBody { amount, reason }): JsonBody<RefundBody>,
) -> Result<HttpResponse, Problem> {
    let (order, reason, key) = (order_id(&id)?, short(reason)?, key.as_str().to_owned());
    let order = refunds.execute(RefundOrderCommand { order, by: who.clone(), amount, reason, key }).await?;
    Ok(HttpResponse::Created().json(order_json(&order, &who, &site)))
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

fn address(given: AddressJson) -> Result<Address, Problem> {
    let AddressJson { name, line1, line2, city, region, postcode, country } = given;
    let raw = RawAddress { name, line1, line2, city, region, postcode, country };
    Address::try_from(raw).map_err(|error| invalid_address(&error))
}

fn list_query(query: OrderListQuery) -> Result<ListOrdersQuery, Problem> {
    let OrderListQuery { status, since, q, limit, cursor } = query;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let status = given(status).map(|name| Status::parse(&name).ok_or_else(|| invalid_query("status", &name)));
    let since = given(since).map(|text| Timestamp::parse(&text).map_err(|_| invalid_query("since", &text)));
    let limit = given(limit).map(|text| {
        let number = text.parse().ok().and_then(|number| Limit::new(number).ok());
        number.ok_or_else(|| invalid_query("limit", &text))
    });
    if q.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
        return Err(invalid_query("q", "that long text"));
    }
    Ok(ListOrdersQuery {
        status: status.transpose()?,
        since: since.transpose()?,
        text: q,
        cursor: given(cursor),
        limit: limit.transpose()?.unwrap_or(Limit::DEFAULT),
    })
}

/// A text that is no order's name names no order.
fn order_id(text: &str) -> Result<OrderId, Problem> {
    OrderId::parse(text).map_err(|_| Problem::not_found())
}

fn short(reason: Option<String>) -> Result<Option<String>, Problem> {
    match reason {
        Some(text) if text.chars().count() > LONGEST_TEXT || text.chars().any(char::is_control) => {
            Err(invalid("invalid-reason", "Invalid reason", "a reason has at most 200 printable characters"))
        }
        reason => Ok(reason.filter(|text| !text.trim().is_empty())),
    }
}
