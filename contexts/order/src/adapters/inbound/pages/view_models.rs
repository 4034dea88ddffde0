//! The pages as structs of finished strings, made of carts and orders; the templates only place them. Nothing here decides
//! anything. What several pages show is here, the rest in a file for each page.

mod cart;
mod checkout;
mod order;
mod orders;
mod payment;

use chassis::Site;
use shared_kernel::Money;
use shared_kernel::format::tax_label;

pub(super) use self::cart::CartPage;
pub(super) use self::checkout::{CheckoutAddressPage, CheckoutConfirmPage, UnverifiedPage};
pub(super) use self::order::{AdminOrderPage, OrderPage, OrderView};
pub(super) use self::orders::{AdminOrdersPage, ChoiceView, OrderRow, OrdersPage};
pub(super) use self::payment::{LeavingPage, PendingPage};
use crate::application::CartViewLine;
use crate::domain::{OrderLine, Totals};

/// The sums below a table.
pub(super) struct TotalsView {
    pub net: String,
    pub tax_label: String,
    pub tax: String,
    /// Nothing where no delivery is charged.
    pub shipping: Option<String>,
    /// The total without shipping, tax included.
    pub goods: String,
    pub gross: String,
}

impl TotalsView {
    /// The sums. Delivery is a row of its own where it is charged.
    pub(super) fn new(totals: &Totals, site: &Site) -> Self {
        Self {
            net: totals.net.to_string(),
            tax_label: tax_label(site.tax),
            tax: totals.tax.to_string(),
            shipping: (!totals.shipping.is_zero()).then(|| totals.shipping.to_string()),
            goods: Money::new(totals.gross.minor() - totals.shipping.minor(), totals.gross.currency()).to_string(),
            gross: totals.gross.to_string(),
        }
    }
}

/// One line of a cart or an order.
pub(super) struct LineView {
    pub sku: String,
    pub title: String,
    /// Where the product is; nothing if its page is not known or gone.
    pub href: Option<String>,
    pub picture: PictureView,
    pub unit_price: String,
    pub quantity: u32,
    pub line_total: String,
    /// Why it cannot be ordered as it is.
    pub note: Option<String>,
}

impl From<&CartViewLine> for LineView {
    fn from(line: &CartViewLine) -> Self {
        let note = match (line.for_sale, line.in_stock(), line.available) {
            (false, ..) => Some("Not for sale any more".to_owned()),
            (true, Some(false), Some(left)) if left > 0 => Some(format!("Only {left} left")),
            (true, Some(false), _) => Some("Sold out".to_owned()),
            (true, Some(true) | None, _) => None,
        };
        Self {
            sku: line.sku.to_string(),
            title: line.title.clone(),
            href: line.listing.handle.as_ref().filter(|_| line.for_sale).map(|handle| format!("/products/{handle}")),
            picture: PictureView::from(line),
            unit_price: line.unit_price.to_string(),
            quantity: u32::from(line.quantity.get()),
            line_total: line.line_total.to_string(),
            note,
        }
    }
}

impl From<&OrderLine> for LineView {
    fn from(line: &OrderLine) -> Self {
        Self {
            sku: line.sku.to_string(),
            title: line.title.clone(),
            href: None,
            picture: PictureView::Nothing,
            unit_price: line.unit_gross.to_string(),
            quantity: line.quantity,
            line_total: line.gross.to_string(),
            note: None,
        }
    }
}

/// The picture beside a line.
pub(super) enum PictureView {
    /// Where it is served.
    Image(String),
    /// There is none: the title's first letter stands in its place.
    Letter(String),
    /// The list has no pictures.
    Nothing,
}

impl From<&CartViewLine> for PictureView {
    fn from(line: &CartViewLine) -> Self {
        let letter = || line.title.chars().next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        let image = line.listing.image.as_ref().map(|image| Self::Image(format!("/media/{image}")));
        image.unwrap_or_else(|| Self::Letter(letter()))
    }
}
