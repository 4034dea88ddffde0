//! What a file may say, and what becomes of its orders.

use serde_json::{Value, json};
use shared_kernel::TaxRate;

use super::*;
use crate::application::historical_order::MAX_AMOUNT_MINOR;
use crate::domain::{Country, FulfilmentStatus, HistoryKind, PaymentAxis, Reason, Transition};

fn a_line(number: &str, quantity: &str) -> String {
    format!(
        r#"{{"number":"{number}","placed_at":"2024-03-05T10:15:00Z","status":"PAID","currency":"NZD","lines":[{{"sku":"S","title":"T","quantity":{quantity},"unit_price_minor":1}}]}}"#
    )
}

#[test]
fn every_line_that_cannot_be_read_is_named() {
    let (one, broken) = (a_line("A-1", "1"), a_line("A-2", "1.5"));
    let mut file = format!("\u{feff}{one}\r\n\n{broken}\nnonsense\n").into_bytes();
    file.extend(a_line("A-3", "1").replace('T', "Caf\u{e9}").into_bytes().into_iter().filter(|byte| *byte != 0xc3));
    let (good, bad) = read(&file);
    assert_eq!(good.iter().map(|good| (good.line, good.order.number.as_str())).collect::<Vec<_>>(), [(1, "A-1")]);
    let named: Vec<_> = bad.iter().map(|bad| (bad.line, bad.number.as_deref())).collect();
    assert_eq!(named, [(3, Some("A-2")), (4, None), (5, Some("A-3"))]);
    assert!(bad[0].problem.starts_with("invalid type: floating point `1.5`"), "{}", bad[0].problem);
    assert!(bad[0].problem.contains("at column ") && bad[2].problem.starts_with("not UTF-8"), "{bad:?}");
}

fn an_order() -> Value {
    json!({"number": "A-1", "placed_at": "2019-03-04T05:06:07Z", "status": "COMPLETED", "currency": "NZD",
        "lines": [{"sku": "S-1", "title": "Lantern", "quantity": 2, "unit_price_minor": 1150}]})
}

fn translated(change: impl FnOnce(&mut Value)) -> Result<Transition, String> {
    let mut order = an_order();
    change(&mut order);
    let order: OrderJson = serde_json::from_value(order).unwrap();
    let translated = HistoricalOrder::from(order).translate(TaxRate::from_basis_points(1_500), None);
    translated.map_err(|error| error.to_string())
}

fn refused(pointer: &str, value: &Value) -> String {
    translated(|order| {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        order.pointer_mut(parent).unwrap()[field] = value.clone();
    })
    .map_or_else(|problem| problem, |_| panic!("{pointer} may be {value}"))
}

#[test]
fn what_a_later_reader_could_not_count_is_refused() {
    for (pointer, value) in [
        ("/lines/0/quantity", json!(0)),
        ("/lines/0/quantity", json!(100_000_001)),
        ("/lines/0/unit_price_minor", json!(-1)),
        ("/lines/0/unit_price_minor", json!(90_000_000_000_000_i64)),
        ("/lines/0/title", json!(" ")),
        ("/shipping_minor", json!(-1)),
        ("/lines", json!([])),
        ("/number", json!("")),
        ("/status", json!("SOLD")),
        ("/placed_at", json!("-000044-03-15T00:00:00Z")),
        ("/country", json!("XX")),
        ("/customer", json!({"email": "not an address"})),
        ("/refunds", json!([{"amount_minor": 2301, "refunded_at": "2019-04-01T00:00:00Z"}])),
    ] {
        assert!(!refused(pointer, &value).is_empty());
    }
    assert!(refused("/lines/0/quantity", &json!(-2)).contains("credit notes as `refunds`"));
    let most = translated(|order| {
        order["lines"][0]["quantity"] = json!(100_000_000);
        order["lines"][0]["unit_price_minor"] = json!(1_000_000);
    });
    assert_eq!(most.unwrap().order.totals().gross.minor(), MAX_AMOUNT_MINOR);
}

#[test]
fn shipping_refunds_and_dates_come_along() {
    let decided = translated(|order| {
        order["shipping_minor"] = json!(690);
        order["completed_at"] = json!("2019-03-09T00:00:00Z");
        order["country"] = json!("UK");
        order["customer"] = json!({"id": "9ef432eb6251297304e76186b10a928d", "name": "Example Buyer"});
        order["refunds"] = json!([
            {"amount_minor": 1000, "refunded_at": "2019-04-01T00:00:00Z", "reason": "scratched"},
            {"amount_minor": 1990, "refunded_at": "2019-05-01T00:00:00Z"},
        ]);
    });
    let decided = decided.unwrap();
    let order = &decided.order;
    assert_eq!((order.totals().gross.minor(), order.totals().shipping.minor()), (2_990, 690));
    assert_eq!((order.country(), order.payment_axis()), (Country::parse("GB").unwrap(), PaymentAxis::Refunded));
    assert_eq!(order.fulfilment().status(), FulfilmentStatus::Processed);
    assert_eq!(order.buyer().reference.as_deref(), Some("9ef432eb6251297304e76186b10a928d"), "no account has this id");
    assert_eq!(order.buyer().name.as_deref(), Some("Example Buyer"));
    let notes: Vec<_> = order.refunds().iter().map(|refund| refund.note.as_ref().map(Reason::as_str)).collect();
    assert_eq!(notes, [Some("scratched"), Some("refunded in the former shop")]);
    assert_eq!(decided.events.len(), 3, "the order and its two refunds are stated");
}

#[test]
fn an_order_paid_in_parts_says_which_and_refunds_of_a_part_stay_within_it() {
    let voucher = || json!({"amount_minor": 300, "paid_at": "2019-03-04T05:06:07Z", "method": "voucher"});
    let card = || json!({"amount_minor": 2000, "paid_at": "2019-03-06T00:00:00Z", "method": "credit_card"});
    let with = |payments: Value, refunds: Value| {
        translated(|order| (order["payments"], order["refunds"]) = (payments, refunds))
    };
    let refund = |minor, payment: usize| json!({"amount_minor": minor, "refunded_at": "2019-04-01T00:00:00Z", "payment": payment});
    let order = with(json!([voucher(), card()]), json!([refund(1_990, 2), refund(300, 1)])).unwrap().order;
    let paid = order.history().iter().filter(|entry| entry.kind == HistoryKind::Paid);
    let paid: Vec<_> = paid.map(|entry| (entry.at.to_string(), entry.note.clone().unwrap())).collect();
    let part = |at: &str, note: &str| (at.to_owned(), note.to_owned());
    assert_eq!(
        paid,
        [
            part("2019-03-04T05:06:07Z", "NZ$3.00, voucher, payment 1 of 2"),
            part("2019-03-06T00:00:00Z", "NZ$20.00, credit_card, payment 2 of 2"),
        ]
    );
    assert_eq!(order.state().paid_by().unwrap().at.to_string(), "2019-03-06T00:00:00Z", "when all of it was there");
    assert_eq!(order.payment_axis(), PaymentAxis::PartiallyRefunded);
    let of: Vec<_> = order.refunds().iter().map(|refund| refund.intent.as_str()).collect();
    assert_eq!(of, ["past/2", "past/1"]);
    assert!(order.payments().is_empty(), "no provider of this shop is ever asked for its money");

    for (payments, refunds, problem) in [
        (json!([voucher()]), json!([]), "payments are 300 together, but its total is 2300"),
        (json!([voucher(), card(), voucher()]), json!([]), "2600 together"),
        (json!([{"amount_minor": -300}, card()]), json!([]), "payments.amount_minor must be 0"),
        (json!([voucher(), card()]), json!([refund(301, 1)]), "refunds of payment 1 are more"),
        (json!([voucher(), card()]), json!([refund(200, 1), refund(101, 1)]), "refunds of payment 1 are more"),
        (json!([voucher(), card()]), json!([refund(1, 3)]), "of payment 3, which is not there"),
        (json!([voucher(), card()]), json!([refund(1, 0)]), "of payment 0, which is not there"),
    ] {
        let refused = with(payments, refunds).map_or_else(|refused| refused, |_| panic!("{problem}"));
        assert!(refused.contains(problem), "{refused}");
    }
    let unpaid = translated(|order| {
        order["status"] = json!("CANCELLED");
        order["payments"] = json!([voucher(), card()]);
    });
    assert!(unpaid.is_err(), "an order that was not paid has no payments");
}

#[test]
fn a_cancelled_order_of_the_past_waits_for_nothing() {
    let order = translated(|order| order["status"] = json!("CANCELLED")).unwrap().order;
    assert_eq!(
        (order.fulfilment().status(), order.payment_axis()),
        (FulfilmentStatus::Cancelled, PaymentAxis::Canceled)
    );
    let paid_back = json!([{"amount_minor": 1, "refunded_at": "2019-04-01T00:00:00Z"}]);
    let refunded = translated(|order| {
        order["status"] = json!("CANCELLED");
        order["refunds"] = paid_back;
    });
    assert!(refunded.is_err(), "what was not paid cannot go back");
}
