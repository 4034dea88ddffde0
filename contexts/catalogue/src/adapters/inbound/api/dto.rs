//! The shapes of the JSON API.

use std::fmt;

use chassis::web::MoneyView;
use chassis::web::openapi::KindWord;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shared_kernel::{Money, Sku};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::domain::{
    Attributes, Category, CategoryCount, Description, Grams, Image, ImageName, Kind, ListedProduct, Options,
    ProductDetails, ProductRefused, Status, TaxClass, Title, Variant, parse_kind,
};

chassis::api_words! {
    "Where a product stands." StatusWord as "ProductStatus" =
        [Status::Draft, Status::Active, Status::Archived].map(Status::name);
}

/// Where a picture is served.
pub fn media_url(name: &ImageName) -> String {
    format!("/media/{name}")
}

/// Names and values in the order in which they are written; an object on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A product as shoppers and staff see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Product)]
pub struct ProductView {
    /// Identifier; never changes.
    pub id: Uuid,
    /// Its name in addresses.
    #[schema(example = "kea-notebook-14")]
    pub handle: String,
    /// What it is called.
    #[schema(example = "Kea Notebook 14")]
    pub title: String,
    /// Plain text; an empty line parts paragraphs.
    pub description: String,
    /// Where it is listed.
    #[schema(example = "Laptops")]
    pub category: String,
    /// The category's name in addresses.
    #[schema(example = "laptops")]
    pub category_slug: String,
    /// Shoppers see the active ones.
    #[schema(value_type = StatusWord, example = "active")]
    pub status: &'static str,
    /// Its pictures; the first one stands for it in lists.
    pub images: Vec<ImageView>,
    /// Facts about it, by name.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub attributes: Pairs,
    /// Its sellable forms, at least one.
    pub variants: Vec<VariantView>,
    /// Whether any of them can be sold now.
    pub in_stock: bool,
    /// Counts its changes.
    pub version: i64,
}

/// A picture.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Image)]
pub struct ImageView {
    /// Its name in the media store.
    #[schema(example = "kea-notebook-14.svg")]
    pub name: String,
    /// Where it is served.
    #[schema(example = "/media/kea-notebook-14.svg")]
    pub url: String,
    /// What it shows.
    pub alt: String,
}

/// One sellable form of a product.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Variant)]
pub struct VariantView {
    /// The merchant's code, unique across the shop.
    #[schema(example = "KEA14-32")]
    pub sku: String,
    /// What a buyer reads on a cart line.
    #[schema(example = "Kea Notebook 14 / 32 GB")]
    pub title: String,
    /// What sets it apart from its siblings, by name.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub options: Pairs,
    /// Whether it is packed or mailed.
    #[schema(value_type = KindWord, example = "physical")]
    pub kind: &'static str,
    /// With tax.
    pub price: MoneyView,
    /// The class by which tax is found.
    #[schema(example = "standard")]
    pub tax_class: String,
    /// What it weighs, in grams.
    pub weight_g: u32,
    /// Whether it can be sold now.
    pub in_stock: bool,
}

impl From<&ListedProduct> for ProductView {
    fn from(listed: &ListedProduct) -> Self {
        let product = listed.product();
        let details = product.details();
        let image = |image: &Image| ImageView {
            name: image.name.to_string(),
            url: media_url(&image.name),
            alt: image.alt.clone().unwrap_or_else(|| details.title.to_string()),
        };
        let variant = |(variant, in_stock): (&Variant, bool)| VariantView {
            sku: variant.sku.to_string(),
            title: variant.title(&details.title),
            options: Pairs(variant.options.as_slice().to_vec()),
            kind: variant.kind.name(),
            price: variant.price.into(),
            tax_class: variant.tax_class.to_string(),
            weight_g: variant.weight.get(),
            in_stock,
        };
        Self {
            id: product.id().uuid(),
            handle: product.handle().to_string(),
            title: details.title.to_string(),
            description: details.description.to_string(),
            category: details.category.to_string(),
            category_slug: details.category.slug(),
            status: details.status.name(),
            images: details.images.iter().map(image).collect(),
            attributes: Pairs(details.attributes.as_slice().to_vec()),
            variants: listed.variants().map(variant).collect(),
            in_stock: listed.in_stock(),
            version: product.version(),
        }
    }
}

/// A page of products.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductList {
    /// In the list's order.
    pub items: Vec<ProductView>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

/// All categories.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryList {
    /// Ordered by slug.
    pub items: Vec<CategoryView>,
    /// Always null: all categories come at once.
    pub next_cursor: Option<String>,
}

/// A category that holds something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Category)]
pub struct CategoryView {
    /// Its name in addresses.
    #[schema(example = "laptops")]
    pub slug: String,
    /// Its name for people.
    #[schema(example = "Laptops")]
    pub name: String,
    /// How many active products it holds.
    pub products: u64,
}

impl From<&CategoryCount> for CategoryView {
    fn from(count: &CategoryCount) -> Self {
        Self { slug: count.slug.clone(), name: count.name.clone(), products: count.products }
    }
}

/// Some products, each in a few words.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeaturedList {
    /// In the order in which they are shown.
    pub items: Vec<FeaturedProduct>,
}

// Also read: by a home page that another process makes.
/// A product in a few words.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FeaturedProduct {
    /// Its name in addresses.
    #[schema(example = "kea-notebook-14")]
    pub handle: String,
    /// What it is called.
    #[schema(example = "Kea Notebook 14")]
    pub title: String,
    /// Where it is listed.
    #[schema(example = "Laptops")]
    pub category: String,
    /// What its cheapest variant costs, with tax.
    pub price: Option<MoneyView>,
    /// Whether other variants cost more.
    pub from: bool,
    /// Whether any variant can be sold now.
    pub in_stock: bool,
    /// Where its first picture is served.
    #[schema(example = "/media/kea-notebook-14.svg")]
    pub image: Option<String>,
}

impl From<&ListedProduct> for FeaturedProduct {
    fn from(listed: &ListedProduct) -> Self {
        let (product, details) = (listed.product(), listed.product().details());
        let price = product.price_from();
        Self {
            handle: product.handle().to_string(),
            title: details.title.to_string(),
            category: details.category.to_string(),
            price: price.map(|(price, _)| price.into()),
            from: price.is_some_and(|(_, from)| from),
            in_stock: listed.in_stock(),
            image: details.images.first().map(|image| media_url(&image.name)),
        }
    }
}

/// Paths of this shop.
#[derive(Debug, Serialize, ToSchema)]
pub struct PathList {
    /// Each begins with a slash.
    pub items: Vec<String>,
}

/// A product to be made or replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductWrite {
    /// Its name in addresses; made from the title when it is missing. With PUT the path names it.
    #[schema(example = "kea-notebook-14")]
    pub handle: Option<String>,
    /// What it is called.
    #[schema(min_length = 1, max_length = 255, example = "Kea Notebook 14")]
    pub title: String,
    /// Plain text; an empty line parts paragraphs.
    #[serde(default)]
    #[schema(max_length = 100_000)]
    pub description: String,
    /// `Other` when it is missing.
    #[schema(min_length = 1, max_length = 255, example = "Laptops")]
    pub category: Option<String>,
    /// `active` when it is missing.
    #[schema(value_type = Option<StatusWord>, example = "active")]
    pub status: Option<String>,
    /// Names in the media store.
    #[serde(default)]
    pub images: Vec<ImageWrite>,
    /// Facts about it, by name.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub attributes: Pairs,
    /// Its sellable forms.
    #[schema(min_items = 1)]
    pub variants: Vec<VariantWrite>,
}

/// A picture of a product to be made or replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageWrite {
    /// Its name in the media store.
    #[schema(example = "kea-notebook-14.svg")]
    pub name: String,
    /// What it shows; the product's title when it is missing.
    #[serde(default)]
    pub alt: String,
}

/// A variant of a product to be made or replaced.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VariantWrite {
    /// Unique across the shop.
    #[schema(value_type = String, min_length = 1, max_length = 255, example = "KEA14-32")]
    pub sku: Sku,
    /// Up to three, by name; the same names for all variants of a product.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub options: Pairs,
    /// `physical` when it is missing.
    #[schema(value_type = Option<KindWord>, example = "physical")]
    pub kind: Option<String>,
    /// With tax, in the currency of the shop.
    #[schema(value_type = MoneyView)]
    pub price: Money,
    /// `standard` when it is missing, which is the class of active products: the shop has one rate.
    #[schema(example = "standard")]
    pub tax_class: Option<String>,
    /// What it weighs, in grams.
    #[serde(default)]
    pub weight_g: i64,
}

impl ProductWrite {
    /// The details, each parsed.
    ///
    /// # Errors
    /// [`ProductRefused`] naming the first field that is not right.
    pub fn details(self) -> Result<ProductDetails, ProductRefused> {
        let image = |image: ImageWrite| Image::new(ImageName::parse(&image.name)?, &image.alt);
        Ok(ProductDetails {
            title: Title::parse(&self.title)?,
            description: Description::parse(&self.description)?,
            category: self.category.map_or_else(|| Ok(Category::other()), |name| Category::parse(&name))?,
            images: self.images.into_iter().map(image).collect::<Result<_, _>>()?,
            attributes: Attributes::parse(self.attributes.0)?,
            status: self.status.map_or(Ok(Status::Active), |status| Status::parse(&status))?,
            variants: self.variants.into_iter().map(VariantWrite::variant).collect::<Result<_, _>>()?,
        })
    }
}

impl VariantWrite {
    fn variant(self) -> Result<Variant, ProductRefused> {
        let sku = self.sku.clone();
        let refused = |problem| ProductRefused::Variant { sku: sku.clone(), problem };
        Ok(Variant {
            options: Options::parse(self.options.0).map_err(refused)?,
            kind: self.kind.map_or(Ok(Kind::Physical), |kind| parse_kind(&kind)).map_err(refused)?,
            price: self.price,
            tax_class: self
                .tax_class
                .map_or_else(|| Ok(TaxClass::standard()), |class| TaxClass::parse(&class))
                .map_err(refused)?,
            weight: Grams::new(self.weight_g).map_err(refused)?,
            sku: self.sku,
        })
    }
}
