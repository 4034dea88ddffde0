//! The form in which staff makes and changes a product: as it is shown, and as it comes back.
//!
//! Without scripts: there are always some empty rows for further variants, and an empty row is no variant.

use std::collections::HashMap;

use askama::Template;
use chassis::web::PageFrame;
use shared_kernel::{Currency, Money, Sku};

use crate::domain::{
    Attributes, Category, Description, FieldError, Grams, Image, ImageName, Options, Product, ProductDetails,
    ProductRefused, Status, TaxClass, Title, Variant, parse_kind,
};

/// Empty rows below the variants.
const SPARE_ROWS: usize = 3;

/// The fields of the form, as typed.
#[derive(Debug, Clone, Default)]
pub struct ProductForm {
    pub handle: String,
    pub version: i64,
    pub title: String,
    pub category: String,
    pub status: String,
    pub description: String,
    pub images: String,
    pub attributes: String,
    pub option_names: [String; 3],
    pub variants: Vec<VariantRow>,
}

#[derive(Debug, Clone, Default)]
pub struct VariantRow {
    pub sku: String,
    pub options: [String; 3],
    pub price: String,
    pub kind: String,
    pub tax_class: String,
    pub weight: String,
}

#[derive(Template)]
#[template(path = "catalogue/admin_product.html")]
pub struct AdminProductPage {
    pub frame: PageFrame,
    pub is_new: bool,
    pub form: ProductForm,
    pub categories: Vec<String>,
    pub error: Option<String>,
    /// What a customer would be shown or charged wrongly.
    pub warnings: Vec<&'static str>,
}

impl From<&Product> for ProductForm {
    fn from(product: &Product) -> Self {
        let details = product.details();
        let image = |image: &Image| match &image.alt {
            Some(alt) => format!("{} | {alt}", image.name),
            None => image.name.to_string(),
        };
        let attribute = |(name, value): &(String, String)| format!("{}={value}", name.replace('=', "\\="));
        let lines = |lines: Vec<String>| lines.join("\n");
        let name_of = |index: usize| {
            let options = product.variants().first().map(|variant| variant.options.as_slice()).unwrap_or_default();
            options.get(index).map(|(name, _)| name.clone()).unwrap_or_default()
        };
        Self {
            handle: product.handle().to_string(),
            version: product.version(),
            title: details.title.to_string(),
            category: details.category.to_string(),
            status: details.status.name().to_owned(),
            description: details.description.to_string(),
            images: lines(details.images.iter().map(image).collect()),
            attributes: lines(details.attributes.as_slice().iter().map(attribute).collect()),
            option_names: [0, 1, 2].map(name_of),
            variants: product.variants().iter().map(VariantRow::from).collect(),
        }
    }
}

impl From<&Variant> for VariantRow {
    fn from(variant: &Variant) -> Self {
        let options = variant.options.as_slice();
        Self {
            sku: variant.sku.to_string(),
            options: [0, 1, 2].map(|index| options.get(index).map(|(_, value)| value.clone()).unwrap_or_default()),
            price: variant.price.decimal(),
            kind: variant.kind.name().to_owned(),
            tax_class: variant.tax_class.to_string(),
            weight: variant.weight.get().to_string(),
        }
    }
}

impl ProductForm {
    /// Reads the fields as they were sent.
    pub fn sent(fields: &HashMap<String, String>, handle: String) -> Self {
        let field = |name: &str| fields.get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        let row = |index: usize| {
            let cell = |name: &str| field(&format!("v{index}_{name}"));
            VariantRow {
                sku: cell("sku"),
                options: ["option1", "option2", "option3"].map(cell),
                price: cell("price"),
                kind: cell("kind"),
                tax_class: cell("tax_class"),
                weight: cell("weight"),
            }
        };
        let sent = |index: &usize| fields.contains_key(&format!("v{index}_sku"));
        Self {
            handle,
            version: field("version").parse().unwrap_or(0),
            title: field("title"),
            category: field("category"),
            status: field("status"),
            description: field("description"),
            images: field("images"),
            attributes: field("attributes"),
            option_names: ["option1_name", "option2_name", "option3_name"].map(field),
            variants: (0..Product::MAX_VARIANTS + SPARE_ROWS).take_while(sent).map(row).collect(),
        }
    }

    /// The same form with room for more.
    pub fn with_spare_rows(mut self) -> Self {
        let empty = self.variants.iter().rev().take_while(|row| row.is_empty()).count();
        let room = SPARE_ROWS.saturating_sub(empty);
        self.variants.extend((0..room).map(|_| VariantRow::default()));
        self
    }

    /// The product that the form describes.
    pub fn details(&self, currency: Currency) -> Result<ProductDetails, ProductRefused> {
        let category = if self.category.is_empty() { Category::other() } else { Category::parse(&self.category)? };
        let rows = self.variants.iter().filter(|row| !row.is_empty());
        Ok(ProductDetails {
            title: Title::parse(&self.title)?,
            description: Description::parse(&self.description)?,
            category,
            images: self.images()?,
            attributes: self.attributes()?,
            status: Status::parse(&self.status)?,
            variants: rows.map(|row| row.variant(&self.option_names, currency)).collect::<Result<_, _>>()?,
        })
    }

    fn images(&self) -> Result<Vec<Image>, FieldError> {
        let lines = self.images.lines().map(str::trim).filter(|line| !line.is_empty());
        let image = |line: &str| {
            let (name, alt) = line.split_once('|').unwrap_or((line, ""));
            Image::new(ImageName::parse(name.trim())?, alt)
        };
        lines.map(image).collect()
    }

    fn attributes(&self) -> Result<Attributes, FieldError> {
        let lines = self.attributes.lines().map(str::trim).filter(|line| !line.is_empty());
        let pair = |line: &'_ str| {
            // An equals sign inside a name stands behind a backslash.
            let end = line.match_indices('=').map(|(at, _)| at).find(|at| !line[..*at].ends_with('\\'));
            let pair = end.map(|at| (line[..at].replace("\\=", "="), line[at + 1..].to_owned()));
            pair.ok_or(FieldError::new("attributes", "are written Name=Value, one on each line"))
        };
        Attributes::parse(lines.map(pair).collect::<Result<Vec<_>, _>>()?)
    }
}

impl VariantRow {
    fn is_empty(&self) -> bool {
        self.sku.is_empty() && self.price.is_empty() && self.options.iter().all(String::is_empty)
    }

    fn variant(&self, names: &[String; 3], currency: Currency) -> Result<Variant, ProductRefused> {
        let wrong_sku = "is missing in one of the variants, or holds what a SKU cannot";
        let sku = Sku::parse(&self.sku).map_err(|_| FieldError::new("sku", wrong_sku))?;
        let refused = |problem| ProductRefused::Variant { sku: sku.clone(), problem };
        let filled = names.iter().zip(&self.options).filter(|(_, value)| !value.is_empty());
        let price = Money::parse_decimal(&self.price, currency)
            .map_err(|_| refused(FieldError::new("price", "must be an amount such as 59.90")))?;
        let weight = if self.weight.is_empty() { 0 } else { self.weight.parse().unwrap_or(-1) };
        let tax_class =
            if self.tax_class.is_empty() { Ok(TaxClass::standard()) } else { TaxClass::parse(&self.tax_class) };
        Ok(Variant {
            options: Options::parse(filled).map_err(refused)?,
            kind: parse_kind(&self.kind).map_err(refused)?,
            price,
            tax_class: tax_class.map_err(refused)?,
            weight: Grams::new(weight).map_err(refused)?,
            sku: sku.clone(),
        })
    }
}
