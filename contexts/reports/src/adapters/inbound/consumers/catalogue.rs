//! `store.catalogue.product_changed.v1`: a product as it is now. Only names and the category are read.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};
use serde::Deserialize;
use shared_kernel::{ConsumerName, Envelope, Sku};
use uuid::Uuid;

use super::{Unreadable, acknowledge, truncate_to_stored_precision};
use crate::domain::{Article, Category};
use crate::ports::{ProductStated, SalesLedger};

/// Hears of products.
pub const KEEP_PRODUCTS: ConsumerName = ConsumerName::new("keep-products");
/// What the books want to know of products.
pub const PRODUCT_FACTS: &[&str] = &["store.catalogue.product_changed.v1"];

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

/// Reads a statement about a product; it still lacks its cause.
pub fn product_fact(envelope: &Envelope) -> Result<ProductStated, Unreadable> {
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

/// Records statements about products. There is nothing to decide, so it has no use case.
pub struct KeepProducts(pub Arc<dyn SalesLedger>);

#[async_trait]
impl Handler for KeepProducts {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        match product_fact(&delivery.envelope) {
            Ok(stated) => {
                let stated = ProductStated { cause: Some(delivery.cause.clone()), ..stated };
                acknowledge(self.0.keep_product(stated).await)
            }
            Err(unreadable) => Handled::Dead(unreadable.failure()),
        }
    }
}
