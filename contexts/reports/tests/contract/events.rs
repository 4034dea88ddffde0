//! Foreign facts: every golden file of the producers is understood, and what cannot be read is a dead letter.

use std::fs;
use std::path::{Path, PathBuf};

use chassis::messaging::Handled;
use reports::adapters::inbound::consumers::catalogue::{PRODUCT_FACTS, product_fact};
use reports::adapters::inbound::consumers::order::{ERASURE_FACTS, ORDER_FACTS, order_fact};
use reports::application::News;
use serde_json::json;
use shared_kernel::Envelope;

use crate::samples;
use crate::shop::TestShop;
use crate::storage::{Storage, on_both_engines};

fn golden(producer: &str, event_type: &str) -> (PathBuf, Envelope) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(producer).join("contract/events");
    let path = folder.join(format!("{event_type}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    (path, read)
}

#[test]
fn every_fact_about_orders_is_understood_as_its_producer_states_it() {
    for event_type in ORDER_FACTS {
        let (path, envelope) = golden("order", event_type);
        let command = order_fact(&envelope).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(command.order.to_string(), envelope.subject, "{}", path.display());
        if let News::Sold { amounts, lines, .. } = command.news {
            let goods: i64 = lines.iter().map(|line| line.amounts.gross()).sum();
            assert_eq!(goods + amounts.shipping(), amounts.gross(), "{}", path.display());
        }
    }
}

#[test]
fn every_statement_about_products_is_understood_as_its_producer_states_it() {
    for event_type in PRODUCT_FACTS {
        let (path, envelope) = golden("catalogue", event_type);
        let stated = product_fact(&envelope).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(stated.product.to_string(), envelope.subject);
        assert!(stated.category.is_some() && !stated.articles.is_empty(), "{stated:?}");
    }
}

/// The producer's schema says how large an imported order may be: exactly so large may it be here.
#[test]
fn the_largest_order_that_may_be_imported_is_understood() {
    let (path, envelope) = golden("order", "store.order.imported.v1");
    let schema = fs::read_to_string(path.with_extension("schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let most =
        |pointer: &str| schema.pointer(&format!("{pointer}/maximum")).and_then(serde_json::Value::as_i64).unwrap();
    let gross = most("/properties/totals/properties/gross_minor");
    let line = "/properties/lines/items/properties";
    let (quantity, line_gross) = (most(&format!("{line}/quantity")), most(&format!("{line}/gross_minor")));
    let order = |quantity: i64, line_gross: i64, gross: i64| {
        let mut order = envelope.clone();
        order.data["lines"] = json!([{"sku": "S", "title": "T", "kind": "physical", "quantity": quantity,
            "unit_gross_minor": 1, "gross_minor": line_gross, "net_minor": line_gross, "tax_minor": 0}]);
        order.data["totals"] = json!({"net_minor": gross, "tax_minor": 0, "shipping_minor": 0, "gross_minor": gross});
        order_fact(&order).is_ok()
    };
    assert!(order(quantity, line_gross, gross));
    assert!(!order(quantity + 1, 1, 1) && !order(1, line_gross + 1, 1) && !order(1, 1, gross + 1));
}

#[test]
fn fields_that_nobody_here_needs_may_come_and_go() {
    let mut paid = samples::paid(1, "2026-11-22T12:00:00Z");
    paid.data["loyalty_points"] = json!(7);
    paid.data["number"] = json!(1001);
    paid.data["delivery_address"] = json!(null);
    for needless in ["email", "customer_id", "payment_reference", "expires_at"] {
        paid.data.as_object_mut().unwrap().remove(needless);
    }
    let command = order_fact(&paid).unwrap();
    assert_eq!(command.number, "1001");
    assert!(matches!(command.news, News::Sold { country: None, .. }));
}

async fn a_fact_about_money_that_cannot_be_true_is_a_dead_letter_and_changes_nothing(on: Storage) {
    let shop = TestShop::open(on).await;
    let with = |pointer: &str, value: serde_json::Value| {
        let mut paid = samples::paid(1, "2026-11-22T12:00:00Z");
        *paid.data.pointer_mut(pointer).unwrap() = value;
        paid
    };
    for (broken, code) in [
        (with("/totals/gross_minor", json!(12_651)), "not-money"),
        (with("/totals/gross_minor", json!("12650")), "unreadable"),
        (with("/totals/gross_minor", json!(126.5)), "unreadable"),
        (with("/lines/0/net_minor", json!(-1)), "not-money"),
        (with("/currency", json!("XXQ")), "unreadable"),
        (with("/paid_at", json!("yesterday")), "unreadable"),
        (with("/paid_at", json!("-000044-03-15T00:00:00Z")), "no-month"),
        (samples::imported(1, "LOST", "2026-11-22T12:00:00Z"), "unreadable"),
        (samples::envelope("store.order.gifted.v1", "x", 1, json!({})), "unknown-type"),
    ] {
        let answer = shop.handle(&broken).await;
        assert!(matches!(&answer, Handled::Dead(failure) if failure.code == code), "{code}: {answer:?}");
    }
    assert_eq!(shop.module.audit().await.unwrap(), Vec::<serde_json::Value>::new());
}

async fn the_golden_erasure_of_a_buyer_is_understood(on: Storage) {
    let shop = TestShop::open(on).await;
    let (_, anonymised) = golden("order", ERASURE_FACTS[0]);
    let order = anonymised.subject.clone();
    let reason = "Aroha was not at home";
    let refund = json!({"order_id": order, "number": "1", "refund_id": "r-1", "amount_minor": 5, "currency": "NZD",
        "reason": reason, "refunded_at": "2026-11-22T12:00:00Z"});
    let refunded = samples::envelope("store.order.refunded.v1", &order, 1, refund);
    shop.hears(&[refunded]).await;
    let told = |books: &[serde_json::Value]| serde_json::to_string(books).unwrap().contains("Aroha");
    assert!(told(&shop.module.audit().await.unwrap()));
    shop.hears(&[anonymised]).await;
    assert!(!told(&shop.module.audit().await.unwrap()));
}

async fn other_money_for_the_same_order_is_a_dead_letter(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.hears(&[samples::paid(1, "2026-11-22T12:00:00Z")]).await;
    let answer = shop.handle(&samples::imported(1, "COMPLETED", "2026-11-22T12:00:00Z")).await;
    assert!(matches!(&answer, Handled::Dead(failure) if failure.code == "contradiction"), "{answer:?}");
}

on_both_engines! {
    a_fact_about_money_that_cannot_be_true_is_a_dead_letter_and_changes_nothing
    other_money_for_the_same_order_is_a_dead_letter
    the_golden_erasure_of_a_buyer_is_understood
}
