//! Carts: what a client sends and gets.

use chassis::web::MoneyView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BASE, LinkJson, LinksJson, OrderTotalsJson};
use crate::application::{CartView, CartViewLine};

/// Nothing is needed to get a cart.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCartBody {}

/// How many of one thing the cart shall hold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuantityBody {
    /// A whole number from 0 to 99; 0 takes the line away.
    #[schema(value_type = u8, minimum = 0, maximum = 99)]
    pub quantity: serde_json::Value,
}

/// A cart with current prices.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cart)]
pub(crate) struct CartJson {
    /// Names the cart and, for a guest, is the key to it.
    pub id: String,
    /// In the order in which they were added.
    pub lines: Vec<CartLineJson>,
    /// The goods alone.
    pub totals: CartTotalsJson,
    /// What an order would come to, delivery included: give its `gross` as `expected_total`.
    pub order_totals: OrderTotalsJson,
    /// Whether something is shipped, so that the order needs an address.
    pub needs_address: bool,
    /// Why a card cannot pay `order_totals`, such as less than the payment provider takes; absent when it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_payable: Option<String>,
    /// What may be done next.
    #[serde(rename = "_links")]
    pub links: LinksJson,
}

impl From<&CartView> for CartJson {
    fn from(cart: &CartView) -> Self {
        let order = (!cart.lines.is_empty()).then(|| LinkJson::to(format!("{BASE}/orders")));
        Self {
            id: cart.id.to_string(),
            lines: cart.lines.iter().map(CartLineJson::from).collect(),
            totals: CartTotalsJson {
                net: cart.totals.net.into(),
                tax: cart.totals.tax.into(),
                gross: cart.totals.gross.into(),
            },
            order_totals: OrderTotalsJson::from(&cart.order_totals),
            needs_address: cart.needs_address,
            not_payable: cart.not_chargeable.map(|why| why.to_string()),
            links: LinksJson {
                itself: LinkJson::to(format!("{BASE}/carts/{}", cart.id)),
                order,
                ..LinksJson::default()
            },
        }
    }
}

/// One line of a cart.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CartLine)]
pub(crate) struct CartLineJson {
    /// The merchant's code.
    pub sku: String,
    /// What a buyer reads.
    pub title: String,
    /// How many, 1 to 99.
    pub quantity: u32,
    /// With tax, for one.
    pub unit_price: MoneyView,
    /// With tax, for all of the line.
    pub line_total: MoneyView,
    /// Whether it is still offered. A line that is not costs nothing and cannot be ordered.
    pub for_sale: bool,
    /// Whether there seems to be enough of it; nothing if nobody knows. Ordering decides.
    pub in_stock: Option<bool>,
    /// How many there seem to be, if that is fewer than the line holds.
    pub only_left: Option<i64>,
    /// The product's name in addresses, as in the catalogue; nothing if it is not known. Its page is gone when it is not
    /// for sale.
    #[schema(example = "kea-notebook-14")]
    pub handle: Option<String>,
    /// Where the product's first picture is served; nothing if it has none, or none is known.
    #[schema(example = "/media/kea-notebook-14.svg")]
    pub image: Option<String>,
}

impl From<&CartViewLine> for CartLineJson {
    fn from(line: &CartViewLine) -> Self {
        Self {
            sku: line.sku.to_string(),
            title: line.title.clone(),
            quantity: u32::from(line.quantity.get()),
            unit_price: line.unit_price.into(),
            line_total: line.line_total.into(),
            for_sale: line.for_sale,
            in_stock: line.in_stock(),
            only_left: line.available.filter(|_| line.in_stock() == Some(false)),
            handle: line.listing.handle.clone(),
            image: line.listing.image.as_ref().map(|image| format!("/media/{image}")),
        }
    }
}

/// The sums of a cart.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CartTotals)]
pub(crate) struct CartTotalsJson {
    /// Without tax.
    pub net: MoneyView,
    /// Gross less net.
    pub tax: MoneyView,
    /// With tax.
    pub gross: MoneyView,
}
