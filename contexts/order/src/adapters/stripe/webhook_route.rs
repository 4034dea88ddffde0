//! The provider's webhook: verifies the signature, stores the event, answers. The event is handled later, by the consumer.
//!
//! 200 only for an event that is stored durably, 400 for one the provider did not send, 503 to have it sent again. No failure
//! of the shop's own work ever changes the answer.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use chassis::security::{SecurityEvent, SecurityTrail};
use chassis::web::Problem;
use secrecy::SecretString;
use serde::Serialize;
use shared_kernel::{Clock, StoreError};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::events;
use super::webhook_signature::{SignatureError, WebhookSecrets};
use crate::ports::WebhookInbox;

/// The provider's events are far smaller.
const MAX_EVENT_BYTES: usize = 256 * 1024;

/// Checks that a request comes from the provider.
struct WebhookAuth {
    secrets: WebhookSecrets,
    /// Signatures expire, so that a recorded request cannot be sent again later.
    clock: Arc<dyn Clock>,
}

/// The answer to the provider: stored, nothing more.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Received {
    /// Always true.
    pub received: bool,
}

/// Registers the route. A request is accepted if it is signed with one of the secrets.
pub fn configure(
    inbox: Arc<dyn WebhookInbox>,
    secrets: Vec<SecretString>,
    clock: Arc<dyn Clock>,
) -> impl FnOnce(&mut ServiceConfig) + Clone + use<> {
    let auth = Data::new(WebhookAuth { secrets: WebhookSecrets::new(secrets), clock });
    move |services: &mut ServiceConfig| {
        services.app_data(auth).app_data(Data::from(inbox)).service(receive);
    }
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
        (status = 503, description = "Not stored; send it again"),
    ),
)]
#[post("/api/order/v1/payment-events")]
async fn receive(
    req: HttpRequest,
    inbox: Data<dyn WebhookInbox>,
    auth: Data<WebhookAuth>,
    trail: SecurityTrail,
    body: Payload,
) -> Result<HttpResponse, Problem> {
    let body = body.to_bytes_limited(MAX_EVENT_BYTES).await.map_err(|_| too_large())?;
    let body = body.map_err(|error| malformed_event(error.to_string()))?;
    let signature = req.headers().get("stripe-signature").and_then(|value| value.to_str().ok());
    let genuine = auth.secrets.verify(signature, &body, auth.clock.now());
    if genuine.is_err() {
        trail.note(SecurityEvent::WebhookForged, "").await;
    }
    genuine?;
    let payload = serde_json::from_slice(&body).map_err(|error| malformed_event(error.to_string()))?;
    let event = events::read(payload).map_err(|error| malformed_event(error.to_string()))?;
    let new = inbox.accept(event).await.map_err(not_stored)?;
    tracing::debug!(new, "a payment event is kept");
    Ok(HttpResponse::Ok().json(Received { received: true }))
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large")
        .detail(format!("at most {MAX_EVENT_BYTES} bytes are read"))
}

/// The body is no event of the provider.
fn malformed_event(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "malformed-event", "Malformed event").detail(detail)
}

impl From<SignatureError> for Problem {
    fn from(error: SignatureError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-signature", "Invalid signature").detail(error.to_string())
    }
}

/// An event that is not stored must not be acknowledged, whatever the reason: the provider then sends it again.
fn not_stored(error: StoreError) -> Problem {
    StoreError::unavailable(error).into()
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::http::header;

    use super::*;

    #[test]
    fn an_event_that_is_not_durable_is_never_acknowledged_whatever_the_reason() {
        for failure in [StoreError::Stale, StoreError::LeaseLost, StoreError::unavailable("the disk is full")] {
            let problem = not_stored(failure);
            assert_eq!(problem.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(problem.error_response().headers().contains_key(header::RETRY_AFTER));
        }
    }
}
