//! The events of others, from their own golden files: this context must understand every one that it hears.

use chassis::ContextModule as _;
use chassis::messaging::Subscription;
use fulfilment::adapters::inbound::consumers::catalogue::{COUNT_EVENTS, PRODUCT_EVENTS};
use fulfilment::adapters::inbound::consumers::order::{ERASURE_EVENTS, MONEY_EVENTS, ORDER_EVENTS};
use serde_json::{Value, json};

use crate::golden::{contract, read};
use crate::shop::{Storage, TestShop};

fn golden(event_type: &str) -> Value {
    let producer = event_type.split('.').nth(1).unwrap();
    read(&contract(producer, &format!("events/{event_type}.json")))
}

/// Hears the message and has its effect; otherwise its dead letter would be left.
async fn understood(shop: &TestShop, mut message: Value) {
    let what = message["type"].as_str().unwrap().to_owned();
    // Golden messages need not differ in their ids, as real ones do.
    message["id"] = json!(format!("golden {what}"));
    message["a_field_of_tomorrow"] = json!(1);
    message["data"]["a_field_of_tomorrow"] = json!({"is": ["welcome"]});
    shop.hear(serde_json::from_value(message).unwrap()).await;
    assert_eq!(shop.dead_letters().await, Vec::<String>::new(), "{what} was not understood");
}

#[actix_web::test]
async fn every_event_of_others_that_we_hear_is_understood() {
    for event_type in [ORDER_EVENTS, ERASURE_EVENTS, MONEY_EVENTS, PRODUCT_EVENTS, COUNT_EVENTS].concat() {
        understood(&TestShop::open(Storage::Sqlite).await, golden(event_type)).await;
    }
}

#[actix_web::test]
async fn the_orders_golden_life_leads_to_a_shipping_order() {
    let shop = TestShop::open(Storage::Sqlite).await;
    let placed = golden("store.order.placed.v1");
    for line in placed["data"]["lines"].as_array().unwrap() {
        shop.count(line["sku"].as_str().unwrap(), 99).await;
    }
    understood(&shop, placed.clone()).await;
    assert!(shop.event_types().await.contains(&"stock_reserved.v1".to_owned()));
    let paid = golden("store.order.paid.v1");
    for line in paid["data"]["lines"].as_array().unwrap() {
        shop.count(line["sku"].as_str().unwrap(), 99).await;
    }
    understood(&shop, paid.clone()).await;
    let id = paid["data"]["order_id"].as_str().unwrap();
    let (status, order) = shop.get(&format!("/api/fulfilment/v1/shipping-orders/{id}")).await;
    assert_eq!((status, order["number"].clone()), (200, paid["data"]["number"].clone()));
    let lines = paid["data"]["lines"].as_array().unwrap();
    assert_eq!(order["items"].as_array().unwrap().len(), lines.len());
    assert_eq!(order["items"][0]["title"], lines[0]["title"]);
    if let Some(name) = paid["data"]["delivery_address"]["name"].as_str() {
        assert_eq!(order["delivery_address"]["name"], name);
    }
}

#[actix_web::test]
async fn the_catalogues_golden_count_fills_the_shelf() {
    let shop = TestShop::open(Storage::Sqlite).await;
    let counted = golden("store.catalogue.stock_counted.v1");
    understood(&shop, counted.clone()).await;
    let (_, shelf) = shop.stock(counted["data"]["sku"].as_str().unwrap()).await;
    assert_eq!(shelf["on_hand"], counted["data"]["on_hand"]);
}

#[actix_web::test]
async fn what_cannot_be_read_is_a_dead_letter_at_once() {
    let shop = TestShop::open(Storage::Sqlite).await;
    shop.leaves_messages();
    let broken = [
        ("store.order.paid.v1", json!({"order_id": "not an id"})),
        ("store.order.placed.v1", json!({"order_id": "01935000-0000-7000-8000-000000000001", "lines": []})),
        ("store.catalogue.stock_counted.v1", json!({"import_id": "i", "sku": "KEA", "on_hand": -1})),
        ("store.catalogue.product_changed.v1", json!({"product_id": "p", "variants": [{"sku": " "}]})),
        ("store.order.refunded.v1", json!({"order_id": "01935000-0000-7000-8000-000000000001", "refund_id": "r"})),
    ];
    for (event_type, data) in broken {
        let message = TestShop::message(event_type, &format!("broken {event_type}"), &data);
        shop.hear(message).await;
    }
    let mut letters = shop.dead_letters().await;
    letters.sort();
    assert_eq!(
        letters,
        [
            "count-stock: unreadable",
            "follow-orders: unreadable",
            "follow-orders: unreadable",
            "keep-products: unreadable",
            "note-refunds: unreadable"
        ]
    );
}

#[actix_web::test]
async fn every_type_we_hear_has_exactly_one_listener() {
    let shop = TestShop::open(Storage::Sqlite).await;
    for event_type in [ORDER_EVENTS, ERASURE_EVENTS, MONEY_EVENTS, PRODUCT_EVENTS, COUNT_EVENTS].concat() {
        let listens = |subscription: &&Subscription| subscription.event_types().contains(&event_type);
        assert_eq!(shop.module.subscriptions().iter().filter(listens).count(), 1, "{event_type}");
    }
}
