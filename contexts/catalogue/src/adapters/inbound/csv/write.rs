//! Products as a file in the shop's own columns.
//!
//! Stock is left out: the file would otherwise count it again when it comes back.

use super::bars::escape;
use super::formulas;
use super::own::COLUMNS;
use crate::domain::{Product, Variant};

/// The header line.
pub(super) fn header() -> String {
    let columns: Vec<&str> = COLUMNS.iter().copied().filter(|column| *column != "stock").collect();
    columns.join(",") + "\r\n"
}

/// Adds one product's rows to a file.
pub fn write_products(file: &mut String, product: &Product) {
    if file.is_empty() {
        file.push_str(&header());
    }
    for (index, variant) in product.variants().iter().enumerate() {
        let cells: Vec<String> = row(product, variant, index == 0).iter().map(|cell| quoted(cell)).collect();
        file.push_str(&cells.join(","));
        file.push_str("\r\n");
    }
}

fn row(product: &Product, variant: &Variant, first: bool) -> Vec<String> {
    let details = product.details();
    let once = |text: String| if first { text } else { String::new() };
    let images: Vec<&str> = details.images.iter().map(|image| image.name.as_str()).collect();
    let texts = details.images.iter().map(|image| escape(image.alt.as_deref().unwrap_or_default(), false));
    let texts = if details.images.iter().all(|image| image.alt.is_none()) { String::new() } else { join(texts) };
    let pair = |(name, value): &(String, String)| format!("{}={}", escape(name, true), escape(value, false));
    let attributes = join(details.attributes.as_slice().iter().map(pair));
    let mut cells = vec![
        product.handle().to_string(),
        once(details.title.to_string()),
        once(details.description.to_string()),
        once(details.category.to_string()),
        variant.kind.name().to_owned(),
        once(details.status.name().to_owned()),
        variant.sku.to_string(),
    ];
    for index in 0..3 {
        let (name, value) = variant.options.as_slice().get(index).cloned().unwrap_or_default();
        cells.extend([name, value]);
    }
    cells.extend([
        variant.price.decimal(),
        variant.price.currency().code().to_owned(),
        variant.tax_class.to_string(),
        variant.weight.get().to_string(),
        once(images.join("|")),
        once(texts),
        once(attributes),
    ]);
    cells
}

fn join(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join("|")
}

/// Every cell is quoted.
fn quoted(cell: &str) -> String {
    format!("\"{}\"", formulas::marked(cell).replace('"', "\"\""))
}
