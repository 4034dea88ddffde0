//! What everybody may read.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chassis::web::{Problem, Visitor, json_with_etag, query};
use serde::Deserialize;
use shared_kernel::{Identity, Role};
use utoipa::IntoParams;

use super::problems::{handle_of, unknown_product};
use super::response_cache::ResponseCache;
use super::views::{CategoryList, CategoryView, ProductList, ProductView};
use crate::application::Browse;
use crate::domain::{Audience, ListingCursor, ListingQuery, SearchWords};

/// Which products are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
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
            let status = actix_web::http::StatusCode::FORBIDDEN;
            return Err(Problem::new(status, "forbidden", "Forbidden").detail("`all` is for staff"));
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
pub fn category_of(text: Option<&str>) -> Option<String> {
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
pub async fn list_products(
    req: HttpRequest,
    browse: web::Data<Browse>,
    rendered: web::Data<ResponseCache>,
    Visitor(who): Visitor,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner().parse(who.as_ref())?;
    let page = browse.page(&query).await?;
    rendered.answer(&req, &page)
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
pub async fn show_product(
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

/// Categories, with how many products each holds
#[utoipa::path(
    tag = "catalogue", operation_id = "list_categories", security(()),
    responses(
        (status = 200, description = "All categories that hold an active product", body = CategoryList),
        (status = 304),
    ),
)]
#[get("/api/catalogue/v1/categories")]
pub async fn list_categories(req: HttpRequest, browse: web::Data<Browse>) -> Result<HttpResponse, Problem> {
    let categories = browse.categories().await?;
    let items = categories.iter().map(CategoryView::from).collect();
    Ok(json_with_etag(&req, &CategoryList { items, next_cursor: None }))
}
