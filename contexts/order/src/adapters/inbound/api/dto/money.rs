//! Payments, refunds and disputes of an order.

use chassis::Site;
use chassis::web::MoneyView;
use serde::Serialize;
use shared_kernel::Identity;
use utoipa::ToSchema;

use super::order::pay_url;
use super::{PaymentWord, RefundWord};
use crate::adapters::inbound::pages::messages::refund_reason_words;
use crate::domain::{Dispute, Order, Reason, Refund, RefundState};

/// How an order is paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub(crate) struct PaymentJson {
    /// Computed from the payments and refunds on record: `not_ready`, `requires_payment`, `declined`, `processing`,
    /// `canceled`; `paid`, `partially_refunded` or `refunded` when the order was paid; `refund_due` while the shop has
    /// money that did not pay for the order and is owed back.
    #[schema(value_type = PaymentWord)]
    pub status: String,
    /// The intent at the payment provider, once there is one.
    pub intent_id: Option<String>,
    /// What a browser needs to confirm the intent; shown to the buyer while the order can be paid.
    pub client_secret: Option<String>,
    /// Where the buyer can pay without a program of their own.
    pub hosted_url: Option<String>,
}

impl PaymentJson {
    pub(crate) fn of(order: &Order, who: &Identity, site: &Site) -> Self {
        let payable = order.payable();
        let own = order.belongs_to(who.customer);
        let paid_with = order.state().paid_by().and_then(|paid| paid.intent.as_ref());
        let latest = payable.or(order.payments().last()).map(|payment| &payment.intent);
        Self {
            status: order.payment_axis().name().to_owned(),
            intent_id: paid_with.or(latest).map(ToString::to_string),
            client_secret: payable.filter(|_| own).and_then(|payment| payment.client_secret.clone()),
            hosted_url: payable.map(|_| pay_url(order, site)),
        }
    }
}

/// Money given back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refund)]
pub(crate) struct RefundJson {
    /// Identifier; never changes.
    pub id: String,
    #[schema(value_type = RefundWord)]
    pub status: String,
    /// How much.
    pub amount: MoneyView,
    /// Why.
    pub reason: String,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub requested_at: String,
}

impl From<&Refund> for RefundJson {
    fn from(refund: &Refund) -> Self {
        let status = match refund.state {
            RefundState::Pending => "pending",
            RefundState::Succeeded { .. } => "succeeded",
            RefundState::Failed { .. } => "failed",
        };
        Self {
            id: refund.id.to_string(),
            status: status.to_owned(),
            amount: refund.amount.into(),
            reason: refund.note.as_ref().map_or_else(|| refund_reason_words(refund.reason), Reason::as_str).to_owned(),
            requested_at: refund.requested_at.to_string(),
        }
    }
}

/// A dispute: the buyer asks the bank for the money, and the bank decides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dispute)]
pub(crate) struct DisputeJson {
    /// The payment provider's name for it.
    pub id: String,
    /// `inquiry`, `inquiry_closed`, `needs_response`, `under_review`, `won` or `lost`.
    pub status: String,
    /// How much of the payment it is about.
    pub amount: MoneyView,
    /// The bank's reason, such as `fraudulent`.
    pub reason: String,
    /// Until when the shop can answer, RFC 3339.
    #[schema(format = DateTime)]
    pub respond_by: Option<String>,
    /// Whether the bank has taken the money from the shop.
    pub funds_withdrawn: bool,
    /// RFC 3339.
    #[schema(format = DateTime)]
    pub opened_at: String,
}

impl From<&Dispute> for DisputeJson {
    fn from(dispute: &Dispute) -> Self {
        Self {
            id: dispute.id.clone(),
            status: dispute.status.name().to_owned(),
            amount: dispute.amount.into(),
            reason: dispute.reason.clone(),
            respond_by: dispute.respond_by.map(|deadline| deadline.to_string()),
            funds_withdrawn: dispute.withdrawn,
            opened_at: dispute.opened_at.to_string(),
        }
    }
}
