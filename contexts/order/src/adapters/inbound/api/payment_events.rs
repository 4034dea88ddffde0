//! The payment provider's webhook. Proves who sent it, keeps it, answers; what it means is looked at later.
//!
//! 200 only for what is kept durably, 400 for what the provider did not send, 503 when it shall come again. No failure
//! of the shop's own business ever changes the answer.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, post, web};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::Problem;
use shared_kernel::Clock;

use super::dto::Received;
use super::problems::malformed_event;
use crate::adapters::outbound::payments::WebhookSecrets;
use crate::application::AcceptPaymentEvent;

/// The provider's events are far smaller.
const LARGEST_EVENT: usize = 256 * 1024;

/// What the door needs to know the provider by.
pub struct Door {
    /// What it may sign with.
    pub secrets: WebhookSecrets,
    /// Old signatures are worth nothing.
    pub clock: Arc<dyn Clock>,
}

/// Take an event of the payment provider, signed as Stripe signs.
#[utoipa::path(
    tag = "order", operation_id = "receive_payment_event", security(()),
    request_body(content = serde_json::Value, content_type = "application/json", description = "A Stripe event"),
    params(
        ("Stripe-Signature" = String, Header, description = "`t=<seconds>,v1=<hex HMAC-SHA256 of \"t.body\">`"),
    ),
    responses(
        (status = 200, body = Received),
        (status = 503, description = "Not kept; come again"),
    ),
)]
#[post("/api/order/v1/payment-events")]
pub async fn receive(
    req: HttpRequest,
    events: web::Data<AcceptPaymentEvent>,
    door: web::Data<Door>,
    trail: SecurityTrail,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let body = body.to_bytes_limited(LARGEST_EVENT).await.map_err(|_| too_large())?;
    let body = body.map_err(|error| malformed_event(error.to_string()))?;
    let signature = req.headers().get("stripe-signature").and_then(|value| value.to_str().ok());
    let genuine = door.secrets.verify(signature, &body, door.clock.now());
    if genuine.is_err() {
        trail.note(SecurityEvent::WebhookForged, "").await;
    }
    genuine?;
    let event = serde_json::from_slice(&body).map_err(|error| malformed_event(error.to_string()))?;
    let new = events.execute(event).await?;
    tracing::debug!(new, "a payment event is kept");
    Ok(HttpResponse::Ok().json(Received { received: true }))
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large")
        .detail(format!("at most {LARGEST_EVENT} bytes are read"))
}
