//! What reports need to know of the catalogue: what an article is called today, and in which category it is.
//!
//! A category is a property of the article now, not of the sale then: a shop that sorts its shelves again wants last
//! year's figures sorted the same way.

use shared_kernel::{Sku, Timestamp};
use uuid::Uuid;

/// A category's name, never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Category(String);

impl Category {
    /// Takes the name, trimmed; `None` if nothing is left of it.
    pub fn new(name: &str) -> Option<Self> {
        let name = name.trim();
        (!name.is_empty()).then(|| Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One article of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its code.
    pub sku: Sku,
    /// What a buyer reads on a cart line.
    pub title: String,
}

/// What the catalogue stated last about one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueEntry {
    pub article: Article,
    /// The product that it belongs to.
    pub product: Uuid,
    /// Its category, if the product has one.
    pub category: Option<Category>,
    /// When the catalogue said so.
    pub stated_at: Timestamp,
    /// Which statement about that product it was.
    pub sequence: u64,
}

impl CatalogueEntry {
    /// Whether this statement replaces the one that is kept. Statements about one product are numbered; between two
    /// products that claim the same code at different times, the later claim holds.
    pub fn replaces(&self, kept: &Self) -> bool {
        if self.product == kept.product {
            self.sequence > kept.sequence
        } else {
            (self.stated_at, self.product) > (kept.stated_at, kept.product)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(product: u128, sequence: u64, stated_at: i64) -> CatalogueEntry {
        CatalogueEntry {
            article: Article { sku: Sku::parse("KEA-14").unwrap(), title: "Kea".into() },
            product: Uuid::from_u128(product),
            category: Category::new("Notebooks"),
            stated_at: Timestamp::from_micros(stated_at),
            sequence,
        }
    }

    #[test]
    fn of_two_statements_about_a_product_the_one_with_the_higher_number_holds() {
        assert!(entry(1, 3, 10).replaces(&entry(1, 2, 20)));
        assert!(!entry(1, 2, 20).replaces(&entry(1, 2, 10)));
    }

    #[test]
    fn of_two_products_that_claim_a_code_the_later_claim_holds() {
        assert!(entry(2, 1, 20).replaces(&entry(1, 9, 10)));
        assert!(!entry(2, 9, 10).replaces(&entry(1, 1, 20)));
    }

    #[test]
    fn a_category_has_a_name() {
        assert_eq!(Category::new("  "), None);
        assert_eq!(Category::new(" Tea ").unwrap().as_str(), "Tea");
    }
}
