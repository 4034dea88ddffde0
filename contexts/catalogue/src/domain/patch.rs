//! A product as a file states it: what the file leaves out stays as it is.

use std::fmt;

use shared_kernel::sku::SkuError;
use shared_kernel::{Money, Sku};

use super::facts::{Attributes, Image};
use super::product::{Product, ProductDetails, ProductRefused, Status};
use super::text::{Category, Description, FieldError, Handle, TaxClass, Title, WrittenHandle};
use super::variant::{Grams, Kind, Options, Variant};

/// How a file names a product.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FileHandle {
    /// By its address in this shop.
    Address(Handle),
    /// By the handle that it has in another shop, which may not be fit for an address here.
    Written(WrittenHandle),
}

impl fmt::Display for FileHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(handle) => handle.fmt(f),
            Self::Written(written) => written.fmt(f),
        }
    }
}

/// What a file says about one product. `None`: the file has no such column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductPatch {
    pub handle: FileHandle,
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
    /// All its variants, when the file has variants.
    pub variants: Option<Vec<VariantPatch>>,
    /// Whether a product that this shop would tax wrongly comes in as a draft, instead of being refused.
    pub wrongly_taxed_is_draft: bool,
}

/// What a file says about one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariantPatch {
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
    /// How many were counted.
    pub stock: Option<u32>,
}

impl ProductPatch {
    /// The codes that the file names.
    pub fn skus(&self) -> impl Iterator<Item = &Sku> {
        self.variants.iter().flatten().map(|variant| &variant.sku)
    }

    /// What the file counts, by code.
    pub fn counts(&self) -> Vec<(Sku, u32)> {
        let counted = |variant: &VariantPatch| variant.stock.map(|stock| (variant.sku.clone(), stock));
        self.variants.iter().flatten().filter_map(counted).collect()
    }

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
        let sku = code(&self.sku, old.is_some())?;
        let price = self.price.or_else(|| old.map(|old| old.price));
        let Some(price) = price else {
            return Err(ProductRefused::Variant { sku, problem: FieldError::new("price", "is missing") });
        };
        Ok(Variant {
            price,
            options: keep(self.options, old.map(|old| &old.options), Options::default),
            kind: self.kind.or_else(|| old.map(|old| old.kind)).unwrap_or(Kind::Physical),
            tax_class: keep(self.tax_class, old.map(|old| &old.tax_class), TaxClass::standard),
            weight: self.weight.or_else(|| old.map(|old| old.weight)).unwrap_or_default(),
            sku,
        })
    }
}

/// The code as the product carries it: as it is where it is `known`, else as new goods may carry it.
///
/// # Errors
/// [`ProductRefused::Variant`] when it holds an invisible character.
pub fn code(sku: &Sku, known: bool) -> Result<Sku, ProductRefused> {
    if known {
        return Ok(sku.clone());
    }
    sku.of_new_goods().map_err(|error| {
        let problem = match error {
            SkuError::Invisible => "holds an invisible character; type it again",
            SkuError::Malformed => "is not a code",
        };
        ProductRefused::Variant { sku: sku.clone(), problem: FieldError::new("sku", problem) }
    })
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
            handle: FileHandle::Address(Handle::parse(handle).unwrap()),
            title: None,
            description: None,
            category: None,
            images: None,
            attributes: None,
            status: None,
            variants: None,
            wrongly_taxed_is_draft: false,
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
        let unpriced =
            VariantPatch { sku, options: None, kind: None, price: None, tax_class: None, weight: None, stock: None };
        let patch =
            ProductPatch { title: Some(Title::parse("Kea").unwrap()), variants: Some(vec![unpriced]), ..silent("kea") };
        assert_eq!(patch.onto(None).unwrap_err().to_string(), "variant KEA: price is missing");
    }

    #[test]
    fn a_new_code_holds_nothing_invisible_and_a_known_one_stays() {
        let hidden = Sku::parse("KEA\u{200b}").unwrap();
        assert_eq!(code(&hidden, true), Ok(hidden.clone()));
        assert!(code(&hidden, false).unwrap_err().to_string().contains("sku holds an invisible character"));
        assert_eq!(code(&Sku::parse("e\u{301}").unwrap(), false), Ok(Sku::parse("\u{e9}").unwrap()));
    }
}
