//! Refusals in Stripe's shape: `{"error": {"type", "code", "message", "param", ..}}` with Stripe's status codes.
//!
//! Every status and every wording of the sandbox's API is chosen here. Nothing is decided here.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Map, Value, json};
use shared_kernel::{Currency, StoreError};

use crate::answer::Answer;
use crate::domain::attempt::{Failure, Refused};
use crate::domain::card::CardMistake;
use crate::domain::currency::{AmountRefused, shown};
use crate::domain::refund::RefundRefused;

/// One refusal.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    status: StatusCode,
    error: Map<String, Value>,
}

impl ApiError {
    fn new(status: StatusCode, kind: &str, message: impl Into<String>) -> Self {
        let mut error = Map::new();
        error.insert("type".into(), kind.into());
        error.insert("message".into(), message.into().into());
        Self { status, error }
    }

    fn code(self, code: &str) -> Self {
        let words = format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"));
        self.with("code", code).with("doc_url", words)
    }

    /// Adds a field to the error object.
    pub(crate) fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.error.insert(field.to_owned(), value.into());
        self
    }

    /// The text for people.
    pub(crate) fn message(&self) -> &str {
        self.error.get("message").and_then(Value::as_str).unwrap_or_default()
    }

    /// A parameter with an invalid value.
    pub(crate) fn invalid(message: impl Into<String>, param: Option<&str>) -> Self {
        let error = Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", message);
        match param {
            Some(param) => error.with("param", param),
            None => error,
        }
    }

    /// A parameter that is needed.
    pub(crate) fn missing(param: &str) -> Self {
        Self::invalid(format!("Missing required param: {param}."), Some(param)).code("parameter_missing")
    }

    /// A parameter that the endpoint does not know.
    pub(crate) fn unknown_parameter(param: &str) -> Self {
        Self::invalid(format!("Received unknown parameter: {param}"), Some(param)).code("parameter_unknown")
    }

    /// A parameter that is not a whole number.
    pub(crate) fn not_an_integer(param: &str, text: &str) -> Self {
        Self::invalid(format!("Invalid integer: {text}"), Some(param)).code("parameter_invalid_integer")
    }

    /// A request without a key.
    pub(crate) fn no_key() -> Self {
        let message = "You did not provide an API key. Send it as `Authorization: Bearer <secret key>`.";
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request_error", message)
    }

    /// A request with a key that is not ours; shows only its end.
    pub(crate) fn wrong_key(key: &str) -> Self {
        let end: String = key.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        let message = format!("Invalid API Key provided: ****{end}");
        Self::new(StatusCode::UNAUTHORIZED, "invalid_request_error", message)
    }

    /// A client secret that does not open this intent.
    pub(crate) fn wrong_client_secret() -> Self {
        let message = "The client_secret provided does not match the client_secret associated with this PaymentIntent.";
        Self::invalid(message, Some("client_secret")).code("payment_intent_invalid_parameter")
    }

    /// An object that is not there.
    pub(crate) fn no_such(kind: &str, id: &str, param: &str) -> Self {
        let message = format!("No such {kind}: '{id}'");
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", message).code("resource_missing").with("param", param)
    }

    /// An address under which there is nothing.
    pub(crate) fn unrecognised(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}).");
        Self::new(StatusCode::NOT_FOUND, "invalid_request_error", message)
    }

    /// The key was first used with other parameters.
    pub(crate) fn key_with_other_parameters(key: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. \
             Try using a key other than '{key}' if you meant to execute a different request."
        );
        Self::new(StatusCode::BAD_REQUEST, "idempotency_error", message)
    }

    /// The key was first used at another address.
    pub(crate) fn key_for_other_endpoint(key: &str, path: &str) -> Self {
        let message = format!(
            "Keys for idempotent requests can only be used for the same endpoint they were first used for ('{path}'). \
             Try using a key other than '{key}' if you meant to execute a different request."
        );
        Self::new(StatusCode::BAD_REQUEST, "idempotency_error", message)
    }

    /// The key is too long or holds something unprintable.
    pub(crate) fn malformed_key() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "idempotency_error", "Idempotency keys have 1 to 255 visible characters.")
    }

    /// A request with the same key is being carried out at this moment.
    pub(crate) fn key_in_use(key: &str) -> Self {
        let message = format!(
            "There is currently another in-progress request using this Idempotent Key (that probably means you submitted \
             twice, and the other request is still going through): {key}. Please try again later."
        );
        Self::new(StatusCode::CONFLICT, "idempotency_error", message).code("idempotency_key_in_use")
    }

    /// The sandbox itself could not do it.
    pub(crate) fn internal(cause: &StoreError) -> Self {
        tracing::error!(error = cause as &dyn std::error::Error, "the payment sandbox's store failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "An unknown error occurred")
    }

    /// A failure that was asked for.
    pub(crate) fn on_demand() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "An unknown error occurred, as was asked for")
    }

    /// An attempt to pay that failed; `intent` as it is now.
    pub(crate) fn failed_attempt(failure: Failure, intent: Value) -> Self {
        let error = Self { status: StatusCode::PAYMENT_REQUIRED, error: failure_fields(failure) };
        let charge = intent.get("latest_charge").cloned().unwrap_or(Value::Null);
        error.with("charge", charge).with("payment_intent", intent)
    }

    /// A transition that the state of `intent` does not allow.
    pub(crate) fn refused(refused: Refused, intent: Value) -> Self {
        let message = match refused {
            Refused::NoMethod => {
                "You cannot confirm this PaymentIntent because it's missing a payment method.".to_owned()
            }
            Refused::Confirm { status } => {
                format!("You cannot confirm this PaymentIntent because it has a status of {status}.")
            }
            Refused::Update { status } => {
                format!("This PaymentIntent's amount could not be updated because it has a status of {status}.")
            }
            Refused::Cancel { status } => format!(
                "You cannot cancel this PaymentIntent because it has a status of {status}. Only a PaymentIntent with one of \
                 the following statuses may be canceled: requires_payment_method, requires_confirmation, requires_action."
            ),
            Refused::Authenticate { status } => {
                format!("This PaymentIntent has a status of {status} and awaits no authentication.")
            }
        };
        Self::invalid(message, None).code("payment_intent_unexpected_state").with("payment_intent", intent)
    }

    /// A refund that cannot be made.
    pub(crate) fn refund_refused(refused: &RefundRefused) -> Self {
        match refused {
            RefundRefused::NothingCaptured { intent } => Self::invalid(
                format!("This PaymentIntent ({intent}) does not have a successful charge to refund."),
                None,
            )
            .code("payment_intent_unexpected_state"),
            RefundRefused::AlreadyRefunded { charge } => {
                Self::invalid(format!("Charge {charge} has already been refunded."), None)
                    .code("charge_already_refunded")
            }
            RefundRefused::Amount { refused, currency } => Self::amount_refused(refused, *currency, "amount"),
            RefundRefused::TooMuch { asked, left } => Self::invalid(
                format!(
                    "Refund amount ({}) is greater than unrefunded amount on charge ({})",
                    shown(*asked),
                    shown(*left)
                ),
                Some("amount"),
            ),
        }
    }

    /// A refund of money that the bank has taken back already.
    pub(crate) fn charge_disputed(charge: &str) -> Self {
        let message = format!("Charge {charge} has been charged back; cannot issue a refund.");
        Self::invalid(message, None).code("charge_disputed")
    }

    /// A currency that Stripe does not take.
    pub(crate) fn invalid_currency(code: &str, param: &str) -> Self {
        let message =
            format!("Invalid currency: {code}. See https://docs.stripe.com/currencies for those that are taken.");
        Self::invalid(message, Some(param))
    }

    /// An amount that Stripe does not take.
    pub(crate) fn amount_refused(refused: &AmountRefused, currency: Currency, param: &str) -> Self {
        let code = currency.code().to_ascii_lowercase();
        match refused {
            AmountRefused::NotPositive => Self::invalid("This value must be greater than or equal to 1.", Some(param))
                .code("parameter_invalid_integer"),
            AmountRefused::TooSmall { least } => {
                Self::invalid(format!("Amount must be at least {least} {code}"), Some(param)).code("amount_too_small")
            }
            AmountRefused::TooLarge { most } => {
                Self::invalid(format!("Amount must be no more than {most} {code}"), Some(param))
                    .code("amount_too_large")
            }
            AmountRefused::BetweenSteps { step } => {
                Self::invalid(format!("Amount in {code} must be evenly divisible by {step}"), Some(param))
                    .code("parameter_invalid_integer")
            }
        }
    }

    /// Card data that cannot be right, as Stripe names the mistake.
    pub(crate) fn card(mistake: CardMistake) -> Self {
        Self::new(StatusCode::PAYMENT_REQUIRED, "card_error", mistake.message())
            .code(mistake.code())
            .with("param", mistake.field())
    }

    /// A payment method by a name that the sandbox does not know.
    pub(crate) fn no_such_method(id: &str) -> Self {
        let message = format!("No such PaymentMethod: '{id}'");
        Self::invalid(message, Some("payment_method")).code("resource_missing")
    }

    /// The refusal as an answer that idempotency can keep and repeat.
    pub(crate) fn answer(&self) -> Answer {
        Answer { status: self.status.as_u16(), body: json!({ "error": self.error }).to_string() }
    }
}

/// The fields that tell why an attempt failed; `last_payment_error` has the same.
pub(crate) fn failure_fields(failure: Failure) -> Map<String, Value> {
    let fields = match failure {
        Failure::Declined(decline) => json!({
            "type": "card_error",
            "code": decline.code(),
            "decline_code": decline.decline_code(),
            "message": decline.message(),
        }),
        Failure::NotAuthenticated => json!({
            "type": "invalid_request_error",
            "code": "payment_intent_authentication_failure",
            "message": "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new \
                        PaymentMethod to attempt to fulfill this PaymentIntent again.",
        }),
    };
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}

impl From<StoreError> for ApiError {
    fn from(cause: StoreError) -> Self {
        Self::internal(&cause)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        self.answer().response()
    }
}
