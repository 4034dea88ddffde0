//! `/products/{handle}`: one product, and the form that puts it into the cart.

use actix_web::{HttpResponse, web};
use chassis::web::{PageError, PageFrame, page};

use super::PageSettings;
use super::view_models::ProductPage;
use crate::application::Browse;
use crate::domain::{Audience, Handle};

pub(super) async fn show(
    browse: web::Data<Browse>,
    settings: web::Data<PageSettings>,
    frame: PageFrame,
    path: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let handle = Handle::parse(&path).map_err(|_| PageError::NotFound)?;
    let found = browse.product(&handle, Audience::Shoppers).await?.ok_or(PageError::NotFound)?;
    page(&ProductPage::new(frame, &found, &settings.base_url))
}
