//! Looking at shelves, counting them, and what comes and goes without an order.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use chassis::web::{IdempotencyKey, JsonBody, Problem, Staff, json_with_etag, query};
use serde::Deserialize;
use shared_kernel::Sku;

use super::dto::{AdjustmentBody, CountBody, StockList, StockMovementList, StockMovementView, StockView, sku};
use super::errors::unprocessable;
use crate::adapters::inbound::reference_to;
use crate::application::{AdjustStock, AdjustStockCommand, SetStock, StockQueries};
use crate::domain::{Adjustment, AdjustmentError, Count, PersonsCount};
use crate::ports::StockQuery;

#[derive(Deserialize)]
struct PageQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

#[derive(Deserialize)]
struct ListQuery {
    q: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// All shelves by SKU.
#[utoipa::path(
    tag = "fulfilment", operation_id = "list_stock", security(("bearer" = ["staff"])),
    params(
        ("q" = Option<String>, Query, max_length = 100, description = "part of the SKU or the title"),
        ("limit" = Option<u32>, Query),
        ("cursor" = Option<String>, Query),
    ),
    responses(
        (status = 200, body = StockList),
        (status = 304),
    ),
)]
#[get("/api/fulfilment/v1/stock")]
pub(crate) async fn list(
    req: HttpRequest,
    _staff: Staff,
    wanted: web::Query<ListQuery>,
    stock: web::Data<StockQueries>,
) -> Result<HttpResponse, Problem> {
    let ListQuery { q, limit: size, cursor } = wanted.into_inner();
    let text = q.unwrap_or_default();
    if text.chars().count() > 100 {
        return Err(query::invalid_parameter("q", "at most 100 characters are looked for"));
    }
    let page = stock
        .list(StockQuery { text, after: cursor.filter(|cursor| !cursor.is_empty()) }, query::limit(size.as_deref())?)
        .await?;
    let items = page.items.into_iter().map(StockView::from).collect();
    Ok(json_with_etag(&req, &StockList { items, next_cursor: page.next_cursor }))
}

/// One shelf.
#[utoipa::path(
    tag = "fulfilment", operation_id = "get_stock", security(("bearer" = ["staff"])),
    params(("sku" = String, Path, description = "the SKU, percent-encoded")),
    responses(
        (status = 200, body = StockView),
        (status = 304),
    ),
)]
#[get("/api/fulfilment/v1/stock/{sku}")]
pub(crate) async fn show(
    req: HttpRequest,
    _staff: Staff,
    path: web::Path<String>,
    stock: web::Data<StockQueries>,
) -> Result<HttpResponse, Problem> {
    let sku = Sku::parse(&path).map_err(|_| Problem::not_found())?;
    let line = stock.find(&sku).await?.ok_or_else(Problem::not_found)?;
    Ok(json_with_etag(&req, &StockView::from(line)))
}

/// Sets how many lie on a shelf, making it if there is none. Answers the shelf as it now is.
#[utoipa::path(
    tag = "fulfilment", operation_id = "put_stock", security(("bearer" = ["staff"])),
    request_body = CountBody,
    params(("sku" = String, Path, description = "the SKU, percent-encoded")),
    responses(
        (status = 200, body = StockView),
        (status = 409, description = "`below-reserved`, with `reserved` and `committed`; `stock-changed`, with `on_hand` and `available`"),
        (status = 422, description = "`invalid-body`, `invalid-count`, `invalid-sku`"),
    ),
)]
#[put("/api/fulfilment/v1/stock/{sku}")]
pub(crate) async fn count(
    staff: Staff,
    path: web::Path<String>,
    body: JsonBody<CountBody>,
    set_stock: web::Data<SetStock>,
    stock: web::Data<StockQueries>,
) -> Result<HttpResponse, Problem> {
    let CountBody { on_hand, expected_on_hand: expected } = body.into_inner();
    let range = || unprocessable("invalid-count", "Not a count", "on_hand is a whole number from 0 to 1000000000");
    let on_hand = Count::new(on_hand).ok_or_else(range)?;
    let sku = sku(&path)?;
    let count = PersonsCount { on_hand, expected, by: reference_to(&staff) };
    set_stock.execute(sku.clone(), count).await?;
    shelf(&sku, &stock).await
}

/// Adds goods to a shelf, or takes them off it, without an order. A repeat under the same key has no further effect.
#[utoipa::path(
    tag = "fulfilment", operation_id = "adjust_stock", security(("bearer" = ["staff"])),
    request_body = AdjustmentBody,
    params(
        ("sku" = String, Path, description = "the SKU, percent-encoded"),
        ("Idempotency-Key" = String, Header, description = "the same for every repeat of this adjustment"),
    ),
    responses(
        (status = 200, body = StockView, description = "the shelf as it now is"),
        (status = 404, description = "there is no such product"),
        (status = 409, description = "`below-reserved`, with `reserved` and `committed`; `shelf-full`"),
        (status = 422, description = "`invalid-body`, `invalid-adjustment`, `invalid-sku`, `idempotency-key-reused`"),
    ),
)]
#[post("/api/fulfilment/v1/stock/{sku}/adjustments")]
pub(crate) async fn adjust(
    staff: Staff,
    key: IdempotencyKey,
    path: web::Path<String>,
    body: JsonBody<AdjustmentBody>,
    adjust: web::Data<AdjustStock>,
    stock: web::Data<StockQueries>,
) -> Result<HttpResponse, Problem> {
    let AdjustmentBody { quantity, reason, note } = body.into_inner();
    let wrong = |error: AdjustmentError| unprocessable("invalid-adjustment", "Not an adjustment", error.to_string());
    let adjustment = Adjustment::new(quantity, reason.into(), note.as_deref()).map_err(wrong)?;
    let sku = sku(&path)?;
    if !stock.is_known(&sku).await? {
        return Err(Problem::not_found().detail(format!("there is no such product: {sku}")));
    }
    let request = Some(key.as_str().to_owned());
    let command = AdjustStockCommand { sku: sku.clone(), adjustment, by: reference_to(&staff), request };
    adjust.execute(command).await?;
    shelf(&sku, &stock).await
}

/// What changed a shelf, the latest first.
#[utoipa::path(
    tag = "fulfilment", operation_id = "list_stock_movements", security(("bearer" = ["staff"])),
    params(
        ("sku" = String, Path, description = "the SKU, percent-encoded"),
        ("limit" = Option<u32>, Query),
        ("cursor" = Option<String>, Query),
    ),
    responses(
        (status = 200, body = StockMovementList),
        (status = 304),
    ),
)]
#[get("/api/fulfilment/v1/stock/{sku}/movements")]
pub(crate) async fn movements(
    req: HttpRequest,
    _staff: Staff,
    path: web::Path<String>,
    wanted: web::Query<PageQuery>,
    stock: web::Data<StockQueries>,
) -> Result<HttpResponse, Problem> {
    let PageQuery { limit: size, cursor } = wanted.into_inner();
    let sku = Sku::parse(&path).map_err(|_| Problem::not_found())?;
    let wrong = |_| query::invalid_parameter("cursor", "take it from `next_cursor` of the page before");
    let before = cursor.filter(|cursor| !cursor.is_empty()).map(|cursor| cursor.parse().map_err(wrong)).transpose()?;
    let limit = query::limit(size.as_deref())?;
    let page = stock.history(&sku, before, limit).await?.ok_or_else(Problem::not_found)?;
    let items = page.items.into_iter().map(StockMovementView::from).collect();
    Ok(json_with_etag(&req, &StockMovementList { items, next_cursor: page.next_cursor }))
}

async fn shelf(sku: &Sku, stock: &StockQueries) -> Result<HttpResponse, Problem> {
    let line = stock.find(sku).await?.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(StockView::from(line)))
}
