//! The catalogue's facts as other contexts read them. The only place where a domain event gets its published form;
//! `contract/events` pins it.

use chassis::messaging::PublishedEvent;
use serde::Serialize;
use shared_kernel::{Currency, EventDraft, Sku};
use uuid::Uuid;

use crate::domain::variant::Options;
use crate::domain::{Product, ProductEvent, StockCount, Variant};
use crate::ports::ProductChange;

/// A product is new or different: all of it.
pub const PRODUCT_CHANGED: &str = "store.catalogue.product_changed.v1";
/// A product is no longer sold.
pub const PRODUCT_WITHDRAWN: &str = "store.catalogue.product_withdrawn.v1";
/// An import brought a count of goods.
pub const STOCK_COUNTED: &str = "store.catalogue.stock_counted.v1";

/// The facts that this context states, and the use cases that may state them.
pub const PUBLISHED: &[PublishedEvent] = &[
    PublishedEvent::new(
        PRODUCT_CHANGED,
        &["add_picture", "import_products", "revert_import", "save_product", "withdraw_product"],
    ),
    PublishedEvent::new(
        PRODUCT_WITHDRAWN,
        &["add_picture", "import_products", "revert_import", "save_product", "withdraw_product"],
    ),
    PublishedEvent::new(STOCK_COUNTED, &["import_products"]),
];

/// `store.catalogue.product_changed.v1`. Amounts in minor units of `currency`, with tax.
#[derive(Serialize)]
struct ProductChangedV1<'a> {
    product_id: Uuid,
    handle: &'a str,
    title: &'a str,
    description: &'a str,
    category: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    variants: Vec<VariantV1<'a>>,
}

#[derive(Serialize)]
struct VariantV1<'a> {
    sku: &'a Sku,
    title: String,
    options: serde_json::Map<String, serde_json::Value>,
    kind: &'static str,
    gross_minor: i64,
    currency: Currency,
    tax_class: &'a str,
    weight_g: u32,
}

/// `store.catalogue.product_withdrawn.v1`.
#[derive(Serialize)]
struct ProductWithdrawnV1<'a> {
    product_id: Uuid,
    skus: &'a [Sku],
}

/// `store.catalogue.stock_counted.v1`. Consumers apply it once for each `import_id` and `sku`.
#[derive(Serialize)]
struct StockCountedV1<'a> {
    import_id: Uuid,
    sku: &'a Sku,
    on_hand: u32,
}

/// What a change says to the world; `counts` are those of its counts that are news.
pub fn published(change: &ProductChange, counts: &[StockCount]) -> Vec<EventDraft> {
    let product = &change.product;
    let facts = change.events.iter().map(|event| match event {
        ProductEvent::Changed => changed(product),
        ProductEvent::Withdrawn { skus } => withdrawn(product, skus),
    });
    facts.chain(counts.iter().map(counted)).collect()
}

fn changed(product: &Product) -> EventDraft {
    let details = product.details();
    let data = ProductChangedV1 {
        product_id: product.id().uuid(),
        handle: product.handle().as_str(),
        title: details.title.as_str(),
        description: details.description.as_str(),
        category: details.category.as_str(),
        status: details.status.name(),
        image: details.images.first().map(|image| image.name.as_str()),
        variants: product.variants().iter().map(|variant| variant_of(product, variant)).collect(),
    };
    EventDraft::new(PRODUCT_CHANGED, product.id().to_string(), &data)
}

fn variant_of<'a>(product: &Product, variant: &'a Variant) -> VariantV1<'a> {
    VariantV1 {
        sku: &variant.sku,
        title: variant.title(product.title()),
        options: options_of(&variant.options),
        kind: variant.kind.name(),
        gross_minor: variant.price.minor(),
        currency: variant.price.currency(),
        tax_class: variant.tax_class.as_str(),
        weight_g: variant.weight.get(),
    }
}

fn options_of(options: &Options) -> serde_json::Map<String, serde_json::Value> {
    options.as_slice().iter().map(|(name, value)| (name.clone(), value.clone().into())).collect()
}

fn withdrawn(product: &Product, skus: &[Sku]) -> EventDraft {
    let data = ProductWithdrawnV1 { product_id: product.id().uuid(), skus };
    EventDraft::new(PRODUCT_WITHDRAWN, product.id().to_string(), &data)
}

fn counted(count: &StockCount) -> EventDraft {
    let data = StockCountedV1 { import_id: count.import_id, sku: &count.sku, on_hand: count.on_hand };
    EventDraft::new(STOCK_COUNTED, count.sku.as_str(), &data)
}
