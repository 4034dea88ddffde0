//! The way to the card page.

use askama::Template;
use chassis::web::PageFrame;

use crate::domain::Order;

/// Something is under way and the visitor may look again.
#[derive(Template)]
#[template(path = "order/pending.html")]
pub(crate) struct PendingPage {
    pub frame: PageFrame,
    pub heading: &'static str,
    pub text: &'static str,
    pub number: String,
    pub again: String,
    pub order_href: String,
}

impl PendingPage {
    /// The page of an order that cannot be paid yet: its goods are held, or that is still being found out.
    pub(crate) fn new(frame: PageFrame, order: &Order, reserved: bool) -> Self {
        let impossible = order.is_payment_impossible();
        let order_href = format!("/orders/{}", order.id());
        Self {
            frame,
            heading: if impossible { "We cannot take payments right now" } else { "One moment please" },
            text: match (impossible, reserved) {
                (true, _) => "You were not charged. Our staff have been notified. Please try again later.",
                (false, true) => "Your items are reserved. We are getting the payment ready.",
                (false, false) => "We are still checking that everything is in stock.",
            },
            number: order.number().to_string(),
            again: format!("{order_href}/pay"),
            order_href,
        }
    }
}

/// The card page is somebody else's: the browser goes there by itself, or by the link.
#[derive(Template)]
#[template(path = "order/leaving.html")]
pub(crate) struct LeavingPage {
    pub frame: PageFrame,
    pub url: String,
    pub amount: String,
}
