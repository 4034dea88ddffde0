//! Payments, refunds and disputes in the column `progress`.

use serde::{Deserialize, Serialize};
use shared_kernel::{Money, Timestamp};

use super::names;
use crate::domain::{
    Dispute, DisputeStatus, IntentId, Payment, PaymentState, Reason, Refund, RefundId, RefundReason, RefundState,
};

#[derive(Serialize, Deserialize)]
pub(super) struct PaymentJson {
    intent: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    state: PaymentStateJson,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_error: Option<String>,
    #[serde(default)]
    cancel_attempts: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum PaymentStateJson {
    Open,
    Processing,
    Captured { amount: Money, at: Timestamp },
    Canceled,
}

impl From<Payment> for PaymentJson {
    fn from(payment: Payment) -> Self {
        let Payment { intent, client_secret, state, last_error, cancel_attempts } = payment;
        let state = match state {
            PaymentState::Open => PaymentStateJson::Open,
            PaymentState::Processing => PaymentStateJson::Processing,
            PaymentState::Captured { amount, at } => PaymentStateJson::Captured { amount, at },
            PaymentState::Canceled => PaymentStateJson::Canceled,
        };
        Self { intent: intent.to_string(), client_secret, state, last_error, cancel_attempts }
    }
}

impl From<PaymentJson> for Payment {
    fn from(payment: PaymentJson) -> Self {
        let PaymentJson { intent, client_secret, state, last_error, cancel_attempts } = payment;
        let state = match state {
            PaymentStateJson::Open => PaymentState::Open,
            PaymentStateJson::Processing => PaymentState::Processing,
            PaymentStateJson::Captured { amount, at } => PaymentState::Captured { amount, at },
            PaymentStateJson::Canceled => PaymentState::Canceled,
        };
        Self { intent: IntentId::new(intent), client_secret, state, last_error, cancel_attempts }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RefundJson {
    id: RefundId,
    intent: String,
    amount: Money,
    #[serde(with = "names")]
    reason: RefundReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider_id: Option<String>,
    state: RefundStateJson,
    requested_at: Timestamp,
    #[serde(default, skip_serializing_if = "is_zero")]
    keys_used: u32,
    /// Absent in rows of older versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published: Option<bool>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum RefundStateJson {
    Pending,
    Succeeded { at: Timestamp },
    Failed { reason: String },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl From<Refund> for RefundJson {
    fn from(refund: Refund) -> Self {
        let Refund { id, intent, amount, reason, note, provider_id, state, requested_at, keys_used, published } =
            refund;
        let (intent, note) = (intent.to_string(), note.map(|note| note.to_string()));
        let state = match state {
            RefundState::Pending => RefundStateJson::Pending,
            RefundState::Succeeded { at } => RefundStateJson::Succeeded { at },
            RefundState::Failed { reason } => RefundStateJson::Failed { reason },
        };
        Self { id, intent, amount, reason, note, provider_id, state, requested_at, keys_used, published }
    }
}

impl From<RefundJson> for Refund {
    fn from(refund: RefundJson) -> Self {
        let RefundJson { id, intent, amount, reason, note, provider_id, state, requested_at, keys_used, published } =
            refund;
        let (intent, note) = (IntentId::new(intent), note.map(Reason::new));
        let state = match state {
            RefundStateJson::Pending => RefundState::Pending,
            RefundStateJson::Succeeded { at } => RefundState::Succeeded { at },
            RefundStateJson::Failed { reason } => RefundState::Failed { reason },
        };
        Self { id, intent, amount, reason, note, provider_id, state, requested_at, keys_used, published }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct DisputeJson {
    id: String,
    intent: String,
    amount: Money,
    reason: String,
    #[serde(with = "names")]
    status: DisputeStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    respond_by: Option<Timestamp>,
    withdrawn: bool,
    opened_at: Timestamp,
}

impl From<Dispute> for DisputeJson {
    fn from(dispute: Dispute) -> Self {
        let Dispute { id, intent, amount, reason, status, respond_by, withdrawn, opened_at } = dispute;
        Self { id, intent: intent.to_string(), amount, reason, status, respond_by, withdrawn, opened_at }
    }
}

impl From<DisputeJson> for Dispute {
    fn from(dispute: DisputeJson) -> Self {
        let DisputeJson { id, intent, amount, reason, status, respond_by, withdrawn, opened_at } = dispute;
        Self { id, intent: IntentId::new(intent), amount, reason, status, respond_by, withdrawn, opened_at }
    }
}
