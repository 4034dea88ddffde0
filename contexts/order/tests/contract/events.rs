//! Our published language: one golden file and one JSON Schema per event. A difference fails; `UPDATE_CONTRACTS=1`
//! writes the golden files again, and the difference is then looked at by a person.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail by panicking")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::Record;
use chassis::messaging::memory::MemoryRecorder;
use chassis::testing::{CountingIds, FixedClock};
use order::adapters::outbound::publish::published;
use order::domain::{
    FulfilmentItem, IntentId, IntentReport, IntentStatus, Kind, Order, OrderNumber, ProcessedItem, Reason, RefundId,
    RefundReport, RefundRequest, ReportedRefund, Tracking, Transition,
};
use order::testing::{a_draft, an_order, nzd, sku};
use serde_json::{Value, json};
use shared_kernel::{Envelope, TaxRate, Timestamp};

const NAMES: [&str; 12] = [
    "placed",
    "paid",
    "payment_failed",
    "rejected",
    "expired",
    "imported",
    "cancellation_requested",
    "cancelled",
    "refunded",
    "refund_failed",
    "completed",
    "anonymised",
];

fn file(name: &str, ending: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("contract/events").join(format!("store.order.{name}.v1.{ending}"))
}

fn at(minutes: u64) -> Timestamp {
    a_draft(1).placed_at.plus(Duration::from_mins(minutes))
}

fn intent_of(order: &Order) -> IntentId {
    order.payments()[0].intent.clone()
}

fn refund_of(order: &Order) -> RefundReport {
    let refund = &order.refunds()[0];
    RefundReport {
        id: Some(refund.id),
        provider_id: Some("re_1".into()),
        intent: refund.intent.clone(),
        amount: refund.amount,
        status: ReportedRefund::Succeeded,
    }
}

/// A decision that states the fact last.
fn decision(name: &str) -> Transition {
    let (payable, paid) = (an_order(1).payable().build(), an_order(1).paid().build());
    match name {
        "placed" => {
            let older = an_order(0).build().id();
            Order::place(a_draft(1), OrderNumber::sequential("BS-", 100_001), Some(older))
        }
        "paid" => {
            let status = IntentStatus::Succeeded { received: payable.totals().gross };
            let intent = intent_of(&payable);
            payable.intent_reported(IntentReport { intent, status }, at(1))
        }
        "payment_failed" => {
            let status = IntentStatus::Open { declined: Some("Your card was declined.".into()) };
            let intent = intent_of(&payable);
            payable.intent_reported(IntentReport { intent, status }, at(1))
        }
        "rejected" => an_order(1).build().stock_rejected(vec![sku("KEA-14-32")], at(1)),
        "expired" => an_order(1).build().overdue(at(30)),
        "cancellation_requested" => paid.cancellation_requested(Reason::new("changed my mind"), at(2)).unwrap(),
        "cancelled" => {
            let order = paid.cancellation_requested(Reason::new("changed my mind"), at(2)).unwrap().order;
            let order = order.shipping_cancelled(at(3)).order;
            let report = refund_of(&order);
            order.refund_reported(report, at(4))
        }
        "refunded" => {
            let id = RefundId::parse("01900000-0000-7000-8000-00000000000f").unwrap();
            let ask = RefundRequest { id, amount: Some(nzd(5_000)), note: Some(Reason::new("scratched")) };
            let order = paid.refund_requested(ask, at(2)).unwrap().order;
            let report = refund_of(&order);
            order.refund_reported(report, at(4))
        }
        "refund_failed" => {
            let id = RefundId::parse("01900000-0000-7000-8000-00000000000f").unwrap();
            let ask = RefundRequest { id, amount: Some(nzd(5_000)), note: Some(Reason::new("scratched")) };
            let order = paid.refund_requested(ask, at(2)).unwrap().order;
            let through = refund_of(&order);
            let failed = ReportedRefund::Failed { reason: "expired_or_canceled_card".into() };
            let report = RefundReport { status: failed, ..through.clone() };
            order.refund_reported(through, at(4)).order.refund_reported(report, at(8))
        }
        "completed" => {
            let (sku, kind, quantity) = (sku("KEA-14-32"), Kind::Physical, 2);
            let item = FulfilmentItem::pending(sku.clone(), kind, quantity);
            let order = paid.shipping_order_created(vec![item], at(2)).order;
            let tracking = Tracking { carrier: Some("NZ Post".into()), number: Some("T1".into()) };
            order.item_processed(ProcessedItem { sku, kind, quantity, tracking, at: at(60) }, at(60))
        }
        "imported" => imported(),
        "anonymised" => an_order(1).build().overdue(at(30)).order.anonymised(at(31)),
        other => panic!("there is no fact {other}"),
    }
}

fn imported() -> Transition {
    let line = json!({"number": "536365", "placed_at": "2019-03-04T05:06:07Z", "status": "COMPLETED",
        "customer": {"id": "17850", "email": "old@example.com", "name": "Old Customer"}, "country": "GB",
        "currency": "GBP", "lines": [
            {"sku": "85123A", "title": "White hanging heart", "quantity": 6, "unit_price_minor": 255},
            {"sku": "71053", "title": "White metal lantern", "quantity": 600, "unit_price_minor": 339}]});
    let (mut lines, _) = order::adapters::inbound::import::read(line.to_string().as_bytes());
    lines.remove(0).order.translate(TaxRate::from_basis_points(2_000), None).unwrap()
}

fn envelope(name: &str) -> Envelope {
    let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
    let recorder = MemoryRecorder::new("order", clock, Arc::new(CountingIds::default()));
    let events = published(&decision(name));
    recorder.record(Record { cause: None, events, tasks: vec![] }).unwrap();
    let wanted = format!("store.order.{name}.v1");
    recorder.events().into_iter().find(|envelope| envelope.event_type == wanted).expect("it states the fact")
}

fn read(name: &str, ending: &str) -> Value {
    let path = file(name, ending);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn we_still_publish_what_we_promised() {
    for name in NAMES {
        let now = serde_json::to_value(envelope(name)).unwrap();
        if std::env::var_os("UPDATE_CONTRACTS").is_some() {
            let text = format!("{}\n", serde_json::to_string_pretty(&now).unwrap());
            std::fs::write(file(name, "json"), text).unwrap();
        }
        assert_eq!(now, read(name, "json"), "store.order.{name}.v1 differs from its golden file");
    }
}

#[test]
fn each_golden_fact_fits_its_schema_and_no_needed_field_can_go() {
    for name in NAMES {
        let (schema, golden) = (read(name, "schema.json"), read(name, "json"));
        let valid = jsonschema::validator_for(&schema).unwrap();
        let data = &golden["data"];
        assert!(
            valid.is_valid(data),
            "{name}: {:?}",
            valid.iter_errors(data).map(|e| e.to_string()).collect::<Vec<_>>()
        );
        for field in data.as_object().unwrap().keys() {
            assert!(schema["properties"].get(field).is_some(), "{name}: {field} is not described");
            let mut without = data.clone();
            without.as_object_mut().unwrap().remove(field);
            assert!(!valid.is_valid(&without), "{name}: {field} may be missing");
        }
    }
}

#[test]
fn every_file_of_the_contract_belongs_to_a_fact() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("contract/events");
    let mut files: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let mut expected: Vec<String> = NAMES
        .iter()
        .flat_map(|name| ["json", "schema.json"].map(|ending| format!("store.order.{name}.v1.{ending}")))
        .collect();
    expected.sort();
    assert_eq!(files, expected);
}

#[test]
fn no_fact_carries_a_secret() {
    for name in NAMES {
        let text = read(name, "json").to_string();
        for secret in ["client_secret", "_secret", "cart_id", "\"cart\""] {
            assert!(!text.contains(secret), "{name} carries {secret}");
        }
    }
}
