//! `store.catalogue.product_changed.v1` and `product_withdrawn.v1`: what things are called and whether they are packed.

use serde::Deserialize;
use shared_kernel::{Envelope, Sku};

use super::Unreadable;
use crate::domain::Kind;
use crate::ports::{Product, ProductVariant};

#[derive(Deserialize)]
struct Changed {
    product_id: String,
    variants: Vec<Variant>,
}

#[derive(Deserialize)]
struct Variant {
    sku: Sku,
    title: String,
    kind: String,
}

#[derive(Deserialize)]
struct Withdrawn {
    product_id: String,
}

/// A variant of a kind that is neither packed nor mailed cannot concern the warehouse and is left out.
pub(super) fn read(envelope: &Envelope) -> Result<Product, Unreadable> {
    let Changed { product_id, variants } = envelope.data()?;
    let variant = |Variant { sku, title, kind }| Kind::parse(&kind).map(|kind| ProductVariant { sku, title, kind });
    Ok(Product { id: product_id, variants: variants.into_iter().filter_map(variant).collect() })
}

pub(super) fn read_withdrawn(envelope: &Envelope) -> Result<String, Unreadable> {
    let Withdrawn { product_id } = envelope.data()?;
    Ok(product_id)
}
