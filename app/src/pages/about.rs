//! `/about`: who runs the shop and on what.

use actix_web::HttpResponse;
use askama::Template;
use chassis::web::{PageError, PageFrame, page};

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    frame: PageFrame,
}

pub(super) async fn show(frame: PageFrame) -> Result<HttpResponse, PageError> {
    page(&AboutPage { frame })
}
