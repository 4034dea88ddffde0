//! A product in a list, as finished strings. `product_card.html` shows it, in the catalogue's lists and on the home page.

use chassis::web::MoneyView;
use shared_kernel::{Currency, Money};

use crate::adapters::inbound::api::dto::FeaturedProduct;
use crate::domain::ListedProduct;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductCard {
    /// Its name in addresses.
    pub handle: String,
    /// What it is called.
    pub title: String,
    /// Where it is listed.
    pub category: String,
    /// `NZ$59.90`, of the cheapest variant.
    pub price: String,
    /// Whether other variants cost more.
    pub from: bool,
    /// Whether any variant can be sold now.
    pub in_stock: bool,
    /// Where its first picture is served.
    pub image: Option<String>,
    /// What the picture shows.
    pub alt: String,
    /// The first letter, for a drawn picture.
    pub initial: String,
    /// The colour of the drawn picture, 0 to 7; the same for the same product.
    pub tone: u32,
}

impl From<&ListedProduct> for ProductCard {
    fn from(listed: &ListedProduct) -> Self {
        let card = Self::from(FeaturedProduct::from(listed));
        let picture = listed.product().details().images.first();
        Self { alt: picture.and_then(|image| image.alt.clone()).unwrap_or(card.alt), ..card }
    }
}

/// From the answer of the API, which does not say what the picture shows: the title stands for it.
impl From<FeaturedProduct> for ProductCard {
    fn from(product: FeaturedProduct) -> Self {
        let FeaturedProduct { handle, title, category, price, from, in_stock, image } = product;
        let money = |price: MoneyView| Some(Money::new(price.amount, Currency::parse(&price.currency).ok()?));
        Self {
            price: price.and_then(money).map(|price| price.to_string()).unwrap_or_default(),
            alt: title.clone(),
            initial: title.chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default(),
            tone: tone(&handle),
            handle,
            title,
            category,
            from,
            in_stock,
            image,
        }
    }
}

/// One of eight colours, always the same for the same product.
pub(super) fn tone(handle: &str) -> u32 {
    handle.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 8
}
