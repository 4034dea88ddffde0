//! Published facts with every detail filled in that a test's sentence does not mention.

use serde_json::{Value, json};
use shared_kernel::{Envelope, MessageId, Timestamp};
use uuid::Uuid;

/// A message about `subject`, stated at noon of 22 November 2026.
pub fn envelope(event_type: &str, subject: &str, sequence: u64, data: Value) -> Envelope {
    let context = event_type.split('.').nth(1).unwrap();
    let id = MessageId::new(format!("{event_type}/{subject}/{sequence}"));
    Envelope {
        specversion: "1.0".to_owned(),
        correlationid: id.as_str().to_owned(),
        id,
        source: format!("/{context}"),
        event_type: event_type.to_owned(),
        subject: subject.to_owned(),
        time: Timestamp::parse("2026-11-22T12:00:00Z").unwrap(),
        datacontenttype: "application/json".to_owned(),
        sequence,
        causationid: None,
        traceparent: None,
        data,
    }
}

pub fn order_id(number: u128) -> String {
    Uuid::from_u128(number).to_string()
}

/// Two keas for 115.00, of which 15.00 are tax, and shipping for 11.50.
pub fn paid(number: u128, paid_at: &str) -> Envelope {
    let order = order_id(number);
    let line = json!({ "sku": "KEA-14", "title": "Kea \"soft\" toy", "kind": "physical", "quantity": 2,
        "unit_gross_minor": 5_750, "gross_minor": 11_500, "net_minor": 10_000, "tax_minor": 1_500 });
    let data = json!({
        "order_id": order, "number": format!("{number}"), "customer_id": Uuid::nil(), "replaces": null,
        "email": "aroha@example.test", "placed_at": "2026-11-22T11:00:00Z", "expires_at": "2026-11-22T11:30:00Z",
        "currency": "NZD", "lines": [line], "payment_reference": "pi_1", "paid_at": paid_at,
        "totals": { "net_minor": 11_000, "tax_minor": 1_650, "shipping_minor": 1_150, "gross_minor": 12_650 },
        "delivery_address": { "name": "Aroha", "line1": "12 Kauri Lane", "city": "Nelson", "postcode": "7010", "country": "NZ" },
    });
    envelope("store.order.paid.v1", &order, 2, data)
}

/// Order `number` is complete.
pub fn completed(number: u128) -> Envelope {
    let order = order_id(number);
    let data = json!({ "order_id": order, "number": format!("{number}"), "completed_at": "2026-11-22T12:00:00Z" });
    envelope("store.order.completed.v1", &order, 3, data)
}

/// Order `number` is cancelled.
pub fn cancelled(number: u128) -> Envelope {
    let order = order_id(number);
    let data = json!({ "order_id": order, "number": format!("{number}"), "reason": "changed their mind",
        "cancelled_at": "2026-11-22T12:00:00Z" });
    envelope("store.order.cancelled.v1", &order, 4, data)
}

/// Some of order `number`'s money went back.
pub fn refunded(number: u128, refund: &str, minor: i64) -> Envelope {
    let order = order_id(number);
    let data = json!({ "order_id": order, "number": format!("{number}"), "refund_id": refund, "amount_minor": minor,
        "currency": "NZD", "reason": "=cmd()", "refunded_at": "2026-11-20T00:00:00Z" });
    envelope("store.order.refunded.v1", &order, 5, data)
}

/// An order of the shop's past.
pub fn imported(number: u128, status: &str, placed_at: &str) -> Envelope {
    let order = order_id(number);
    let line = json!({ "sku": "85123A", "title": "White lantern", "quantity": 6, "unit_gross_minor": 255,
        "gross_minor": 1_530, "net_minor": 1_330, "tax_minor": 200 });
    let data = json!({
        "order_id": order, "number": format!("{number}"), "placed_at": placed_at, "status": status, "customer": null,
        "country": "United Kingdom", "currency": "NZD", "lines": [line],
        "totals": { "net_minor": 1_330, "tax_minor": 200, "shipping_minor": 0, "gross_minor": 1_530 },
    });
    envelope("store.order.imported.v1", &order, 1, data)
}

/// Product `number` in a category, as its `sequence`th statement.
pub fn product(number: u128, sequence: u64, category: Option<&str>, sku: &str) -> Envelope {
    let id = Uuid::from_u128(number).to_string();
    let variant = json!({ "sku": sku, "title": format!("{sku} / large"), "options": {}, "kind": "physical",
        "gross_minor": 5_750, "currency": "NZD", "tax_class": "standard", "weight_g": 100 });
    let data = json!({ "product_id": id, "handle": "kea", "title": "Kea", "description": "", "category": category,
        "status": "active", "variants": [variant] });
    envelope("store.catalogue.product_changed.v1", &id, sequence, data)
}
