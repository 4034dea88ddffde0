//! The cart, as its page shows it.

use askama::Template;
use chassis::Site;
use chassis::web::PageFrame;
use shared_kernel::Money;

use super::{LineView, PictureView, TotalsView};
use crate::adapters::inbound::pages::messages::not_chargeable;
use crate::application::CartView;
use crate::domain::Totals;

#[derive(Template)]
#[template(path = "order/cart.html")]
pub(crate) struct CartPage {
    pub frame: PageFrame,
    pub lines: Vec<LineView>,
    pub problems: Vec<String>,
    pub can_check_out: bool,
    /// Of what is in the cart, without shipping.
    pub totals: TotalsView,
    pub shipping: String,
    /// What will have to be paid, shipping included.
    pub order_total: String,
}

impl CartPage {
    pub(crate) fn new(frame: PageFrame, cart: &CartView, site: &Site) -> Self {
        Self {
            frame: PageFrame { cart_count: cart.count(), ..frame },
            lines: cart.lines.iter().map(LineView::from).collect(),
            // What is wrong with a line is said at the line.
            problems: cart.not_chargeable.map(not_chargeable).into_iter().collect(),
            can_check_out: cart.can_be_ordered(),
            totals: TotalsView::new(&cart.totals, site),
            shipping: shipping(cart),
            order_total: cart.order_totals.gross.to_string(),
        }
    }

    /// The page of a browser that has no cart.
    pub(crate) fn empty(frame: PageFrame, site: &Site) -> Self {
        let zero = Money::zero(site.currency);
        let nothing = Totals { net: zero, tax: zero, shipping: zero, gross: zero };
        Self {
            frame,
            lines: Vec::new(),
            problems: Vec::new(),
            can_check_out: false,
            totals: TotalsView::new(&nothing, site),
            shipping: String::new(),
            order_total: String::new(),
        }
    }
}

/// What a cart says of shipping.
fn shipping(cart: &CartView) -> String {
    let shipping = cart.order_totals.shipping;
    match (cart.needs_address, shipping.is_zero()) {
        (false, _) => "None: sent by e-mail".to_owned(),
        (true, true) => "Free".to_owned(),
        (true, false) => shipping.to_string(),
    }
}
