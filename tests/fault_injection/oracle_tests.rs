//! An oracle that finds nothing must be one that would find something: every kind of violation is planted once.

use serde_json::{Value, json};

use crate::evidence::{Evidence, OrderOutcome, OrderRequest};
use crate::oracle::violations;

const AMOUNTS: (i64, i64, i64, i64) = (7_000, 1_050, 690, 8_050);

fn order(id: &str, status: &str, captured: i64, refunded: i64) -> Value {
    let (net, tax, shipping, gross) = AMOUNTS;
    let paid = captured > 0;
    let refunds = if refunded > 0 { json!([{"amount": refunded, "status": "succeeded"}]) } else { json!([]) };
    json!({
        "context": "order", "kind": "order", "id": id, "number": format!("BS-{id}"), "status": status,
        "net_minor": net, "tax_minor": tax, "shipping_minor": shipping, "gross_minor": gross,
        "captured_minor": captured, "refunded_minor": refunded, "needs_attention": null, "refunds": refunds,
        "receipt": paid.then(|| json!({"receipt_id": format!("r{id}"), "sent_at": "2026-11-22T12:00:00Z"})),
        "lines": [{"sku": "KEA", "quantity": 2, "gross": gross - shipping}],
    })
}

fn intent(order: &str, status: &str, refunded: i64) -> Value {
    let received = if status == "succeeded" { AMOUNTS.3 } else { 0 };
    json!({
        "context": "sandbox", "kind": "intent", "id": format!("pi_{order}"), "status": status, "amount": AMOUNTS.3,
        "received": received, "refunded": refunded, "metadata": {"order_id": order},
    })
}

fn sale(order: &str) -> Value {
    let (net, tax, shipping, gross) = AMOUNTS;
    json!({
        "context": "reports", "kind": "sale", "order_id": order,
        "net_minor": net, "tax_minor": tax, "shipping_minor": shipping, "gross_minor": gross,
    })
}

fn shipping(order: &str, status: &str) -> Value {
    json!({
        "context": "fulfilment", "kind": "shipping_order", "order_id": order, "status": status,
        "items": [{"sku": "KEA", "units": 2, "from_stock": true, "status": "pending"}],
    })
}

fn movement(reason: &str, on_hand: i64, reserved: i64, reference: &str) -> Value {
    json!({
        "context": "fulfilment", "kind": "stock_movement", "sku": "KEA", "reason": reason, "on_hand": on_hand,
        "reserved": reserved, "reference": reference,
    })
}

fn hold(order: &str, state: &str, units: i64) -> Value {
    let holds = if units > 0 { json!([{"sku": "KEA", "units": units}]) } else { json!([]) };
    json!({"context": "fulfilment", "kind": "reservation", "order_id": order, "state": state, "holds": holds})
}

fn fact(id: &str, subject: &str, sequence: i64, event_type: &str) -> Value {
    json!({
        "context": "order", "kind": "outbox", "id": id, "subject": subject, "sequence": sequence, "type": event_type,
    })
}

fn letter(order: &str) -> String {
    format!(
        "From: shop@shop.test\r\nMessage-ID: <receipt-r{order}@127.0.0.1>\r\nSubject: Receipt\r\n\r\nfor BS-{order}"
    )
}

fn wish(order: &str) -> OrderRequest {
    let told = match order {
        "paid" => OrderOutcome::Paid,
        "refused" => OrderOutcome::SoldOut,
        _ => OrderOutcome::Cancelled,
    };
    OrderRequest { key: format!("k-{order}"), orders: [order.to_owned()].into(), told }
}

/// A shop that sold two Keas of five, refused them once and took them back once.
fn in_order() -> Evidence {
    let audit = vec![
        order("paid", "PAID", AMOUNTS.3, 0),
        order("refused", "REJECTED", 0, 0),
        order("back", "CANCELLED", AMOUNTS.3, AMOUNTS.3),
        intent("paid", "succeeded", 0),
        intent("back", "succeeded", AMOUNTS.3),
        sale("paid"),
        sale("back"),
        json!({"context": "reports", "kind": "refund", "order_id": "back", "amount_minor": AMOUNTS.3}),
        shipping("paid", "pending"),
        shipping("back", "cancelled"),
        hold("paid", "taken", 0),
        hold("refused", "refused", 0),
        json!({"context": "fulfilment", "kind": "stock", "sku": "KEA", "on_hand": 3, "reserved": 0, "committed": 2,
            "on_shelf": 5}),
        movement("counted", 5, 0, "staff"),
        movement("reserved", 0, 2, "order:paid"),
        movement("taken", -2, -2, "order:paid"),
        fact("e1", "paid", 1, "store.order.placed.v1"),
        fact("e2", "paid", 2, "store.order.paid.v1"),
        fact("e3", "refused", 1, "store.order.placed.v1"),
        json!({"context": "reports", "kind": "inbox", "consumer": "record-sales", "id": "e2", "status": "handled"}),
    ];
    let letters = vec![letter("paid"), letter("back"), "Message-ID: <welcome-1@x>\r\n\r\nHello".to_owned()];
    Evidence { audit, letters, wishes: ["paid", "refused", "back"].map(wish).to_vec() }
}

#[test]
fn a_shop_in_order_has_no_violations() {
    assert_eq!(violations(&in_order()), Vec::<String>::new());
}

type Plant = fn(&mut Evidence);

fn plant(it: &mut Evidence, index: usize, key: &str, value: Value) {
    it.audit[index][key] = value;
}

/// What is planted, and what the oracle has to say about it.
fn plants() -> Vec<(&'static str, Plant)> {
    vec![
        ("is still open", |it| plant(it, 19, "status", json!("open"))),
        ("is dead", |it| plant(it, 19, "status", json!("dead"))),
        ("is discarded", |it| plant(it, 19, "status", json!("discarded"))),
        ("still on its way", |it| it.audit.push(json!({"context": "sandbox", "kind": "webhook", "id": "evt_1"}))),
        ("no place to rest", |it| plant(it, 0, "status", json!("AWAITING_STOCK"))),
        ("no place to rest", |it| plant(it, 0, "status", json!("CANCEL_PENDING"))),
        ("no place to rest", |it| plant(it, 0, "status", json!("INITIAL"))),
        ("needs attention", |it| plant(it, 0, "needs_attention", json!({"reason": "amount_differs"}))),
        ("did not go through", |it| plant(it, 2, "refunds", json!([{"amount": 1, "status": "pending"}]))),
        ("are numbered [1, 3]", |it| plant(it, 17, "sequence", json!(3))),
        ("are numbered [1, 1]", |it| plant(it, 17, "sequence", json!(1))),
        ("is there twice", |it| plant(it, 17, "id", json!("e1"))),
        ("published more than once", |it| plant(it, 17, "type", json!("store.order.placed.v1"))),
        ("named 2 orders", |it| it.wishes[0].orders.extend(["back".to_owned()])),
        ("and is lost", |it| drop(it.audit.remove(1))),
        ("nobody asked for order", |it| drop(it.wishes.remove(1))),
        ("its number is there twice", |it| plant(it, 1, "number", json!("BS-paid"))),
        ("was paid by its client and is", |it| it.wishes[1].told = OrderOutcome::Paid),
        ("was refused to its client and is", |it| it.wishes[0].told = OrderOutcome::SoldOut),
        ("was cancelled by its client and is", |it| it.wishes[0].told = OrderOutcome::Cancelled),
        ("was replaced by its client and is", |it| it.wishes[0].told = OrderOutcome::Replaced),
        ("was paid 0 times", |it| plant(it, 3, "status", json!("canceled"))),
        ("was paid 2 times", |it| it.audit.push(intent("paid", "succeeded", 0))),
        ("was captured", |it| plant(it, 3, "amount", json!(1))),
        ("was captured", |it| plant(it, 0, "captured_minor", json!(8_049))),
        ("had 50 refunded", |it| plant(it, 0, "refunded_minor", json!(50))),
        ("the provider", |it| plant(it, 3, "received", json!(8_049))),
        ("the provider", |it| plant(it, 4, "refunded", json!(8_049))),
        ("no receipt on record", |it| plant(it, 0, "receipt", json!({"receipt_id": "rpaid", "sent_at": null}))),
        ("has 0 receipts in the mail", |it| drop(it.letters.remove(0))),
        ("was written 2 times", |it| it.letters.push(letter("paid"))),
        ("does not name it", |it| it.letters[0] = letter("paid").replace("BS-paid", "BS-back")),
        ("belongs to no order", |it| it.letters.push(letter("nobody"))),
        ("has 0 sales in the report", |it| drop(it.audit.remove(5))),
        ("has 2 sales in the report", |it| it.audit.push(sale("paid"))),
        ("reported with another tax_minor", |it| plant(it, 5, "tax_minor", json!(1_049))),
        ("never sold, but is in the report", |it| it.audit.push(sale("refused"))),
        ("the report says 1", |it| plant(it, 7, "amount_minor", json!(1))),
        ("has 0 shipping orders", |it| drop(it.audit.remove(8))),
        ("has 2 shipping orders", |it| it.audit.push(shipping("paid", "pending"))),
        ("its shipping order is processed", |it| plant(it, 8, "status", json!("processed"))),
        ("its shipping order is pending", |it| plant(it, 0, "status", json!("COMPLETED"))),
        ("and [(\"KEA\", 1)] packed", |it| {
            plant(it, 8, "items", json!([{"sku": "KEA", "units": 1, "from_stock": true, "status": "pending"}]));
        }),
        ("but of 8050 only 8000 went back", |it| plant(it, 2, "refunded_minor", json!(8_000))),
        ("but its intent pi_refused is", |it| it.audit.push(intent("refused", "requires_payment_method", 0))),
        ("but is being sent", |it| plant(it, 9, "status", json!("pending"))),
        ("but holds stock", |it| plant(it, 11, "state", json!("held"))),
        ("which does not exist", |it| it.audit.push(intent("outsider", "succeeded", 0))),
        ("which does not exist", |it| it.audit.push(shipping("outsider", "pending"))),
        ("which does not exist", |it| it.audit.push(hold("outsider", "held", 1))),
        ("4 of 3 KEA are reserved", |it| plant(it, 12, "reserved", json!(4))),
        ("do not add up", |it| plant(it, 15, "on_hand", json!(-1))),
        ("of KEA are committed and 2 are still to be sent", |it| plant(it, 12, "committed", json!(1))),
        ("of KEA are committed and 2 are still to be sent", |it| plant(it, 12, "on_shelf", json!(4))),
        ("were counted", |it| plant(it, 13, "on_hand", json!(6))),
        ("are reserved and 2 are held", |it| it.audit.push(hold("paid", "held", 2))),
        ("taken more than once", |it| it.audit.push(movement("taken", -2, 0, "order:paid"))),
    ]
}

#[test]
fn every_kind_of_violation_is_found() {
    for (expected, sow) in plants() {
        let mut evidence = in_order();
        sow(&mut evidence);
        let found = violations(&evidence);
        assert!(found.iter().any(|violation| violation.contains(expected)), "{expected:?} is not in {found:#?}");
    }
}
