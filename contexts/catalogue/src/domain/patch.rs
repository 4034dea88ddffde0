//! A product as a file states it: what the file does not speak of stays as it is.

use shared_kernel::{Money, Sku};

use super::product::{Product, ProductDetails, ProductRefused, Status};
use super::text::{Attributes, Category, Description, FieldError, Handle, Image, TaxClass, Title};
use super::variant::{Grams, Kind, Options, Variant};

/// What a file says about one product. `None`: the file has no such column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPatch {
    /// Which product.
    pub handle: Handle,
    /// What it is called.
    pub title: Option<Title>,
    /// What is said about it.
    pub description: Option<Description>,
    /// Where it is listed.
    pub category: Option<Category>,
    /// Its pictures.
    pub images: Option<Vec<Image>>,
    /// Facts about it.
    pub attributes: Option<Attributes>,
    /// Who may see it.
    pub status: Option<Status>,
    /// All its variants, when the file speaks of variants.
    pub variants: Option<Vec<VariantPatch>>,
}

/// What a file says about one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantPatch {
    /// Which variant.
    pub sku: Sku,
    /// What sets it apart.
    pub options: Option<Options>,
    /// How it reaches its buyer.
    pub kind: Option<Kind>,
    /// The price with tax.
    pub price: Option<Money>,
    /// The class by which tax is found.
    pub tax_class: Option<TaxClass>,
    /// What it weighs.
    pub weight: Option<Grams>,
}

impl ProductPatch {
    /// The details that `known`, or a new product, has after this change.
    ///
    /// # Errors
    /// [`ProductRefused`] when a new product lacks a title, or a new variant a price.
    pub fn onto(self, known: Option<&Product>) -> Result<ProductDetails, ProductRefused> {
        let old = known.map(Product::details);
        let old_variants = old.map(|details| details.variants.as_slice()).unwrap_or_default();
        let variants = match self.variants {
            Some(patches) => patches.into_iter().map(|patch| patch.onto(old_variants)).collect::<Result<_, _>>()?,
            None => old_variants.to_vec(),
        };
        let missing = FieldError::new("title", "is missing");
        Ok(ProductDetails {
            title: self.title.or_else(|| old.map(|old| old.title.clone())).ok_or(missing)?,
            description: keep(self.description, old.map(|old| &old.description), Description::none),
            category: keep(self.category, old.map(|old| &old.category), Category::other),
            images: keep(self.images, old.map(|old| &old.images), Vec::new),
            attributes: keep(self.attributes, old.map(|old| &old.attributes), Attributes::default),
            status: self.status.or_else(|| old.map(|old| old.status)).unwrap_or(Status::Active),
            variants,
        })
    }
}

impl VariantPatch {
    fn onto(self, siblings: &[Variant]) -> Result<Variant, ProductRefused> {
        let old = siblings.iter().find(|variant| variant.sku == self.sku);
        let price = self.price.or_else(|| old.map(|old| old.price));
        let Some(price) = price else {
            return Err(ProductRefused::Variant { sku: self.sku, problem: FieldError::new("price", "is missing") });
        };
        Ok(Variant {
            price,
            options: keep(self.options, old.map(|old| &old.options), Options::default),
            kind: self.kind.or_else(|| old.map(|old| old.kind)).unwrap_or(Kind::Physical),
            tax_class: keep(self.tax_class, old.map(|old| &old.tax_class), TaxClass::standard),
            weight: self.weight.or_else(|| old.map(|old| old.weight)).unwrap_or_default(),
            sku: self.sku,
        })
    }
}

fn keep<T: Clone>(stated: Option<T>, old: Option<&T>, default: impl FnOnce() -> T) -> T {
    stated.or_else(|| old.cloned()).unwrap_or_else(default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_product;

    fn silent(handle: &str) -> ProductPatch {
        ProductPatch {
            handle: Handle::parse(handle).unwrap(),
            title: None,
            description: None,
            category: None,
            images: None,
            attributes: None,
            status: None,
            variants: None,
        }
    }

    #[test]
    fn what_a_file_does_not_speak_of_stays_as_it_is() {
        let known = a_product("kea").build();
        assert_eq!(silent("kea").onto(Some(&known)).as_ref(), Ok(known.details()));
        let renamed = ProductPatch { title: Some(Title::parse("Kea 15").unwrap()), ..silent("kea") };
        let expected = ProductDetails { title: Title::parse("Kea 15").unwrap(), ..known.details().clone() };
        assert_eq!(renamed.onto(Some(&known)), Ok(expected));
    }

    #[test]
    fn a_new_product_needs_a_title_and_its_variants_need_prices() {
        assert_eq!(silent("kea").onto(None).unwrap_err().to_string(), "title is missing");
        let sku = Sku::parse("KEA").unwrap();
        let unpriced = VariantPatch { sku, options: None, kind: None, price: None, tax_class: None, weight: None };
        let patch =
            ProductPatch { title: Some(Title::parse("Kea").unwrap()), variants: Some(vec![unpriced]), ..silent("kea") };
        assert_eq!(patch.onto(None).unwrap_err().to_string(), "variant KEA: price is missing");
    }
}
