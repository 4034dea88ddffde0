//! One sellable form of a product.

use std::fmt;

pub use shared_kernel::ProductKind as Kind;
use shared_kernel::text::clean_line;
use shared_kernel::{Money, Sku};

use super::text::{FieldError, TaxClass, Title};

/// Reads the kind that a person or a file names, in any case.
pub fn parse_kind(raw: &str) -> Result<Kind, FieldError> {
    Kind::parse(&raw.trim().to_ascii_lowercase()).ok_or(FieldError::new("kind", "must be physical or digital"))
}

/// A weight in whole grams.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Grams(u32);

impl Grams {
    /// Accepts up to a hundred tonnes.
    pub fn new(grams: i64) -> Result<Self, FieldError> {
        u32::try_from(grams)
            .ok()
            .filter(|grams| *grams <= 100_000_000)
            .map(Self)
            .ok_or(FieldError::new("weight_g", "must be a whole number of grams from 0 to 100000000"))
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// What sets a variant apart from its siblings, in the merchant's order: `Memory` is `32 GB`. At most three.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(Vec<(String, String)>);

impl Options {
    /// Accepts up to three pairs with different names and values of 1 to 255 characters.
    pub fn parse<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, FieldError> {
        let refused = |problem| FieldError::new("options", problem);
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value) in pairs {
            let (name, value) = (clean_line(name.as_ref()), clean_line(value.as_ref()));
            if name.is_empty() || value.is_empty() {
                return Err(refused("need a name and a value"));
            }
            if name.chars().count() > 255 || value.chars().count() > 255 {
                return Err(refused("have too long a name or value"));
            }
            if name.chars().chain(value.chars()).any(char::is_control) {
                return Err(refused("hold a control character"));
            }
            if read.iter().any(|(other, _)| other.eq_ignore_ascii_case(&name)) {
                return Err(refused("name the same thing twice"));
            }
            read.push((name, value));
        }
        if read.len() > 3 { Err(refused("are more than three")) } else { Ok(Self(read)) }
    }

    /// Brings the pairs back as a store holds them.
    pub const fn restore(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The pairs.
    pub fn as_slice(&self) -> &[(String, String)] {
        &self.0
    }

    /// Whether the variant is the only form of its product.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether two variants differ in the same things.
    pub fn same_names(&self, other: &Self) -> bool {
        let names = |options: &Self| options.0.iter().map(|(name, _)| name.to_lowercase()).collect::<Vec<_>>();
        names(self) == names(other)
    }
}

/// The values alone: `32 GB / Silver`.
impl fmt::Display for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (_, value)) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" / ")?;
            }
            f.write_str(value)?;
        }
        Ok(())
    }
}

/// One sellable form of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The merchant's code, unique across the shop.
    pub sku: Sku,
    /// What sets it apart from its siblings.
    pub options: Options,
    /// How it reaches its buyer.
    pub kind: Kind,
    /// The price with tax.
    pub price: Money,
    /// The class by which tax is found.
    pub tax_class: TaxClass,
    /// What a parcel with it weighs.
    pub weight: Grams,
}

impl Variant {
    /// What a buyer reads on a cart line: `Kea Notebook 14 / 32 GB`.
    pub fn title(&self, product: &Title) -> String {
        if self.options.is_empty() { product.to_string() } else { format!("{product} / {}", self.options) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_is_titled_by_its_product_and_options() {
        let options = Options::parse([("Memory", "32 GB"), ("Colour", "Silver")]).unwrap();
        assert_eq!(options.to_string(), "32 GB / Silver");
        assert!(Options::parse([("Memory", "")]).is_err());
        assert!(Options::parse([("a", "1"), ("A", "2")]).is_err());
    }

    #[test]
    fn weights_are_whole_and_not_negative() {
        assert_eq!(Grams::new(0).map(Grams::get), Ok(0));
        assert!(Grams::new(-1).is_err());
    }
}
