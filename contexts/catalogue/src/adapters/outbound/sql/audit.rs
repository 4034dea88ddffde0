//! What the catalogue knows, for the audit: one JSON object for each product and each stock level.

use serde_json::{Value, json};

use crate::domain::{Product, StockLevel};

pub fn product(product: &Product) -> Value {
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

pub fn stock_level(level: &StockLevel) -> Value {
    json!({
        "context": "catalogue",
        "kind": "stock_level",
        "sku": level.sku,
        "on_hand": level.on_hand,
        "available": level.available,
    })
}
