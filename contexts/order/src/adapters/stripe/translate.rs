//! What the provider's objects mean, said once for events and answers: amounts, states and whose they are.

use shared_kernel::{Money, OrderId, Timestamp};

use super::currencies::from_units;
use super::{decline, objects};
use crate::domain::{
    DisputeReport, DisputeStatus, IntentId, IntentReport, IntentStatus, OrderNumber, PaymentOrigin, RefundId,
    RefundReport, ReportedRefund,
};

/// An object that is not what the provider documents.
#[derive(Debug, thiserror::Error)]
#[error("unreadable: {0}")]
pub struct Unreadable(String);

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

impl Unreadable {
    fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// How an intent stands.
///
/// # Errors
/// [`Unreadable`], also for a state that we do not know: it settles nothing.
pub fn intent(intent: &objects::Intent) -> Result<IntentReport, Unreadable> {
    let status = match intent.status.as_deref() {
        Some("requires_payment_method" | "requires_confirmation" | "requires_action") => IntentStatus::Open {
            declined: intent.last_payment_error.as_ref().map(|error| decline::words(error).to_owned()),
        },
        Some("processing" | "requires_capture") => IntentStatus::Processing,
        Some("succeeded") => IntentStatus::Succeeded { received: received(intent)? },
        Some("canceled") => IntentStatus::Canceled,
        unknown => return Err(Unreadable::new(format!("an intent is {unknown:?}"))),
    };
    Ok(IntentReport { intent: IntentId::new(&intent.id), status })
}

/// What came in through an intent that succeeded. Servers that leave `amount_received` out capture all that was asked for.
///
/// # Errors
/// [`Unreadable`] when neither amount is there, or in no currency.
pub fn received(intent: &objects::Intent) -> Result<Money, Unreadable> {
    let amount = intent.amount_received.or(intent.amount);
    money(amount.ok_or_else(|| Unreadable::new("a payment without an amount"))?, &intent.currency)
}

/// For which order we made the intent, if what we write on intents is there.
pub fn origin(intent: &objects::Intent) -> Option<PaymentOrigin> {
    let order = OrderId::parse(intent.metadata.get("order_id")?).ok()?;
    Some(PaymentOrigin { order, number: OrderNumber::parse(intent.metadata.get("order_number")?)? })
}

/// How a refund stands; `None` for a refund of no intent, which cannot be of an order's money.
///
/// # Errors
/// [`Unreadable`], also for a state that we do not know.
pub fn refund(refund: objects::Refund) -> Result<Option<RefundReport>, Unreadable> {
    let amount = money(refund.amount, &refund.currency)?;
    let status = match refund.status.as_deref() {
        Some("succeeded") => ReportedRefund::Succeeded,
        Some("pending" | "requires_action") | None => ReportedRefund::Pending,
        Some(status @ ("failed" | "canceled")) => {
            ReportedRefund::Failed { reason: refund.failure_reason.unwrap_or_else(|| status.to_owned()) }
        }
        Some(unknown) => return Err(Unreadable::new(format!("a refund is {unknown:?}"))),
    };
    let id = refund.metadata.get("refund_id").and_then(|id| RefundId::parse(id).ok());
    let provider_id = Some(refund.id);
    let report =
        |objects::Reference(intent)| RefundReport { id, provider_id, intent: IntentId::new(intent), amount, status };
    Ok(refund.payment_intent.map(report))
}

/// How a dispute stands; `None` for a dispute about no intent.
///
/// # Errors
/// [`Unreadable`], also for a state that we do not know.
pub fn dispute(dispute: objects::Dispute) -> Result<Option<DisputeReport>, Unreadable> {
    let Some(objects::Reference(intent)) = dispute.payment_intent else { return Ok(None) };
    let status = match dispute.status.as_deref() {
        Some("warning_needs_response" | "warning_under_review") => DisputeStatus::Inquiry,
        // `charge_refunded` is how older versions of the API say that the money went back instead.
        Some("warning_closed" | "prevented" | "charge_refunded") => DisputeStatus::InquiryClosed,
        Some("needs_response") => DisputeStatus::NeedsResponse,
        Some("under_review") => DisputeStatus::UnderReview,
        Some("won") => DisputeStatus::Won,
        Some("lost") => DisputeStatus::Lost,
        unknown => return Err(Unreadable::new(format!("a dispute is {unknown:?}"))),
    };
    let moved = |movements: Vec<objects::BalanceTransaction>| movements.iter().map(|it| it.amount).sum::<i64>() < 0;
    Ok(Some(DisputeReport {
        id: dispute.id,
        intent: IntentId::new(intent),
        amount: money(dispute.amount, &dispute.currency)?,
        reason: dispute.reason.unwrap_or_else(|| "general".to_owned()),
        status,
        respond_by: dispute.evidence_details.and_then(|details| details.due_by).map(seconds),
        withdrawn: dispute.balance_transactions.map_or(status == DisputeStatus::Lost, moved),
        opened_at: dispute.created.map(seconds),
    }))
}

fn seconds(since_1970: i64) -> Timestamp {
    Timestamp::from_micros(since_1970.saturating_mul(1_000_000))
}

/// An amount in the provider's units as money.
///
/// # Errors
/// [`Unreadable`] for a currency that is none.
pub fn money(amount: i64, currency: &str) -> Result<Money, Unreadable> {
    from_units(amount, currency).map_err(|error| Unreadable::new(error.to_string()))
}

#[cfg(test)]
mod tests;
