//! What there is to send, and noting what has left.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chassis::web::{ConfirmedStaff, JsonBody, Problem, Staff, json_with_etag, query};
use serde::Deserialize;
use shared_kernel::OrderId;

use super::dto::{CloseBody, DispatchBody, ShippingOrderList, ShippingOrderView, ShippingStatus};
use super::errors::unprocessable;
use crate::application::{CloseShippingOrder, DispatchItems, DispatchItemsCommand, ShippingOrderQueries};
use crate::domain::Consignment;
use crate::ports::StatusFilter;

#[derive(Deserialize)]
struct ListQuery {
    status: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// The work list.
#[utoipa::path(
    tag = "fulfilment", operation_id = "list_shipping_orders", security(("bearer" = ["staff"])),
    params(
        ("status" = Option<ShippingStatus>, Query, description = "all when left out"),
        ("limit" = Option<u32>, Query),
        ("cursor" = Option<String>, Query),
    ),
    responses(
        (status = 200, body = ShippingOrderList),
        (status = 304),
    ),
)]
#[get("/api/fulfilment/v1/shipping-orders")]
pub(crate) async fn list(
    req: HttpRequest,
    _staff: Staff,
    wanted: web::Query<ListQuery>,
    orders: web::Data<ShippingOrderQueries>,
) -> Result<HttpResponse, Problem> {
    let ListQuery { status, limit: size, cursor } = wanted.into_inner();
    let unknown = || query::invalid_parameter("status", "a status is `pending`, `processed` or `cancelled`");
    let filter = StatusFilter::parse(status.as_deref().unwrap_or_default()).ok_or_else(unknown)?;
    let wrong = || query::invalid_parameter("cursor", "take it from `next_cursor` of the page before");
    let page = orders.list(filter, cursor, query::limit(size.as_deref())?).await?.ok_or_else(wrong)?;
    let items = page.items.iter().map(ShippingOrderView::from).collect();
    Ok(json_with_etag(&req, &ShippingOrderList { items, next_cursor: page.next_cursor }))
}

/// One shipping order. Its id is the order's.
#[utoipa::path(
    tag = "fulfilment", operation_id = "get_shipping_order", security(("bearer" = ["staff"])),
    params(("id" = String, Path, description = "the order's id")),
    responses(
        (status = 200, body = ShippingOrderView),
        (status = 304),
    ),
)]
#[get("/api/fulfilment/v1/shipping-orders/{id}")]
pub(crate) async fn show(
    req: HttpRequest,
    _staff: Staff,
    id: web::Path<String>,
    orders: web::Data<ShippingOrderQueries>,
) -> Result<HttpResponse, Problem> {
    let found = orders.find(order_id(&id)?).await?.ok_or_else(Problem::not_found)?;
    Ok(json_with_etag(&req, &ShippingOrderView::from(&found)))
}

/// Records that items were handed to a carrier. A repeat has no further effect, with or without a key.
#[utoipa::path(
    tag = "fulfilment", operation_id = "dispatch_shipping_order", security(("bearer" = ["staff"])),
    request_body = DispatchBody,
    params(
        ("id" = String, Path, description = "the order's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "accepted; a repeat has no further effect anyway"),
    ),
    responses(
        (status = 200, body = ShippingOrderView),
        (status = 409, description = "`already-cancelled`, `already-closed` or `nothing-to-dispatch`"),
        (status = 422, description = "`invalid-body`, `invalid-consignment`, `unknown-item`, `not-physical`"),
    ),
)]
#[post("/api/fulfilment/v1/shipping-orders/{id}/dispatch")]
pub(crate) async fn dispatch(
    _staff: Staff,
    id: web::Path<String>,
    body: JsonBody<DispatchBody>,
    (dispatch, orders): (web::Data<DispatchItems>, web::Data<ShippingOrderQueries>),
) -> Result<HttpResponse, Problem> {
    let order = order_id(&id)?;
    let DispatchBody { carrier, tracking, items } = body.into_inner();
    let wrong = |detail: String| unprocessable("invalid-consignment", "Not a parcel", detail);
    let consignment = Consignment::parse(&carrier, tracking.as_deref()).map_err(|error| wrong(error.to_string()))?;
    if items.as_ref().is_some_and(Vec::is_empty) {
        return Err(wrong("items names no item; leave it out to send all that are pending".to_owned()));
    }
    let skus = items.map(|items| items.into_iter().collect());
    let shipped = dispatch.execute(DispatchItemsCommand { order, skus, consignment }).await?;
    Ok(HttpResponse::Ok().json(ShippingOrderView::from(&orders.with_refund(shipped).await?)))
}

/// Closes a shipping order without what has not been sent yet: it will not be sent, and its stock can be sold again.
///
/// If a part has been sent, the shipping order is processed, its other items are `not_sent`, and the order is completed;
/// no money is returned, that is a refund of the order. If nothing has been sent, the shipping order is cancelled, and the
/// order with it: what is left of its money is returned. A repeat has no further effect.
#[utoipa::path(
    tag = "fulfilment", operation_id = "close_shipping_order", security(("bearer" = ["staff"])),
    request_body = CloseBody,
    params(
        ("id" = String, Path, description = "the order's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "accepted; a repeat has no further effect anyway"),
    ),
    responses(
        (status = 200, body = ShippingOrderView),
        (status = 409, description = "`nothing-to-close`: everything has been sent"),
        (status = 422, description = "`invalid-body`"),
    ),
)]
#[post("/api/fulfilment/v1/shipping-orders/{id}/close")]
pub(crate) async fn close(
    _staff: ConfirmedStaff,
    id: web::Path<String>,
    body: JsonBody<CloseBody>,
    (close, orders): (web::Data<CloseShippingOrder>, web::Data<ShippingOrderQueries>),
) -> Result<HttpResponse, Problem> {
    let closed = close.execute(order_id(&id)?, body.into_inner().reason.into()).await?;
    Ok(HttpResponse::Ok().json(ShippingOrderView::from(&orders.with_refund(closed).await?)))
}

fn order_id(text: &str) -> Result<OrderId, Problem> {
    OrderId::parse(text).map_err(|_| Problem::not_found())
}
