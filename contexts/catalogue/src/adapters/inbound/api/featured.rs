//! Products for the home page, wherever that page is made.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chassis::web::{Problem, json_with_etag, query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::dto::{FeaturedList, FeaturedProduct};
use crate::application::Browse;

/// How many are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FeaturedQuery {
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

/// Some of the newest products, one of each category after the other
#[utoipa::path(
    tag = "catalogue", operation_id = "list_featured", security(()),
    params(FeaturedQuery),
    responses(
        (status = 200, description = "What the home page shows", body = FeaturedList),
        (status = 304),
    ),
)]
#[get("/api/catalogue/v1/featured")]
pub(crate) async fn list_featured(
    req: HttpRequest,
    browse: web::Data<Browse>,
    wanted: web::Query<FeaturedQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = query::limit(wanted.limit.as_deref())?;
    let featured = browse.featured(limit.get() as usize).await?;
    Ok(json_with_etag(&req, &FeaturedList { items: featured.iter().map(FeaturedProduct::from).collect() }))
}
