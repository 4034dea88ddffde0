//! The way to the card page.

use askama::Template;
use chassis::web::PageFrame;

/// Something is under way and the visitor may look again.
#[derive(Template)]
#[template(path = "order/pending.html")]
pub struct PendingPage {
    pub frame: PageFrame,
    pub heading: &'static str,
    pub text: &'static str,
    pub number: String,
    pub again: String,
    pub order_href: String,
}

/// The card page is somebody else's: the browser goes there by itself, or by the link.
#[derive(Template)]
#[template(path = "order/leaving.html")]
pub struct LeavingPage {
    pub frame: PageFrame,
    pub url: String,
    pub amount: String,
}
