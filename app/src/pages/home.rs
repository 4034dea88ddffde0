//! `/`: what the shop offers, and the notice that a buyer comes back to.

use actix_web::{HttpResponse, web};
use askama::Template;
use chassis::web::{PageError, PageFrame, page};

use super::peers::{Peers, Shelf, Teaser};

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: PageFrame,
    shelves: Vec<Shelf>,
    featured: Vec<Teaser>,
}

pub(super) async fn show(frame: PageFrame, peers: web::Data<dyn Peers>) -> Result<HttpResponse, PageError> {
    let (shelves, featured) = (peers.shelves().await?, peers.featured(8).await?);
    page(&HomePage { frame, shelves, featured })
}
