//! The payment provider's messages, genuine and forged.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};

use crate::shop_fixture::{Response, client};
use crate::support::process::{Shop, WEBHOOK_SECRET};

/// Where the provider's messages arrive.
pub const DOOR: &str = "/api/order/v1/payment-events";

/// Seconds since 1970.
pub fn now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()
}

/// The signature of `body` at that time, in hexadecimal.
pub fn proof(body: &str, at: u64, secret: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    mac.finalize().into_bytes().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// The signature that the provider itself would give.
pub fn genuine(body: &str) -> String {
    let at = now();
    format!("t={at},v1={}", proof(body, at, WEBHOOK_SECRET))
}

/// Delivers a message.
pub async fn deliver(shop: &Shop, body: &str, signature: Option<&str>) -> Response {
    let mut request = client().post(shop.url(DOOR)).header("content-type", "application/json").body(body.to_owned());
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    Response::by(request).await
}

/// What the provider says about the intent of an order.
pub fn says(event: &str, kind: &str, order: &Value) -> String {
    let failed = kind.ends_with("payment_failed");
    let gross = &order["totals"]["gross"]["amount"];
    json!({
        "id": event, "object": "event", "api_version": "2025-01-01", "type": kind, "livemode": false,
        "created": now(), "data": {"object": {
            "id": order["payment"]["intent_id"], "object": "payment_intent", "currency": "nzd", "amount": gross,
            "amount_received": if failed { json!(0) } else { gross.clone() },
            "last_payment_error": if failed { json!({"code": "card_declined", "message": "No."}) } else { Value::Null },
            "status": if failed { "requires_payment_method" } else { "succeeded" },
            "metadata": {"order_id": order["id"], "order_number": order["number"]},
        }},
    })
    .to_string()
}

/// A money fact that cannot be read.
pub fn nonsense(event: &str) -> String {
    json!({
        "id": event, "object": "event", "type": "payment_intent.succeeded", "livemode": false,
        "data": {"object": {"id": format!("pi_{event}"), "object": "payment_intent", "amount_received": "a lot",
            "currency": 7, "status": "succeeded", "metadata": {"order_id": "not an order"}}},
    })
    .to_string()
}
