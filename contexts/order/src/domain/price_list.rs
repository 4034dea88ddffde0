//! What may be sold and for how much: this context's own copy of what the catalogue said last.
//!
//! Prices of orders come from here and never from a client. Nothing here knows how the copy is kept up to date.

pub use shared_kernel::ProductKind as Kind;
use shared_kernel::{Money, Sku};

/// One sellable thing as a cart line shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedItem {
    /// The merchant's code.
    pub sku: Sku,
    /// What a buyer reads on a line: "Kea Notebook 14 / 32 GB".
    pub title: String,
    /// Parcel or e-mail.
    pub kind: Kind,
    /// With tax, for one.
    pub unit_gross: Money,
    /// Whether the catalogue still offers it.
    pub sellable: bool,
    /// How many fulfilment said could be had, last it spoke of it. A hint for pages; reserving decides.
    pub available: Option<i64>,
    /// Where to look at the product.
    pub listing: Listing,
}

/// Where a product is found on the shop's own pages. Unknown for what a version before has entered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// The product's name in addresses: `/products/{handle}`.
    pub handle: Option<String>,
    /// The name of its first picture: `/media/{image}`. Nothing if it has none.
    pub image: Option<String>,
}

/// All prices of one product, replacing what was known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPrices {
    /// The product's id in the catalogue.
    pub product: uuid::Uuid,
    /// Whether it is on offer at all.
    pub active: bool,
    /// Where to look at it.
    pub listing: Listing,
    /// Its variants; those known before and missing here are no longer on offer.
    pub variants: Vec<VariantPrice>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantPrice {
    /// The merchant's code.
    pub sku: Sku,
    /// What a buyer reads on a line.
    pub title: String,
    /// Parcel or e-mail.
    pub kind: Kind,
    /// With tax, for one.
    pub unit_gross: Money,
}
