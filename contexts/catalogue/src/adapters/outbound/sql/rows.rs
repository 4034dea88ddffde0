//! Rows as they lie in the tables, and how they become the domain's again. Reading one can fail, and says where.

use chassis::sql::Row;
use serde::{Deserialize, Serialize};
use shared_kernel::{Currency, Money, Sku, StoreError};
use uuid::Uuid;

use crate::domain::{
    Attributes, Category, Description, Grams, Handle, Image, ImageName, Options, Product, ProductDetails, ProductId,
    Status, TaxClass, Title, Variant, parse_kind,
};

/// The columns of a product and where they are from; statements begin with it.
macro_rules! product_columns {
    () => {
        "SELECT id, handle, title, description, category, status, images, attributes, variants, version FROM product"
    };
}
pub(super) use product_columns;

#[derive(Serialize, Deserialize)]
struct VariantRow {
    sku: Sku,
    options: Vec<(String, String)>,
    kind: String,
    gross_minor: i64,
    currency: Currency,
    tax_class: String,
    weight_g: i64,
}

#[derive(Serialize, Deserialize)]
struct ImageRow {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alt: Option<String>,
}

/// The variants as a JSON array.
pub(super) fn variants_json(variants: &[Variant]) -> Result<String, StoreError> {
    let rows: Vec<VariantRow> = variants
        .iter()
        .map(|variant| VariantRow {
            sku: variant.sku.clone(),
            options: variant.options.as_slice().to_vec(),
            kind: variant.kind.name().to_owned(),
            gross_minor: variant.price.minor(),
            currency: variant.price.currency(),
            tax_class: variant.tax_class.as_str().to_owned(),
            weight_g: variant.weight.get().into(),
        })
        .collect();
    serde_json::to_string(&rows).map_err(StoreError::unavailable)
}

/// The pictures as a JSON array.
pub(super) fn images_json(images: &[Image]) -> Result<String, StoreError> {
    let row = |image: &Image| ImageRow { name: image.name.to_string(), alt: image.alt.clone() };
    serde_json::to_string(&images.iter().map(row).collect::<Vec<_>>()).map_err(StoreError::unavailable)
}

/// The attributes as a JSON array of pairs.
pub(super) fn attributes_json(attributes: &Attributes) -> Result<String, StoreError> {
    serde_json::to_string(attributes.as_slice()).map_err(StoreError::unavailable)
}

pub(super) fn product_of(row: &Row) -> Result<Product, StoreError> {
    let id: Uuid = row.get("id")?;
    let corrupt = |problem: String| StoreError::Corrupt { table: "product", row: id.to_string(), problem };
    let handle = Handle::parse(&row.get::<String>("handle")?).map_err(|error| corrupt(error.to_string()))?;
    let version = row.get("version")?;
    let details = details_of(row).map_err(|error| match error {
        Unreadable::Row(error) => error,
        Unreadable::Value(problem) => corrupt(problem),
    })?;
    Product::restore(ProductId::new(id), handle, details, version).map_err(|error| corrupt(error.to_string()))
}

/// Either the driver or a value of ours says that the row is not right.
enum Unreadable {
    Row(StoreError),
    Value(String),
}

impl From<StoreError> for Unreadable {
    fn from(error: StoreError) -> Self {
        Self::Row(error)
    }
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self::Value(error.to_string())
    }
}

impl From<crate::domain::FieldError> for Unreadable {
    fn from(error: crate::domain::FieldError) -> Self {
        Self::Value(error.to_string())
    }
}

fn details_of(row: &Row) -> Result<ProductDetails, Unreadable> {
    let text = |column| row.get::<String>(column);
    let images: Vec<ImageRow> = serde_json::from_str(&text("images")?)?;
    let attributes: Vec<(String, String)> = serde_json::from_str(&text("attributes")?)?;
    let variants: Vec<VariantRow> = serde_json::from_str(&text("variants")?)?;
    Ok(ProductDetails {
        title: Title::restore(text("title")?),
        description: Description::restore(text("description")?),
        category: Category::restore(text("category")?),
        images: images.iter().map(image_of).collect::<Result<_, _>>()?,
        attributes: Attributes::restore(attributes),
        status: Status::parse(&text("status")?)?,
        variants: variants.into_iter().map(variant_of).collect::<Result<_, _>>()?,
    })
}

fn image_of(row: &ImageRow) -> Result<Image, Unreadable> {
    Ok(Image { name: ImageName::parse(&row.name)?, alt: row.alt.clone() })
}

fn variant_of(row: VariantRow) -> Result<Variant, Unreadable> {
    Ok(Variant {
        sku: row.sku,
        options: Options::restore(row.options),
        kind: parse_kind(&row.kind)?,
        price: Money::new(row.gross_minor, row.currency),
        tax_class: TaxClass::parse(&row.tax_class)?,
        weight: Grams::new(row.weight_g)?,
    })
}
