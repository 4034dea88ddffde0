//! What the shop's front door shows of the catalogue: the home page and the site map, wherever they are made.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chassis::web::{MoneyView, Problem, json_with_etag, query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::views::media_url;
use crate::application::Browse;
use crate::domain::ListedProduct;

/// How many are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeaturedQuery {
    #[param(value_type = Option<u32>)]
    limit: Option<String>,
}

/// Some products, each in a few words.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeaturedList {
    /// In the order in which they are shown.
    pub items: Vec<FeaturedView>,
}

/// A product in a few words.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FeaturedProduct)]
pub struct FeaturedView {
    /// Its name in addresses.
    #[schema(example = "kea-notebook-14")]
    pub handle: String,
    /// What it is called.
    #[schema(example = "Kea Notebook 14")]
    pub title: String,
    /// Where it is listed.
    #[schema(example = "Laptops")]
    pub category: String,
    /// What its cheapest variant costs, with tax.
    pub price: Option<MoneyView>,
    /// Whether other variants cost more.
    pub from: bool,
    /// Whether any variant can be sold now.
    pub in_stock: bool,
    /// Where its first picture is served.
    #[schema(example = "/media/kea-notebook-14.svg")]
    pub image: Option<String>,
}

impl From<&ListedProduct> for FeaturedView {
    fn from(shelved: &ListedProduct) -> Self {
        let (product, details) = (shelved.product(), shelved.product().details());
        let price = product.price_from();
        Self {
            handle: product.handle().to_string(),
            title: details.title.to_string(),
            category: details.category.to_string(),
            price: price.map(|(price, _)| price.into()),
            from: price.is_some_and(|(_, from)| from),
            in_stock: shelved.in_stock(),
            image: details.images.first().map(|image| media_url(&image.name)),
        }
    }
}

/// Paths of this shop.
#[derive(Debug, Serialize, ToSchema)]
pub struct PathList {
    /// Each begins with a slash.
    pub items: Vec<String>,
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
pub async fn list_featured(
    req: HttpRequest,
    browse: web::Data<Browse>,
    wanted: web::Query<FeaturedQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = query::limit(wanted.limit.as_deref())?;
    let featured = browse.featured(limit.get() as usize).await?;
    Ok(json_with_etag(&req, &FeaturedList { items: featured.iter().map(FeaturedView::from).collect() }))
}

/// The paths that search engines may know: the list, its categories, and every active product
#[utoipa::path(
    tag = "catalogue", operation_id = "list_paths", security(()),
    responses(
        (status = 200, description = "All of them", body = PathList),
        (status = 304),
    ),
)]
#[get("/api/catalogue/v1/paths")]
pub async fn list_paths(req: HttpRequest, browse: web::Data<Browse>) -> Result<HttpResponse, Problem> {
    Ok(json_with_etag(&req, &PathList { items: browse.public_paths().await? }))
}
