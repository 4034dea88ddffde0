//! Categories, with how many products each holds.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chassis::web::{Problem, json_with_etag};

use super::dto::{CategoryList, CategoryView};
use crate::application::Browse;

/// Categories, with how many products each holds
#[utoipa::path(
    tag = "catalogue", operation_id = "list_categories", security(()),
    responses(
        (status = 200, description = "All categories that hold an active product", body = CategoryList),
        (status = 304),
    ),
)]
#[get("/api/catalogue/v1/categories")]
pub(crate) async fn list_categories(req: HttpRequest, browse: web::Data<Browse>) -> Result<HttpResponse, Problem> {
    let categories = browse.categories().await?;
    let items = categories.iter().map(CategoryView::from).collect();
    Ok(json_with_etag(&req, &CategoryList { items, next_cursor: None }))
}
