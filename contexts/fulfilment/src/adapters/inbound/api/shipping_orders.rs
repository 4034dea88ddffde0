//! What there is to send, and noting what has left.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use chassis::web::{ConfirmedStaff, JsonBody, Problem, Staff, json_with_etag, query};
use serde::Deserialize;
use shared_kernel::OrderId;

use super::problems::{self, unprocessable};
use super::shapes::{CloseBody, DispatchBody, ShippingOrderList, ShippingOrderView, ShippingStatus};
use crate::application::close_shipping_order::CloseShippingOrder;
use crate::application::dispatch_items::{DispatchItems, DispatchItemsCommand};
use crate::domain::{Consignment, ShippingOrder};
use crate::ports::{RefundBook, StatusFilter, WorkList};

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
pub async fn list(
    req: HttpRequest,
    _staff: Staff,
    wanted: web::Query<ListQuery>,
    (work_list, refunds): (web::Data<dyn WorkList>, web::Data<dyn RefundBook>),
) -> Result<HttpResponse, Problem> {
    let ListQuery { status, limit: size, cursor } = wanted.into_inner();
    let unknown = || query::invalid_parameter("status", "a status is `pending`, `processed` or `cancelled`");
    let filter = StatusFilter::parse(status.as_deref().unwrap_or_default()).ok_or_else(unknown)?;
    let page = work_list.list(filter, cursor, query::limit(size.as_deref())?).await?;
    let wrong = || query::invalid_parameter("cursor", "take it from `next_cursor` of the page before");
    let page = page.ok_or_else(wrong)?;
    let refunded = refunds.of(page.items.iter().map(ShippingOrder::order).collect()).await?;
    let view = |order: &ShippingOrder| ShippingOrderView::of(order, refunded.get(&order.order()).copied());
    let items = page.items.iter().map(view).collect();
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
pub async fn show(
    req: HttpRequest,
    _staff: Staff,
    id: web::Path<String>,
    (work_list, refunds): (web::Data<dyn WorkList>, web::Data<dyn RefundBook>),
) -> Result<HttpResponse, Problem> {
    let order = order_id(&id)?;
    let found = work_list.find(order).await?.ok_or_else(Problem::not_found)?;
    let refunded = refunds.of(vec![order]).await?.remove(&order);
    Ok(json_with_etag(&req, &ShippingOrderView::of(&found, refunded)))
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
pub async fn dispatch(
    _staff: Staff,
    id: web::Path<String>,
    body: JsonBody<DispatchBody>,
    (dispatch, refunds): (web::Data<DispatchItems>, web::Data<dyn RefundBook>),
) -> Result<HttpResponse, Problem> {
    let order = order_id(&id)?;
    let DispatchBody { carrier, tracking, items } = body.into_inner();
    let wrong = |detail: String| unprocessable("invalid-consignment", "Not a parcel", detail);
    let consignment = Consignment::parse(&carrier, tracking.as_deref()).map_err(|error| wrong(error.to_string()))?;
    if items.as_ref().is_some_and(Vec::is_empty) {
        return Err(wrong("items names no item; leave it out to send all that are pending".to_owned()));
    }
    let skus = items.map(|items| items.into_iter().collect());
    let shipped =
        dispatch.execute(DispatchItemsCommand { order, skus, consignment }).await.map_err(problems::dispatch)?;
    let refunded = refunds.of(vec![order]).await?.remove(&order);
    Ok(HttpResponse::Ok().json(ShippingOrderView::of(&shipped, refunded)))
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
pub async fn close(
    _staff: ConfirmedStaff,
    id: web::Path<String>,
    body: JsonBody<CloseBody>,
    (close, refunds): (web::Data<CloseShippingOrder>, web::Data<dyn RefundBook>),
) -> Result<HttpResponse, Problem> {
    let order = order_id(&id)?;
    let closed = close.execute(order, body.into_inner().reason.into()).await.map_err(problems::close)?;
    let refunded = refunds.of(vec![order]).await?.remove(&order);
    Ok(HttpResponse::Ok().json(ShippingOrderView::of(&closed, refunded)))
}

fn order_id(text: &str) -> Result<OrderId, Problem> {
    OrderId::parse(text).map_err(|_| Problem::not_found())
}
