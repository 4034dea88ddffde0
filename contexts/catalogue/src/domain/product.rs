//! The product, aggregate root of this context.
//!
//! Knows neither where it is kept nor how it is published. Stock is not part of it: that belongs to fulfilment.

use std::collections::HashSet;

use shared_kernel::{Money, Sku};

use super::facts::{Attributes, Image};
use super::text::{Category, Description, FieldError, Handle, Title};
use super::variant::{Kind, Variant};

shared_kernel::uuid_id!(
    /// Names a product permanently.
    ProductId
);

/// Who may see and buy a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Staff alone; being prepared.
    Draft,
    /// Shoppers and staff.
    Active,
    /// Staff alone; no longer sold. Kept because orders refer to it.
    Archived,
}

impl Status {
    /// The word on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }

    /// Reads the word, in any case.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        [Self::Draft, Self::Active, Self::Archived]
            .into_iter()
            .find(|status| status.name().eq_ignore_ascii_case(raw.trim()))
            .ok_or(FieldError::new("status", "must be draft, active or archived"))
    }
}

/// Everything about a product that its merchant decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductDetails {
    /// What it is called.
    pub title: Title,
    /// What is said about it.
    pub description: Description,
    /// Where it is listed.
    pub category: Category,
    /// Its pictures; the first one stands for it in lists.
    pub images: Vec<Image>,
    /// Facts about it.
    pub attributes: Attributes,
    /// Who may see it.
    pub status: Status,
    /// Its sellable forms.
    pub variants: Vec<Variant>,
}

/// What happened to a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductEvent {
    /// It was made, or something about it is different now.
    Changed,
    /// It is no longer sold.
    Withdrawn {
        /// Codes that must not be sold any more.
        skus: Vec<Sku>,
    },
}

/// A product with at least one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    id: ProductId,
    handle: Handle,
    details: ProductDetails,
    version: i64,
}

impl Product {
    /// The most variants and pictures that one product may have.
    pub const MAX_VARIANTS: usize = 2_048;
    const MAX_IMAGES: usize = 250;
    const MAX_PRICE_MINOR: i64 = 1_000_000_000_000;

    /// Makes a product that no store holds yet.
    ///
    /// # Errors
    /// [`ProductRefused`] when the details do not fit together.
    pub fn create(
        id: ProductId,
        handle: Handle,
        details: ProductDetails,
    ) -> Result<(Self, Vec<ProductEvent>), ProductRefused> {
        check(&details)?;
        let product = Self { id, handle, details, version: 0 };
        let events = product.events();
        Ok((product, events))
    }

    /// Brings a product back as a store holds it.
    ///
    /// # Errors
    /// [`ProductRefused`] when the store holds what could never have been made.
    pub fn restore(
        id: ProductId,
        handle: Handle,
        details: ProductDetails,
        version: i64,
    ) -> Result<Self, ProductRefused> {
        check(&details)?;
        Ok(Self { id, handle, details, version })
    }

    /// Gives the product other details. The same details again are ignored.
    ///
    /// # Errors
    /// [`ProductRefused`] when the details do not fit together.
    pub fn replace(self, details: ProductDetails) -> Result<(Self, Vec<ProductEvent>), ProductRefused> {
        check(&details)?;
        if details == self.details {
            return Ok((self, Vec::new()));
        }
        let product = Self { details, ..self };
        let events = product.events();
        Ok((product, events))
    }

    /// Stops its sale. A product that is withdrawn already stays so, without an event.
    pub fn withdraw(self) -> (Self, Vec<ProductEvent>) {
        match self.details.status {
            Status::Archived => (self, Vec::new()),
            Status::Draft | Status::Active => {
                let product = Self { details: ProductDetails { status: Status::Archived, ..self.details }, ..self };
                let events = product.events();
                (product, events)
            }
        }
    }

    fn events(&self) -> Vec<ProductEvent> {
        match self.details.status {
            Status::Draft | Status::Active => vec![ProductEvent::Changed],
            Status::Archived => vec![ProductEvent::Changed, ProductEvent::Withdrawn { skus: self.skus() }],
        }
    }

    /// Names it permanently.
    pub const fn id(&self) -> ProductId {
        self.id
    }
    /// Its name in addresses.
    pub const fn handle(&self) -> &Handle {
        &self.handle
    }
    /// What its merchant decided.
    pub const fn details(&self) -> &ProductDetails {
        &self.details
    }
    /// What it is called.
    pub const fn title(&self) -> &Title {
        &self.details.title
    }
    /// Its sellable forms, at least one.
    pub fn variants(&self) -> &[Variant] {
        &self.details.variants
    }
    /// How often a store has kept it; 0 for never.
    pub const fn version(&self) -> i64 {
        self.version
    }
    /// The codes of its variants.
    pub fn skus(&self) -> Vec<Sku> {
        self.variants().iter().map(|variant| variant.sku.clone()).collect()
    }
    /// The price of its cheapest variant, and whether another one costs more.
    pub fn price_from(&self) -> Option<(Money, bool)> {
        let cheapest = self.variants().iter().map(|variant| variant.price).min_by_key(|price| price.minor())?;
        Some((cheapest, self.variants().iter().any(|variant| variant.price != cheapest)))
    }
}

/// The rules that hold between the details of one product.
fn check(details: &ProductDetails) -> Result<(), ProductRefused> {
    let variants = &details.variants;
    let first = variants.first().ok_or(ProductRefused::NoVariant)?;
    if variants.len() > Product::MAX_VARIANTS {
        return Err(ProductRefused::TooMany("variants"));
    }
    if details.images.len() > Product::MAX_IMAGES {
        return Err(ProductRefused::TooMany("images"));
    }
    let (mut skus, mut choices) = (HashSet::new(), HashSet::new());
    for variant in variants {
        let sku = &variant.sku;
        if !skus.insert(sku) {
            return Err(ProductRefused::SkuTwice(sku.clone()));
        }
        if !(0..=Product::MAX_PRICE_MINOR).contains(&variant.price.minor()) {
            return Err(ProductRefused::Price(sku.clone()));
        }
        if variant.price.currency() != first.price.currency() {
            return Err(ProductRefused::Currencies(sku.clone()));
        }
        if !variant.options.same_names(&first.options) {
            return Err(ProductRefused::OptionNames(sku.clone()));
        }
        if !choices.insert(variant.options.as_slice()) {
            return Err(ProductRefused::SameOptions(sku.clone()));
        }
    }
    Ok(())
}

/// Why the details of a product do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProductRefused {
    /// One field by itself is not right.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A field of one variant is not right.
    #[error("variant {sku}: {problem}")]
    Variant {
        /// Which one.
        sku: Sku,
        /// What is wrong with it.
        problem: FieldError,
    },
    /// Nothing to sell.
    #[error("a product needs at least one variant")]
    NoVariant,
    /// A bound on size.
    #[error("a product cannot have so many {0}")]
    TooMany(&'static str),
    /// Codes are unique.
    #[error("SKU {0} is there twice")]
    SkuTwice(Sku),
    /// A price below nothing or beyond reason.
    #[error("variant {0}: the price is out of range")]
    Price(Sku),
    #[error("variant {0}: all variants of a product have one currency")]
    Currencies(Sku),
    /// Buyers choose by the same things.
    #[error("variant {0}: all variants of a product have the same options, in the same order")]
    OptionNames(Sku),
    /// Buyers could not tell them apart.
    #[error("variant {0}: another variant has the same options")]
    SameOptions(Sku),
}

/// Whether a variant can be sold now: what was counted decides; uncounted files never run out, uncounted goods are not there.
pub const fn in_stock(kind: Kind, available: Option<i64>) -> bool {
    match (kind, available) {
        (Kind::Physical | Kind::Digital, Some(available)) => available > 0,
        (Kind::Digital, None) => true,
        (Kind::Physical, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_product, a_variant};

    #[test]
    fn a_product_without_variants_is_refused() {
        assert_eq!(a_product("kea").variants(vec![]).refused(), ProductRefused::NoVariant);
    }

    #[test]
    fn variants_that_a_buyer_cannot_tell_apart_are_refused() {
        let twins = vec![a_variant("A").build(), a_variant("B").build()];
        assert_eq!(a_product("kea").variants(twins).refused(), ProductRefused::SameOptions(Sku::parse("B").unwrap()));
    }

    #[test]
    fn a_sku_twice_in_one_product_is_refused() {
        let twins = vec![a_variant("A").option("Size", "S").build(), a_variant("A").option("Size", "M").build()];
        assert_eq!(a_product("kea").variants(twins).refused(), ProductRefused::SkuTwice(Sku::parse("A").unwrap()));
    }

    #[test]
    fn variants_share_their_options_and_their_currency() {
        let odd = vec![a_variant("A").option("Size", "S").build(), a_variant("B").option("Colour", "red").build()];
        assert_eq!(a_product("kea").variants(odd).refused(), ProductRefused::OptionNames(Sku::parse("B").unwrap()));
        let mixed = vec![a_variant("A").option("Size", "S").build(), a_variant("B").option("Size", "M").euro().build()];
        assert_eq!(a_product("kea").variants(mixed).refused(), ProductRefused::Currencies(Sku::parse("B").unwrap()));
    }

    #[test]
    fn a_negative_price_is_refused() {
        let gift = vec![a_variant("A").price(-1).build()];
        assert_eq!(a_product("kea").variants(gift).refused(), ProductRefused::Price(Sku::parse("A").unwrap()));
    }

    #[test]
    fn the_same_details_again_change_nothing() {
        let product = a_product("kea").build();
        let details = product.details().clone();
        assert_eq!(product.clone().replace(details), Ok((product, vec![])));
    }

    #[test]
    fn a_withdrawn_product_names_the_codes_that_are_no_longer_sold_once() {
        let (withdrawn, events) = a_product("kea").build().withdraw();
        assert_eq!(events, [ProductEvent::Changed, ProductEvent::Withdrawn { skus: withdrawn.skus() }]);
        assert_eq!(withdrawn.withdraw().1, []);
    }

    #[test]
    fn replacing_a_product_by_an_archived_one_withdraws_it() {
        let product = a_product("kea").build();
        let details = ProductDetails { status: Status::Archived, ..product.details().clone() };
        let (_, events) = product.replace(details).unwrap();
        assert!(matches!(events.as_slice(), [ProductEvent::Changed, ProductEvent::Withdrawn { .. }]), "{events:?}");
    }

    #[test]
    fn files_do_not_run_out_unless_they_are_counted() {
        assert!(in_stock(Kind::Digital, None));
        assert!(!in_stock(Kind::Digital, Some(0)));
        assert!(!in_stock(Kind::Physical, None));
        assert!(in_stock(Kind::Physical, Some(1)));
    }
}
