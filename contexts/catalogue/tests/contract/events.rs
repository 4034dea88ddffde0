//! The facts that this context publishes, and the foreign ones that it understands.

use catalogue::adapters::inbound::consumers::fulfilment;
use catalogue::domain::StockCount;
use catalogue::ports::{ProductChange, ProductStore};
use catalogue::testing::{InMemoryCatalogue, a_product, a_variant, new_product};
use chassis::ContextModule as _;
use chassis::messaging::InboxAdmin as _;
use serde_json::{Value, json};
use shared_kernel::{Envelope, Sku};
use uuid::Uuid;

use crate::shop::{TestShop, assert_golden, contract_of, on_both_engines};

/// One fact of every type, as it leaves.
async fn one_of_each() -> Vec<Envelope> {
    let store = InMemoryCatalogue::default();
    let variants = vec![
        a_variant("KEA14-32").option("Memory", "32 GB").price(229_900).weight(1_250).build(),
        a_variant("KEA14-MANUAL").option("Memory", "Manual only").price(1_900).digital().build(),
    ];
    let product = a_product("kea-notebook-14")
        .id(0x0190_f3a0_0000_7000_8000_0000_0000_ca7a)
        .titled("Kea Notebook 14")
        .described("Light and quiet.")
        .in_category("Laptops")
        .image("kea-notebook-14.svg")
        .variants(variants);
    store.commit(vec![new_product(product)]).await.unwrap();
    let handle = catalogue::domain::Handle::parse("kea-notebook-14").unwrap();
    let kept = ProductStore::find(&store, &handle).await.unwrap().unwrap();
    let import_id = Uuid::from_u128(0x5f0c_4a0e_0000_5000_8000_0000_0000_0001);
    let counts = vec![StockCount { import_id, sku: Sku::parse("KEA14-32").unwrap(), on_hand: 10 }];
    store.commit(vec![ProductChange { product: kept.clone(), events: vec![], counts, written: None }]).await.unwrap();
    let (product, events) = kept.withdraw();
    store.commit(vec![ProductChange { product, events, counts: vec![], written: None }]).await.unwrap();
    let mut facts = store.events();
    assert_eq!(facts.remove(2).event_type, "store.catalogue.product_changed.v1");
    facts
}

#[tokio::test]
async fn we_still_publish_what_we_promised() {
    for envelope in one_of_each().await {
        let file = format!("events/{}.json", envelope.event_type);
        assert_golden(&file, &serde_json::to_value(&envelope).unwrap());
    }
}

#[test]
fn every_golden_file_fits_its_schema() {
    let folder = contract_of("catalogue").join("events");
    let mut checked = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let Some(event_type) = name.strip_suffix(".json").filter(|name| !name.ends_with(".schema")) else { continue };
        let read = |path: &std::path::Path| -> Value {
            let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            serde_json::from_str(&text).unwrap()
        };
        let (envelope, schema) = (read(&path), read(&folder.join(format!("{event_type}.schema.json"))));
        assert_eq!(envelope["type"], event_type);
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<String> = validator.iter_errors(&envelope["data"]).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        for field in schema["required"].as_array().unwrap() {
            let mut without = envelope["data"].clone();
            without.as_object_mut().unwrap().remove(field.as_str().unwrap());
            assert!(!validator.is_valid(&without), "{event_type} without {field} fits the schema");
        }
        checked += 1;
    }
    assert_eq!(checked, 3);
}

#[test]
fn we_understand_what_fulfilment_says_about_stock() {
    let path = contract_of("fulfilment").join("events").join(format!("{}.json", fulfilment::STOCK_CHANGED));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let envelope: Envelope = serde_json::from_str(&text).unwrap();
    let level = fulfilment::level_of(&envelope).unwrap();
    assert_eq!(level.sku.as_str(), envelope.data["sku"].as_str().unwrap());
    assert_eq!(level.on_hand, envelope.data["on_hand"].as_i64().unwrap());
    assert_eq!(level.available, envelope.data["available"].as_i64().unwrap());
    assert_eq!(level.sequence, envelope.sequence);
}

fn stock_changed(sku: &str, available: i64, sequence: u64) -> Envelope {
    serde_json::from_value(json!({
        "specversion": "1.0", "id": format!("{sku}-{sequence}"), "source": "/fulfilment",
        "type": "store.fulfilment.stock_changed.v1", "subject": sku, "time": "2026-11-22T12:00:00Z",
        "datacontenttype": "application/json", "sequence": sequence, "correlationid": "c",
        "data": {"sku": sku, "on_hand": available, "available": available, "a_field_of_tomorrow": true},
    }))
    .unwrap()
}

async fn in_stock(shop: &TestShop, handle: &str) -> bool {
    let answer = shop.get(&format!("/api/catalogue/v1/products/{handle}")).await;
    let alone = answer.json()["in_stock"].as_bool().unwrap();
    let list = shop.get("/api/catalogue/v1/products").await.json();
    let listed = list["items"].as_array().unwrap().iter().find(|product| product["handle"] == handle);
    assert_eq!(listed.unwrap()["in_stock"], alone, "lists say the same");
    alone
}

async fn stock_levels_reach_the_pages_once_and_in_order_and_unreadable_ones_are_dead_letters(shop: TestShop) {
    let shop = shop.stocked().await;
    assert!(!in_stock(&shop, "weka-mug").await);
    assert_eq!(shop.hear(&[stock_changed("WEKA-MUG", 3, 1), stock_changed("WEKA-MUG", 3, 1)]).await, 1);
    assert!(in_stock(&shop, "weka-mug").await, "the cache must not hide the change");
    let words = async || {
        let page = shop.get("/products/weka-mug").await;
        page.text().split("data-test=\"stock\">").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    for (available, sequence, expected) in
        [(6, 2, "In stock"), (5, 3, "Only 5 left"), (1, 4, "Only 1 left"), (0, 5, "Sold out"), (3, 6, "Only 3 left")]
    {
        shop.hear(&[stock_changed("WEKA-MUG", available, sequence)]).await;
        assert_eq!(words().await, expected, "{available} left");
    }

    let mut unreadable = stock_changed("KEA14-16", 1, 1);
    unreadable.data = json!({"sku": "KEA14-16"});
    shop.leftovers.expect();
    shop.hear(&[stock_changed("WEKA-MUG", 0, 7), unreadable]).await;
    assert!(!in_stock(&shop, "weka-mug").await);
    let letters = shop.messages().dead_letters(10).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.code.as_str()).collect::<Vec<_>>(), ["unreadable"]);
    assert!(shop.module.subscriptions()[0].wants(&stock_changed("A", 1, 1)));
}

on_both_engines! {
    stock_levels_reach_the_pages_once_and_in_order_and_unreadable_ones_are_dead_letters
}
