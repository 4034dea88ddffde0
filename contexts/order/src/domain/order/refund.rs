//! Money going out. Each wish to return money is a record of its own: pending until the provider says it is through.

use serde::{Deserialize, Serialize};
use shared_kernel::{Money, Timestamp};

use super::state::CancelStep;
use super::{
    AttentionReason, Decided, HistoryKind, IntentId, Order, OrderEvent, OrderState, OrderTask, Payment, RefundId,
};

/// One repayment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its name, and the provider's idempotency key.
    pub id: RefundId,
    /// Whose money.
    pub intent: IntentId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: RefundReason,
    /// Anything a person said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The provider's name for it, once it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// Where it stands.
    pub state: RefundState,
    /// Since when it is wished.
    pub requested_at: Timestamp,
    /// How many of its idempotency keys hold an answer of the provider that is none of success.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub keys_used: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Refund {
    /// The same for the next attempt. Older versions did not count, but a refund that was refused has used a key.
    #[must_use]
    pub fn used_keys(&self) -> u32 {
        let refused = u32::from(matches!(self.state, RefundState::Failed { .. }));
        self.keys_used.max(refused)
    }
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// The order was cancelled.
    Cancelled,
    /// The money was late, or a second payment.
    NotExpected,
    /// Amount or currency was not the order's.
    AmountDiffers,
    /// Somebody of the staff decided so.
    Staff,
    /// It was started at the provider.
    Provider,
}

impl RefundReason {
    /// For people and published events.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Cancelled => "order cancelled",
            Self::NotExpected => "payment not expected",
            Self::AmountDiffers => "amount differs",
            Self::Staff => "refunded by staff",
            Self::Provider => "refunded at the payment provider",
        }
    }
}

/// Where a refund stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum RefundState {
    /// Wished, or under way.
    Pending,
    /// Through.
    Succeeded {
        /// When.
        at: Timestamp,
    },
    /// The provider could not do it.
    Failed {
        /// Its words.
        reason: String,
    },
}

/// A wish of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    /// The refund's name.
    pub id: RefundId,
    /// How much; everything that is left when `None`.
    pub amount: Option<Money>,
    /// Why.
    pub note: Option<String>,
}

/// What the provider says of one refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundReport {
    /// Our name for it, when the provider carries it.
    pub id: Option<RefundId>,
    /// The provider's name for it; unknown when only a sum was reported.
    pub provider_id: Option<String>,
    /// Whose money.
    pub intent: IntentId,
    /// How much.
    pub amount: Money,
    /// What.
    pub status: ReportedRefund,
}

/// What the provider may say of a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportedRefund {
    /// Under way.
    Pending,
    /// Through.
    Succeeded,
    /// Not possible.
    Failed {
        /// The provider's words.
        reason: String,
    },
}

/// Why the staff cannot have this refund.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RefundRefused {
    /// No money of this order is here.
    #[error("nothing is left to refund")]
    NothingLeft,
    /// Captured money less refunds, pending ones included, is less.
    #[error("only {left} is left to refund")]
    TooMuch {
        /// How much is left.
        left: Money,
    },
    /// Zero or less, or another currency than that of the payment.
    #[error("the amount must be positive and in the currency of the order")]
    NotAnAmount,
}

impl Order {
    /// The record of one refund.
    #[must_use]
    pub fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.0.refunds.iter().find(|refund| refund.id == id)
    }

    /// How much of an intent's money is neither returned nor on its way back.
    #[must_use]
    pub fn refundable(&self, payment: &Payment) -> Option<Money> {
        let captured = payment.captured()?;
        let gone =
            |refund: &&Refund| refund.intent == payment.intent && !matches!(refund.state, RefundState::Failed { .. });
        let gone = self.0.refunds.iter().filter(gone).map(|refund| refund.amount.minor());
        let left = gone.fold(captured.minor(), i64::saturating_sub);
        (left > 0).then(|| Money::new(left, captured.currency()))
    }

    /// How much the staff may still return: what is left of the payment that paid for it, else of any other.
    #[must_use]
    pub fn refundable_by_staff(&self) -> Option<(IntentId, Money)> {
        let accepted = self.0.state.paid_by().and_then(|paid| paid.intent.as_ref());
        let first = |payment: &&Payment| Some(&payment.intent) == accepted;
        let mut accepted_first = self.0.payments.iter().filter(first).chain(self.0.payments.iter());
        accepted_first.find_map(|payment| Some((payment.intent.clone(), self.refundable(payment)?)))
    }

    /// The refund, if the provider should (again) be asked for it.
    #[must_use]
    pub fn sendable_refund(&self, id: RefundId) -> Option<&Refund> {
        let refund = self.refund(id)?;
        let left = || self.payment(&refund.intent).and_then(|payment| self.refundable(payment));
        match refund.state {
            RefundState::Pending => Some(refund),
            RefundState::Failed { .. } => {
                Some(refund).filter(|_| left().is_some_and(|left| left.minor() >= refund.amount.minor()))
            }
            RefundState::Succeeded { .. } => None,
        }
    }

    /// The provider has answered under the refund's key, not with success, and would do so again.
    #[must_use]
    pub fn refund_key_used(mut self, id: RefundId) -> Decided {
        let Some(refund) = self.0.refunds.iter_mut().find(|refund| refund.id == id) else {
            return Decided::nothing(self);
        };
        refund.keys_used = refund.keys_used.saturating_add(1);
        Decided::changed(self)
    }

    /// The staff returns money, in part or in full. The sum of all refunds never passes what was captured.
    ///
    /// # Errors
    /// [`RefundRefused`].
    pub fn refund_requested(mut self, request: RefundRequest, now: Timestamp) -> Result<Decided, RefundRefused> {
        if self.refund(request.id).is_some() {
            return Ok(Decided::nothing(self));
        }
        let (intent, left) = self.refundable_by_staff().ok_or(RefundRefused::NothingLeft)?;
        let amount = request.amount.unwrap_or(left);
        if amount.minor() <= 0 || amount.currency() != left.currency() {
            return Err(RefundRefused::NotAnAmount);
        }
        if amount.minor() > left.minor() {
            return Err(RefundRefused::TooMuch { left });
        }
        let (id, reason, note) = (request.id, RefundReason::Staff, request.note);
        self.0.refunds.push(Refund {
            id,
            intent,
            amount,
            reason,
            note,
            provider_id: None,
            state: RefundState::Pending,
            requested_at: now,
            keys_used: 0,
        });
        Ok(Decided::changed(self)
            .noted(HistoryKind::RefundRequested, amount.to_string(), now)
            .task(OrderTask::RefundPayment { refund: id }))
    }

    /// Returns what is left of one intent's money, once: the refund's name is made from the intent's.
    pub(super) fn return_payment(mut self, intent: &IntentId, reason: RefundReason, now: Timestamp) -> Decided {
        let id = RefundId::of_intent(self.0.id, intent);
        let left = self.payment(intent).and_then(|payment| self.refundable(payment));
        let Some(amount) = left.filter(|_| self.refund(id).is_none()) else { return Decided::nothing(self) };
        self.0.refunds.push(Refund {
            id,
            intent: intent.clone(),
            amount,
            reason,
            note: None,
            provider_id: None,
            state: RefundState::Pending,
            requested_at: now,
            keys_used: 0,
        });
        Decided::changed(self)
            .noted(HistoryKind::RefundRequested, amount.to_string(), now)
            .task(OrderTask::RefundPayment { refund: id })
    }

    /// Returns everything that a cancelled order has left, or ends it if nothing is.
    pub(super) fn return_money(self, now: Timestamp) -> Decided {
        let intents: Vec<IntentId> = self.0.payments.iter().map(|payment| payment.intent.clone()).collect();
        let start = Decided::nothing(self);
        intents
            .iter()
            .fold(start, |done, intent| done.then(|order| order.return_payment(intent, RefundReason::Cancelled, now)))
            .then(|order| order.cancelled_if_returned(now))
    }

    /// The provider says how a refund stands. Refunds that were started there are taken into the books; one that bears a
    /// name of ours was asked for by us in a time that a restoration has made us forget, and a person has to look.
    #[must_use]
    pub fn refund_reported(mut self, report: RefundReport, now: Timestamp) -> Decided {
        let Some(index) = self.position_of(&report) else { return self.refund_from_outside(report, now) };
        let refund = &mut self.0.refunds[index];
        let named = refund.provider_id.is_none() && report.provider_id.is_some();
        if named {
            refund.provider_id = report.provider_id;
        }
        let id = refund.id;
        match (&refund.state, report.status) {
            (RefundState::Pending | RefundState::Failed { .. }, ReportedRefund::Succeeded) => {
                refund.state = RefundState::Succeeded { at: now };
                self.refund_through(id, now)
            }
            (RefundState::Pending | RefundState::Succeeded { .. }, ReportedRefund::Failed { reason }) => {
                refund.state = RefundState::Failed { reason: reason.clone() };
                Decided::changed(self)
                    .noted(HistoryKind::RefundFailed, reason, now)
                    .then(|order| order.needs_attention(AttentionReason::RefundFailed, now))
            }
            (RefundState::Failed { .. }, ReportedRefund::Pending | ReportedRefund::Failed { .. })
            | (RefundState::Pending | RefundState::Succeeded { .. }, ReportedRefund::Pending)
            | (RefundState::Succeeded { .. }, ReportedRefund::Succeeded) => {
                if named {
                    Decided::changed(self)
                } else {
                    Decided::nothing(self)
                }
            }
        }
    }

    /// The provider has returned so much of an intent's money in all. Whatever our books miss of it is entered.
    #[must_use]
    pub fn refunded_in_all(self, intent: &IntentId, total: Money, now: Timestamp) -> Decided {
        let known = |refund: &&Refund| refund.intent == *intent && !matches!(refund.state, RefundState::Failed { .. });
        let known: i64 = self.0.refunds.iter().filter(known).map(|refund| refund.amount.minor()).sum();
        let missing = total.minor().saturating_sub(known);
        if missing <= 0 {
            return Decided::nothing(self);
        }
        let amount = Money::new(missing, total.currency());
        let status = ReportedRefund::Succeeded;
        self.refund_from_outside(
            RefundReport { id: None, provider_id: None, intent: intent.clone(), amount, status },
            now,
        )
    }

    fn position_of(&self, report: &RefundReport) -> Option<usize> {
        let same = |refund: &Refund| refund.intent == report.intent && refund.amount == report.amount;
        let by_name = |refund: &Refund| Some(refund.id) == report.id;
        let by_provider = |refund: &Refund| refund.provider_id.is_some() && refund.provider_id == report.provider_id;
        // Entered from a mere sum before the provider named it.
        let unnamed =
            |refund: &Refund| refund.reason == RefundReason::Provider && refund.provider_id.is_none() && same(refund);
        let find = |test: &dyn Fn(&Refund) -> bool| self.0.refunds.iter().position(test);
        find(&by_name).or_else(|| find(&by_provider)).or_else(|| find(&unnamed))
    }

    fn refund_from_outside(mut self, report: RefundReport, now: Timestamp) -> Decided {
        let succeeded = match report.status {
            ReportedRefund::Succeeded => true,
            ReportedRefund::Pending => false,
            ReportedRefund::Failed { .. } => return Decided::nothing(self),
        };
        let name = report.provider_id.clone().unwrap_or_else(|| format!("{}/{}", report.intent, self.0.refunds.len()));
        let id = RefundId::of_provider(self.0.id, &name);
        let forgotten = report.id.is_some(); // our own name for it, but not in our books
        let state = if succeeded { RefundState::Succeeded { at: now } } else { RefundState::Pending };
        self.0.refunds.push(Refund {
            id,
            intent: report.intent,
            amount: report.amount,
            reason: RefundReason::Provider,
            note: None,
            provider_id: report.provider_id,
            state,
            requested_at: now,
            keys_used: 0,
        });
        let decided = if succeeded { self.refund_through(id, now) } else { Decided::changed(self) };
        if !forgotten {
            return decided;
        }
        decided.then(|order| order.needs_attention(AttentionReason::RefundForgotten, now))
    }

    fn refund_through(mut self, id: RefundId, now: Timestamp) -> Decided {
        self.calmed(&[AttentionReason::RefundFailed, AttentionReason::RefundNotAccepted]);
        let Some(refund) = self.refund(id).cloned() else { return Decided::nothing(self) };
        // Money that never paid for the order is no sale, so its return is no correction of one.
        let of_sale = self.0.state.paid_by().is_some_and(|paid| paid.intent.as_ref() == Some(&refund.intent));
        let decided = Decided::changed(self).noted(HistoryKind::Refunded, refund.amount.to_string(), now);
        let decided = if of_sale { decided.event(OrderEvent::Refunded { refund: id, at: now }) } else { decided };
        decided.then(|order| order.cancelled_if_returned(now))
    }

    fn cancelled_if_returned(mut self, now: Timestamp) -> Decided {
        match &self.0.state {
            OrderState::CancelPending { reason, step: CancelStep::Refund, .. } if self.is_returned() => {
                let reason = reason.clone();
                self.calmed(&[AttentionReason::CancellationStuck]);
                self.enter(OrderState::Cancelled { reason: reason.clone() }, now);
                Decided::changed(self)
                    .noted(HistoryKind::Cancelled, reason.clone(), now)
                    .event(OrderEvent::Cancelled { reason, at: now })
            }
            OrderState::CancelPending { .. }
            | OrderState::AwaitingStock { .. }
            | OrderState::AwaitingPayment { .. }
            | OrderState::Paid(_)
            | OrderState::Shipped { .. }
            | OrderState::Completed { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => Decided::nothing(self),
        }
    }

    /// Whether every cent that came in has gone back.
    #[must_use]
    pub fn is_returned(&self) -> bool {
        let through = |refund: &&Refund| matches!(refund.state, RefundState::Succeeded { .. });
        self.0.payments.iter().all(|payment| {
            let captured = payment.captured().map_or(0, Money::minor);
            let of_it = self.0.refunds.iter().filter(through).filter(|refund| refund.intent == payment.intent);
            captured <= of_it.map(|refund| refund.amount.minor()).sum()
        })
    }
}
