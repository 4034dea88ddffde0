//! Stripe's JSON shapes of our objects. Only shapes: nothing is decided or read here.

use serde_json::{Map, Value, json};
use shared_kernel::{Money, Timestamp};

use crate::domain::attempt::Charge;
use crate::domain::checkout::{Session, SessionStatus};
use crate::domain::dispute::{Dispute, DisputeStatus};
use crate::domain::intent::Intent;
use crate::domain::method::{Decline, Method};
use crate::domain::refund::Refund;
use crate::errors::failure_fields;

/// The version of Stripe's API whose shapes these are.
pub(crate) const API_VERSION: &str = "2025-09-30.clover";

fn seconds(time: Timestamp) -> i64 {
    time.micros().div_euclid(1_000_000)
}

fn currency(money: Money) -> String {
    money.currency().code().to_ascii_lowercase()
}

/// A payment intent. `base_url` is where the hosted page is found.
pub(crate) fn intent(intent: &Intent, base_url: &str) -> Value {
    let amount = intent.amount();
    let captured = intent.captured().is_some();
    let details = intent.details();
    let cancellation = intent.cancellation();
    json!({
        "id": intent.id(),
        "object": "payment_intent",
        "amount": amount.minor(),
        "amount_capturable": 0,
        "amount_received": if captured { amount.minor() } else { 0 },
        "automatic_payment_methods": { "allow_redirects": "always", "enabled": true },
        "canceled_at": cancellation.map(|(at, _)| seconds(at)),
        "cancellation_reason": cancellation.and_then(|(_, reason)| reason),
        "capture_method": "automatic",
        "client_secret": intent.client_secret(),
        "confirmation_method": "automatic",
        "created": seconds(intent.created()),
        "currency": currency(amount),
        "customer": null,
        "description": details.description,
        "last_payment_error": last_payment_error(intent),
        "latest_charge": intent.latest_charge(),
        "livemode": false,
        "metadata": details.metadata,
        "next_action": next_action(intent, base_url),
        "payment_method": intent.method().map(Method::id),
        "payment_method_types": ["card"],
        "receipt_email": null,
        "statement_descriptor": details.statement_descriptor,
        "status": intent.status(),
    })
}

/// The part of an intent that the holder of its client secret may see.
pub(crate) fn intent_for_buyer(shown: &Intent, base_url: &str) -> Value {
    let mut object = intent(shown, base_url);
    if let Value::Object(fields) = &mut object {
        for private in ["metadata", "latest_charge", "amount_received", "amount_capturable", "statement_descriptor"] {
            fields.remove(private);
        }
    }
    object
}

fn last_payment_error(intent: &Intent) -> Value {
    let Some(last) = intent.last_failure() else { return Value::Null };
    let mut fields: Map<String, Value> = failure_fields(last.failure);
    fields.insert("charge".into(), intent.latest_charge().into());
    fields.insert("payment_method".into(), method(&last.method));
    Value::Object(fields)
}

fn next_action(intent: &Intent, base_url: &str) -> Value {
    if !intent.awaits_authentication() {
        return Value::Null;
    }
    let return_url = intent.return_url();
    let page = format!("{base_url}/pay/{}", intent.id());
    let query = return_url.map(|url| ("return_url", url));
    let page = reqwest::Url::parse_with_params(&page, query).map_or(page, String::from);
    json!({ "type": "redirect_to_url", "redirect_to_url": { "url": page, "return_url": return_url } })
}

/// A way to pay.
pub(crate) fn method(method: &Method) -> Value {
    let (kind, details) = method_details(method);
    json!({ "id": method.id(), "object": "payment_method", "type": kind, "livemode": false, kind: details })
}

fn method_details(method: &Method) -> (&'static str, Value) {
    match method.brand() {
        "us_bank_account" => ("us_bank_account", json!({ "last4": method.last4() })),
        brand => ("card", json!({ "brand": brand, "last4": method.last4(), "funding": "credit" })),
    }
}

/// A charge; `paid` is its intent, which knows what went back.
pub(crate) fn charge(charge: &Charge, of: &Intent) -> Value {
    let paid = charge.declined.is_none();
    let left = of.captured().map_or(charge.amount.minor(), |captured| captured.left);
    let refunded = if paid { charge.amount.minor() - left } else { 0 };
    let (kind, details) = method_details(&charge.method);
    json!({
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount.minor(),
        "amount_captured": if paid { charge.amount.minor() } else { 0 },
        "amount_refunded": refunded,
        "captured": paid,
        "created": seconds(charge.created),
        "currency": currency(charge.amount),
        "disputed": paid && charge.method.complaint().is_some(),
        "failure_code": charge.declined.map(Decline::code),
        "failure_message": charge.declined.map(Decline::message),
        "livemode": false,
        "metadata": of.details().metadata,
        "outcome": outcome(charge),
        "paid": paid,
        "payment_intent": charge.intent,
        "payment_method": charge.method.id(),
        "payment_method_details": { "type": kind, kind: details },
        "refunded": paid && left == 0,
        "status": if paid { "succeeded" } else { "failed" },
    })
}

/// What the bank, or the provider in its place, said to an attempt.
fn outcome(charge: &Charge) -> Value {
    let (network_status, kind, reason) = match charge.declined {
        None => ("approved_by_network", "authorized", None),
        Some(Decline::Fraudulent) => ("not_sent_to_network", "blocked", Some("highest_risk_level")),
        Some(decline) => ("declined_by_network", "issuer_declined", Some(decline.decline_code())),
    };
    let risk = if kind == "blocked" { "highest" } else { "normal" };
    json!({ "network_status": network_status, "type": kind, "reason": reason, "risk_level": risk })
}

pub(crate) fn dispute(dispute: &Dispute) -> Value {
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount.minor(),
        "balance_transactions": [],
        "charge": dispute.charge,
        "created": seconds(dispute.created),
        "currency": currency(dispute.amount),
        "evidence": dispute.evidence,
        "evidence_details": {
            "due_by": seconds(dispute.answer_by),
            "has_evidence": !dispute.evidence.is_empty(),
            "past_due": dispute.status == DisputeStatus::Lost && dispute.answers == 0,
            "submission_count": dispute.answers,
        },
        "is_charge_refundable": !dispute.status.holds_the_money(),
        "livemode": false,
        "metadata": dispute.metadata,
        "payment_intent": dispute.intent,
        "reason": dispute.complaint.reason(),
        "status": dispute.status.name(),
    })
}

pub(crate) fn refund(refund: &Refund) -> Value {
    let status = refund.status().name();
    json!({
        "id": refund.id(),
        "object": "refund",
        "amount": refund.amount().minor(),
        "balance_transaction": null,
        "charge": refund.charge(),
        "created": seconds(refund.created()),
        "currency": currency(refund.amount()),
        "failure_reason": if status == "failed" { Value::from("expired_or_canceled_card") } else { Value::Null },
        "metadata": refund.metadata(),
        "payment_intent": refund.intent(),
        "reason": refund.reason(),
        "receipt_number": null,
        "status": status,
    })
}

/// A checkout session; its page is there only while it is open.
pub(crate) fn session(session: &Session, base_url: &str) -> Value {
    let open = session.status == SessionStatus::Open;
    json!({
        "id": session.id,
        "object": "checkout.session",
        "amount_subtotal": session.amount.minor(),
        "amount_total": session.amount.minor(),
        "cancel_url": session.cancel_url,
        "client_reference_id": session.client_reference_id,
        "created": seconds(session.created),
        "currency": currency(session.amount),
        "customer": null,
        "customer_details": null,
        "customer_email": null,
        "expires_at": seconds(session.expires),
        "livemode": false,
        "metadata": session.metadata,
        "mode": "payment",
        "payment_intent": (!session.intent_is_hidden).then_some(&session.intent),
        "payment_method_types": ["card"],
        "payment_status": if session.status == SessionStatus::Complete { "paid" } else { "unpaid" },
        "status": session.status.name(),
        "success_url": session.success_url,
        "url": open.then(|| format!("{base_url}/pay/{}", session.id)),
    })
}

/// An event about `object`, as it is posted.
pub(crate) fn event(id: &str, kind: &str, now: Timestamp, object: &Value, request: &Origin, pending: bool) -> Value {
    json!({
        "id": id,
        "object": "event",
        "api_version": API_VERSION,
        "created": seconds(now),
        "data": { "object": object },
        "livemode": false,
        "pending_webhooks": i32::from(pending),
        "request": { "id": request.id, "idempotency_key": request.key },
        "type": kind,
    })
}

/// The request that an event comes from; both are empty for what happens by itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    /// Such as `req_0199..`.
    pub id: Option<String>,
    /// Its idempotency key.
    pub key: Option<String>,
}

/// One page of a list.
pub(crate) fn list(url: &str, data: &[Value], has_more: bool) -> Value {
    json!({ "object": "list", "data": data, "has_more": has_more, "url": url })
}
