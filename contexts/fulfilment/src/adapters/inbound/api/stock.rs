//! Looking at shelves and counting them.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use chassis::web::{JsonBody, Problem, Staff, json_with_etag, query};
use serde::Deserialize;
use shared_kernel::Sku;

use super::problems::{self, unprocessable};
use super::shapes::{CountBody, StockList, StockView, sku};
use crate::application::set_stock::SetStock;
use crate::domain::Count;
use crate::ports::{StockBook, StockQuery};

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
pub async fn list(
    req: HttpRequest,
    _staff: Staff,
    wanted: web::Query<ListQuery>,
    stock: web::Data<dyn StockBook>,
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
pub async fn show(
    req: HttpRequest,
    _staff: Staff,
    path: web::Path<String>,
    stock: web::Data<dyn StockBook>,
) -> Result<HttpResponse, Problem> {
    let sku = Sku::parse(&path).map_err(|_| Problem::not_found())?;
    let line = stock.find(&sku).await?.ok_or_else(Problem::not_found)?;
    Ok(json_with_etag(&req, &StockView::from(line)))
}

/// Sets how many lie on a shelf, making it if there is none.
#[utoipa::path(
    tag = "fulfilment", operation_id = "put_stock", security(("bearer" = ["staff"])),
    request_body = CountBody,
    params(("sku" = String, Path, description = "the SKU, percent-encoded")),
    responses(
        (status = 200, body = StockView),
        (status = 409, description = "`below-reserved`, with `reserved`"),
        (status = 422, description = "`invalid-body`, `invalid-count`, `invalid-sku`"),
    ),
)]
#[put("/api/fulfilment/v1/stock/{sku}")]
pub async fn count(
    _staff: Staff,
    path: web::Path<String>,
    body: JsonBody<CountBody>,
    set_stock: web::Data<SetStock>,
) -> Result<HttpResponse, Problem> {
    let range = || unprocessable("invalid-count", "Not a count", "on_hand is a whole number from 0 to 1000000000");
    let count = Count::new(body.into_inner().on_hand).ok_or_else(range)?;
    let item = set_stock.execute(sku(&path)?, count).await.map_err(problems::set_stock)?;
    Ok(HttpResponse::Ok().json(StockView::from(&item)))
}
