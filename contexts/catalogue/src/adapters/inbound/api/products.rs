//! Products: public reads, and changes by staff.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use chassis::web::{JsonBody, Problem, Staff, Visitor, json_with_etag, query};
use serde::Deserialize;
use shared_kernel::{Identity, Role};
use utoipa::IntoParams;

use super::dto::{ProductList, ProductView, ProductWrite};
use super::errors::{handle_of, invalid_product, save_refused, unknown_product, withdraw_refused};
use super::response_cache::ResponseCache;
use crate::application::{Browse, SaveMode, SaveProduct, SaveProductCommand, Saved, WithdrawProduct};
use crate::domain::{Audience, FieldError, Handle, ListingCursor, ListingQuery, ProductRefused, SearchWords};

/// Which products are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only this category, by slug or name.
    #[param(example = "laptops")]
    category: Option<String>,
    /// Only titles in which every one of these words begins a word.
    #[param(example = "notebook")]
    q: Option<String>,
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
    cursor: Option<String>,
    /// `true`: drafts and withdrawn products, too. For staff.
    all: Option<bool>,
}

impl ListQuery {
    fn parse(self, who: Option<&Identity>) -> Result<ListingQuery, Problem> {
        let all = self.all.unwrap_or(false);
        if all && !who.is_some_and(|who| who.is(Role::Staff)) {
            return Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", "Forbidden").detail("`all` is for staff"));
        }
        let limit = query::limit(self.limit.as_deref())?;
        let wrong_cursor =
            || query::invalid_parameter("cursor", "take the cursor from `next_cursor` of the page before");
        let cursor = self.cursor.filter(|cursor| !cursor.is_empty());
        Ok(ListingQuery {
            audience: if all { Audience::Staff } else { Audience::Shoppers },
            category: category_of(self.category.as_deref()),
            words: self.q.as_deref().and_then(SearchWords::parse),
            after: cursor.map(|cursor| ListingCursor::parse(&cursor).ok_or_else(wrong_cursor)).transpose()?,
            limit,
        })
    }
}

/// A category by slug or name.
pub(crate) fn category_of(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Products, ordered by title
///
/// The first 25, without regard to case; `next_cursor` leads on.
#[utoipa::path(
    tag = "catalogue", operation_id = "list_products", security((), ("bearer" = [])),
    params(ListQuery),
    responses(
        (status = 200, description = "A page of products", body = ProductList),
        (status = 304),
        (status = 403, description = "`forbidden`: `all` is for staff"),
    ),
)]
#[get("/api/catalogue/v1/products")]
pub(crate) async fn list_products(
    req: HttpRequest,
    browse: web::Data<Browse>,
    response_cache: web::Data<ResponseCache>,
    Visitor(who): Visitor,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner().parse(who.as_ref())?;
    let page = browse.page(&query).await?;
    response_cache.answer(&req, &page)
}

/// One product
///
/// Staff also see drafts and archived products; for others they do not exist (404).
#[utoipa::path(
    tag = "catalogue", operation_id = "show_product", security((), ("bearer" = [])),
    params(("handle" = String, Path, description = "The product's name in addresses")),
    responses(
        (status = 200, description = "The product", body = ProductView),
        (status = 304),
        (status = 404, description = "`unknown-product`"),
    ),
)]
#[get("/api/catalogue/v1/products/{handle}")]
pub(crate) async fn show_product(
    req: HttpRequest,
    browse: web::Data<Browse>,
    Visitor(who): Visitor,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let handle = handle_of(&path)?;
    let audience = if who.is_some_and(|who| who.is(Role::Staff)) { Audience::Staff } else { Audience::Shoppers };
    let found = browse.product(&handle, audience).await?.ok_or_else(|| unknown_product(&path))?;
    Ok(json_with_etag(&req, &ProductView::from(found.as_ref())))
}

/// Make a product
#[utoipa::path(
    tag = "catalogue", operation_id = "create_product", security(("bearer" = ["staff"])),
    request_body = ProductWrite,
    responses(
        (status = 201, description = "Made", body = ProductView),
        (status = 409, description = "`handle-taken`, `sku-taken`"),
        (status = 422, description = "`invalid-body`, `invalid-product`"),
    ),
)]
#[post("/api/catalogue/v1/products")]
pub(crate) async fn create_product(
    _staff: Staff,
    save_product: web::Data<SaveProduct>,
    browse: web::Data<Browse>,
    JsonBody(body): JsonBody<ProductWrite>,
) -> Result<HttpResponse, Problem> {
    let handle = match &body.handle {
        Some(handle) => Handle::parse(handle),
        None => Ok(Handle::made_from(&body.title)),
    };
    let handle = handle.map_err(|problem| invalid_product(&problem.into()))?;
    save(&save_product, &browse, handle, body, SaveMode::Create).await
}

/// Make or replace a product
#[utoipa::path(
    tag = "catalogue", operation_id = "put_product", security(("bearer" = ["staff"])),
    request_body = ProductWrite,
    params(("handle" = String, Path, description = "The product's name in addresses")),
    responses(
        (status = 200, description = "Replaced", body = ProductView),
        (status = 201, description = "Made", body = ProductView),
        (status = 409, description = "`sku-taken`"),
        (status = 422, description = "`invalid-body`, `invalid-product`"),
    ),
)]
#[put("/api/catalogue/v1/products/{handle}")]
pub(crate) async fn put_product(
    _staff: Staff,
    save_product: web::Data<SaveProduct>,
    browse: web::Data<Browse>,
    path: web::Path<String>,
    JsonBody(body): JsonBody<ProductWrite>,
) -> Result<HttpResponse, Problem> {
    let handle = Handle::parse(&path).map_err(|problem| invalid_product(&problem.into()))?;
    if body.handle.as_deref().is_some_and(|other| other != handle.as_str()) {
        let differs = FieldError::new("handle", "is not the one of the path; a handle never changes");
        return Err(invalid_product(&ProductRefused::Field(differs)));
    }
    save(&save_product, &browse, handle, body, SaveMode::Put).await
}

async fn save(
    save_product: &SaveProduct,
    browse: &Browse,
    handle: Handle,
    body: ProductWrite,
    mode: SaveMode,
) -> Result<HttpResponse, Problem> {
    let details = body.details().map_err(|refused| invalid_product(&refused))?;
    let command = SaveProductCommand { handle: handle.clone(), details, mode };
    let saved = save_product.execute(command).await.map_err(save_refused)?;
    let listed = browse.product(&handle, Audience::Staff).await?.ok_or_else(|| unknown_product(handle.as_str()))?;
    let mut answer = match saved {
        Saved::Created => HttpResponse::Created(),
        Saved::Replaced => HttpResponse::Ok(),
    };
    let location = (header::LOCATION, format!("/api/catalogue/v1/products/{handle}"));
    Ok(answer.insert_header(location).json(ProductView::from(listed.as_ref())))
}

/// Withdraw a product
///
/// It is archived, not deleted, because orders speak of it. Repeating it changes nothing.
#[utoipa::path(
    tag = "catalogue", operation_id = "withdraw_product", security(("bearer" = ["staff"])),
    params(("handle" = String, Path, description = "The product's name in addresses")),
    responses(
        (status = 204, description = "Withdrawn"),
        (status = 404, description = "`unknown-product`"),
    ),
)]
#[delete("/api/catalogue/v1/products/{handle}")]
pub(crate) async fn withdraw_product(
    _staff: Staff,
    withdraw_product: web::Data<WithdrawProduct>,
    path: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    withdraw_product.execute(&handle_of(&path)?).await.map_err(withdraw_refused)?;
    Ok(HttpResponse::NoContent().finish())
}
