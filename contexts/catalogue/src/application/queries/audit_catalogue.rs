//! What the catalogue knows, for the audit: one JSON object for each product and each stock level.

use std::sync::Arc;

use serde_json::{Value, json};
use shared_kernel::StoreError;

use super::ExportProducts;
use crate::domain::{Product, StockLevel};
use crate::ports::StockLevels;

pub struct AuditCatalogue {
    products: Arc<ExportProducts>,
    levels: Arc<dyn StockLevels>,
}

impl AuditCatalogue {
    pub fn new(products: Arc<ExportProducts>, levels: Arc<dyn StockLevels>) -> Self {
        Self { products, levels }
    }

    pub async fn execute(&self) -> Result<Vec<Value>, StoreError> {
        let mut records = Vec::new();
        self.products.execute(|listed| records.push(product(listed.product()))).await?;
        records.extend(self.levels.all().await?.iter().map(stock_level));
        Ok(records)
    }
}

fn product(product: &Product) -> Value {
    json!({
        "context": "catalogue",
        "kind": "product",
        "id": product.id(),
        "handle": product.handle().as_str(),
        "title": product.title().as_str(),
        "status": product.details().status.name(),
        "version": product.version(),
        "variants": product.variants().iter().map(|variant| json!({
            "sku": variant.sku,
            "kind": variant.kind.name(),
            "gross_minor": variant.price.minor(),
            "currency": variant.price.currency(),
        })).collect::<Vec<_>>(),
    })
}

fn stock_level(level: &StockLevel) -> Value {
    json!({
        "context": "catalogue",
        "kind": "stock_level",
        "sku": level.sku,
        "on_hand": level.on_hand,
        "available": level.available,
    })
}
