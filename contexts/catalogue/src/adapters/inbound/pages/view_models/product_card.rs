//! A product in a list, as finished strings.

use crate::adapters::inbound::api::dto::media_url;
use crate::domain::ListedProduct;

/// A product in a list. The home page shows these, too.
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
        let product = listed.product();
        let details = product.details();
        let (price, from) =
            product.price_from().map_or((String::new(), false), |(price, from)| (price.to_string(), from));
        let first = details.images.first();
        let alt = first.and_then(|image| image.alt.clone());
        Self {
            handle: product.handle().to_string(),
            title: details.title.to_string(),
            category: details.category.to_string(),
            price,
            from,
            in_stock: listed.in_stock(),
            image: first.map(|image| media_url(&image.name)),
            alt: alt.unwrap_or_else(|| details.title.to_string()),
            initial: details.title.as_str().chars().next().map(|c| c.to_uppercase().to_string()).unwrap_or_default(),
            tone: tone(product.handle().as_str()),
        }
    }
}

/// One of eight colours, always the same for the same product.
pub fn tone(handle: &str) -> u32 {
    handle.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 8
}
