//! What the catalogue and fulfilment promise, read from their own golden files: every fact that we subscribe to must be
//! there, and every one of them must be understood.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail by panicking")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use chassis::ContextModule as _;
use chassis::messaging::Rebuild;
use order::adapters::outbound::sql::{RebuildPriceList, RebuildStockHints};
use order::domain::{FulfilmentStatus, Status};
use order::testing::sku;
use shared_kernel::{Envelope, MessageId, OrderId};

use crate::shop::{TestShop, places};
use crate::storage::Storage;

/// The order that fulfilment's golden files speak of; the first one that our counting ids give out is another.
const THEIR_ORDER: &str = "01900000-0000-7000-8000-000000000001";

fn golden(context: &str, event_type: &str) -> Envelope {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(context)
        .join("contract/events")
        .join(format!("{event_type}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let envelope: Envelope = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{event_type}: {error}"));
    assert_eq!(envelope.event_type, event_type);
    envelope
}

/// The golden fact, told about our order.
fn about(order: OrderId, what: &str) -> Envelope {
    let mut envelope = golden("fulfilment", &format!("store.fulfilment.{what}.v1"));
    let theirs = envelope.data["order_id"].as_str().expect("it names an order").to_owned();
    assert!(OrderId::parse(&theirs).is_ok(), "{theirs:?} is no order id");
    assert_eq!(envelope.subject, theirs, "facts about an order keep their order by its id");
    envelope.data["order_id"] = serde_json::json!(order);
    envelope.subject = order.to_string();
    envelope
}

async fn placed(shop: &TestShop) -> OrderId {
    let by = order::testing::a_customer(1);
    let cart = shop.cart(&by, &[("NOTE", 1)]).await;
    shop.use_cases().place_order.execute(places(cart, &by, "k")).await.unwrap().order().id()
}

#[test]
fn the_order_of_the_golden_files_is_a_uuid() {
    assert!(OrderId::parse(THEIR_ORDER).is_ok());
    assert_eq!(golden("fulfilment", "store.fulfilment.stock_reserved.v1").subject, THEIR_ORDER);
}

async fn everything_that_we_subscribe_to_has_a_golden_file_of_its_producer(on: Storage) {
    let shop = TestShop::open(on).await;
    let wanted: BTreeSet<&str> =
        shop.module.subscriptions().iter().flat_map(|subscription| subscription.event_types().to_vec()).collect();
    assert_eq!(wanted.len(), 12);
    for event_type in wanted {
        let context = event_type.split('.').nth(1).expect("store.<context>.<fact>.v1");
        assert_eq!(golden(context, event_type).source, format!("/{context}"));
    }
}

async fn the_catalogues_snapshots_become_prices(on: Storage) {
    let shop = TestShop::open(on).await;
    let changed = golden("catalogue", "store.catalogue.product_changed.v1");
    shop.hears(changed.clone()).await;
    let variant = &changed.data["variants"][0];
    let by = order::testing::a_customer(1);
    let code = variant["sku"].as_str().expect("a SKU");
    let cart = shop.cart(&by, &[(code, 1)]).await;
    let query = order::application::ViewCartQuery { cart, by: Some(by.customer) };
    let view = shop.use_cases().view_cart.execute(query.clone()).await.unwrap();
    assert_eq!(Some(view.lines[0].unit_price.minor()), variant["gross_minor"].as_i64());
    assert_eq!(Some(view.lines[0].title.as_str()), variant["title"].as_str());
    assert_eq!(view.lines[0].listing.handle.as_deref(), changed.data["handle"].as_str());
    assert_eq!(view.lines[0].listing.image.as_deref(), Some("kea-notebook-14.svg"));
    let mut withdrawn = golden("catalogue", "store.catalogue.product_withdrawn.v1");
    withdrawn.data["product_id"] = changed.data["product_id"].clone();
    withdrawn.data["skus"] = serde_json::json!([code]);
    shop.hears(withdrawn).await;
    let view = shop.use_cases().view_cart.execute(query).await.unwrap();
    assert_eq!(view.check_out(), Err(order::application::NotOrderable::NotForSale));
    assert_eq!(shop.dead_letters().await, 0);
}

/// The local copies are emptied and told again, from the archive, as `better-store replay` has it.
async fn the_copies_of_prices_and_stock_can_be_built_again(on: Storage) {
    let shop = TestShop::open(on).await;
    let level = golden("fulfilment", "store.fulfilment.stock_changed.v1");
    let mut changed = golden("catalogue", "store.catalogue.product_changed.v1");
    changed.data["variants"][0]["sku"] = level.data["sku"].clone();
    let code = level.data["sku"].as_str().expect("a SKU").to_owned();
    let prices = order::adapters::outbound::sql::SqlPriceList::new(
        shop.platform.database.clone(),
        chassis::messaging::Recorder::new("order", shop.platform.clock.clone(), shop.platform.ids.clone()),
    );
    let known = async || {
        let found = order::ports::PriceList::find(&prices, vec![sku(&code)]).await.unwrap();
        found.first().map(|item| item.available.is_some())
    };
    shop.hears(changed.clone()).await;
    shop.hears(level.clone()).await;
    assert_eq!(known().await, Some(true));
    let empty = shop.platform.database.write(|tx| {
        Box::pin(async move {
            RebuildPriceList.reset(tx).await?;
            RebuildStockHints.reset(tx).await
        })
    });
    empty.await.unwrap();
    assert_eq!(known().await, None);
    let again = |message: Envelope| Envelope { id: MessageId::new(format!("{}-again", message.id)), ..message };
    shop.hears(again(changed)).await;
    assert_eq!(known().await, Some(false));
    shop.hears(again(level)).await;
    assert_eq!(known().await, Some(true));
}

async fn fulfilments_answers_move_the_order(on: Storage) {
    let shop = TestShop::open(on).await;
    let id = placed(&shop).await;
    shop.hears(about(id, "stock_reserved")).await;
    let order = shop.order(id).await;
    assert_eq!(order.status(), Status::Initial);
    shop.provider_says_paid(&order, "evt_1").await;
    shop.hears(about(id, "shipping_order_created")).await;
    assert_eq!(shop.order(id).await.fulfilment().status(), FulfilmentStatus::Pending);
    shop.hears(about(id, "item_processed")).await;
    assert!(shop.order(id).await.fulfilment().has_processed());
    shop.hears(about(id, "shipping_order_processed")).await;
    assert_eq!(shop.order(id).await.status(), Status::Completed);
    assert_eq!(shop.dead_letters().await, 0);
}

/// The field came later: an event of the version before has none, and says that everything was sent.
async fn what_fulfilment_leaves_out_is_taken_in_once(on: Storage) {
    let shop = TestShop::open(on).await;
    let paid = shop.paid_order().await;
    let id = paid.id();
    shop.hears(about(id, "shipping_order_created")).await;
    shop.hears(about(id, "item_processed")).await;
    let created = golden("fulfilment", "store.fulfilment.shipping_order_created.v1").data["items"][1].clone();
    let mut closed = about(id, "shipping_order_processed");
    closed.data["not_sent"] = serde_json::json!([{"sku": created["sku"], "kind": created["kind"], "quantity": 1}]);
    closed.data["not_sent_reason"] = serde_json::json!("refunded");
    shop.hears(closed).await;
    let order = shop.order(id).await;
    assert_eq!(
        (order.status(), order.fulfilment().status()),
        (Status::Completed, FulfilmentStatus::PartiallyProcessed)
    );
    let left_out: Vec<_> = order.fulfilment().not_sent().map(|item| item.sku.as_str().to_owned()).collect();
    assert_eq!(Some(left_out[0].as_str()), created["sku"].as_str());
    assert_eq!((left_out.len(), order.fulfilment().pending().count(), shop.dead_letters().await), (1, 0, 0));
}

async fn fulfilments_refusals_and_shortages_are_understood(on: Storage) {
    let shop = TestShop::open(on).await;
    let id = placed(&shop).await;
    let rejected = about(id, "stock_rejected");
    assert!(!rejected.data["short"].as_array().expect("a list").is_empty());
    shop.hears(rejected).await;
    assert_eq!(shop.order(id).await.status(), Status::Rejected);
    let level = golden("fulfilment", "store.fulfilment.stock_changed.v1");
    shop.hears(level).await;

    let paid = shop.paid_order().await;
    let ask = |key: &str| order::application::RequestCancellationCommand {
        order: paid.id(),
        by: order::testing::a_customer(1),
        reason: None,
        key: key.into(),
    };
    shop.use_cases().request_cancellation.execute(ask("one")).await.unwrap();
    shop.hears(about(paid.id(), "cancellation_refused")).await;
    assert_eq!(shop.order(paid.id()).await.status(), Status::Paid);
    shop.use_cases().request_cancellation.execute(ask("two")).await.unwrap();
    shop.hears(about(paid.id(), "shipping_order_cancelled")).await;
    assert_eq!(shop.order(paid.id()).await.status(), Status::Cancelled);
    assert_eq!(shop.dead_letters().await, 0);
}

on_both_engines! {
    everything_that_we_subscribe_to_has_a_golden_file_of_its_producer
    the_catalogues_snapshots_become_prices
    the_copies_of_prices_and_stock_can_be_built_again
    fulfilments_answers_move_the_order
    what_fulfilment_leaves_out_is_taken_in_once
    fulfilments_refusals_and_shortages_are_understood
}
