//! Paths for the site map, wherever that is made.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chassis::web::{Problem, json_with_etag};

use super::dto::PathList;
use crate::application::Browse;

/// The paths that search engines may know: the list, its categories, and every active product
#[utoipa::path(
    tag = "catalogue", operation_id = "list_paths", security(()),
    responses(
        (status = 200, description = "All of them", body = PathList),
        (status = 304),
    ),
)]
#[get("/api/catalogue/v1/paths")]
pub(crate) async fn list_paths(req: HttpRequest, browse: web::Data<Browse>) -> Result<HttpResponse, Problem> {
    Ok(json_with_etag(&req, &PathList { items: browse.public_paths().await? }))
}
