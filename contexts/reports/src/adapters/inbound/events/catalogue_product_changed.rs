//! `store.catalogue.product_changed.v1`: a product as it is now. Only names and the category are read.

use serde::Deserialize;
use shared_kernel::{Envelope, Sku};
use uuid::Uuid;

use super::reading::{Unreadable, truncate_to_stored_precision};
use crate::domain::{Article, Category};
use crate::ports::ProductStated;

pub(super) const TYPE: &str = "store.catalogue.product_changed.v1";

#[derive(Deserialize)]
struct ProductChanged {
    product_id: Uuid,
    #[serde(default)]
    title: String,
    #[serde(default)]
    category: Option<String>,
    variants: Vec<Variant>,
}

#[derive(Deserialize)]
struct Variant {
    sku: Sku,
    #[serde(default)]
    title: Option<String>,
}

pub(super) fn read(envelope: &Envelope) -> Result<ProductStated, Unreadable> {
    let product: ProductChanged = envelope.data()?;
    let title = product.title;
    let articles = product.variants.into_iter().map(|variant| Article {
        sku: variant.sku,
        title: variant.title.filter(|title| !title.is_empty()).unwrap_or_else(|| title.clone()),
    });
    Ok(ProductStated {
        product: product.product_id,
        category: product.category.as_deref().and_then(Category::new),
        articles: articles.collect(),
        stated_at: truncate_to_stored_precision(envelope.time),
        sequence: envelope.sequence,
        cause: None,
    })
}
