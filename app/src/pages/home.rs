//! `/`: what the shop offers, and the notice that a buyer comes back to. When the catalogue does not answer, the page says so
//! and leads on.

use actix_web::{HttpResponse, web};
use askama::Template;
use catalogue::ProductCard;
use chassis::web::{CallerContext, PageError, PageFrame, page};
use futures_util::future::join;

use super::PageSettings;
use crate::peers::{CategorySummary, Peers};

/// How many products are shown.
const FEATURED_COUNT: u32 = 8;

/// How many categories are shown; the list page has all of them.
const MAX_CATEGORIES: usize = 12;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: PageFrame,
    /// The page's own address, whole.
    canonical: String,
    /// `None` when the catalogue does not answer.
    offer: Option<Offer>,
}

struct Offer {
    categories: Vec<CategorySummary>,
    featured: Vec<ProductCard>,
}

pub(super) async fn show(
    frame: PageFrame,
    asker: CallerContext,
    peers: web::Data<Peers>,
    settings: web::Data<PageSettings>,
) -> Result<HttpResponse, PageError> {
    let shop = peers.shopfront();
    let (categories, featured) = join(shop.categories(&asker), shop.featured(&asker, FEATURED_COUNT)).await;
    let offer = match (categories, featured) {
        (Ok(mut categories), Ok(featured)) => {
            categories.truncate(MAX_CATEGORIES);
            Some(Offer { categories, featured })
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the home page is shown without products");
            None
        }
    };
    page(&HomePage { frame, canonical: format!("{}/", settings.base_url), offer })
}
