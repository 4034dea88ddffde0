//! What the catalogue publishes, as far as prices need it: `store.catalogue.product_changed.v1`, `product_withdrawn.v1`.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};
use serde::Deserialize;
use shared_kernel::{Currency, Money, Sku};
use uuid::Uuid;

use super::KindJson;
use super::{stored, unreadable};
use crate::application::KeepPrices;
use crate::domain::{Listing, ProductPrices, VariantPrice};

/// A product was made or changed; a full snapshot.
pub const PRODUCT_CHANGED: &str = "store.catalogue.product_changed.v1";
/// A product, or some of its variants, is not sold any more.
pub const PRODUCT_WITHDRAWN: &str = "store.catalogue.product_withdrawn.v1";

#[derive(Deserialize)]
struct ProductChanged {
    product_id: Uuid,
    status: String,
    handle: Option<String>,
    image: Option<String>,
    variants: Vec<Variant>,
}

#[derive(Deserialize)]
struct Variant {
    sku: Sku,
    title: String,
    kind: KindJson,
    gross_minor: i64,
    currency: Currency,
}

#[derive(Deserialize)]
struct ProductWithdrawn {
    product_id: Uuid,
    #[serde(default)]
    skus: Vec<Sku>,
}

impl From<ProductChanged> for ProductPrices {
    fn from(changed: ProductChanged) -> Self {
        let variants = changed.variants.into_iter().map(|variant| VariantPrice {
            sku: variant.sku,
            title: variant.title,
            kind: variant.kind.into(),
            unit_gross: Money::new(variant.gross_minor, variant.currency),
        });
        let listing = Listing { handle: changed.handle, image: changed.image };
        let (product, active) = (changed.product_id, changed.status == "active");
        Self { product, active, listing, variants: variants.collect() }
    }
}

/// Consumer `price-list`.
pub struct PriceListFeed {
    keep: Arc<KeepPrices>,
}

impl PriceListFeed {
    /// Feeds this use case.
    pub fn new(keep: Arc<KeepPrices>) -> Self {
        Self { keep }
    }
}

#[async_trait]
impl Handler for PriceListFeed {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let cause = delivery.cause.clone();
        match delivery.envelope.event_type.as_str() {
            PRODUCT_CHANGED => match delivery.envelope.data::<ProductChanged>() {
                Ok(changed) => stored(self.keep.product_changed(changed.into(), cause).await),
                Err(error) => unreadable(&error),
            },
            PRODUCT_WITHDRAWN => match delivery.envelope.data::<ProductWithdrawn>() {
                Ok(gone) => stored(self.keep.product_withdrawn(gone.product_id, gone.skus, cause).await),
                Err(error) => unreadable(&error),
            },
            _ => Handled::Ignored,
        }
    }
}
