//! Money going out. Each wish to return money is a record of its own: pending until the provider says it is through.

use shared_kernel::{Money, Timestamp};

use super::state::CancelStep;
use super::{
    AttentionReason, HistoryKind, IntentId, Order, OrderEvent, OrderState, OrderTask, Payment, Reason, RefundId,
    Transition,
};

/// One repayment.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub note: Option<Reason>,
    /// The provider's name for it, once it has one.
    pub provider_id: Option<String>,
    /// Where it stands.
    pub state: RefundState,
    /// Since when it is wished.
    pub requested_at: Timestamp,
    /// How many of its idempotency keys hold an answer of the provider that is none of success.
    pub keys_used: u32,
    /// Whether the world was told that it went through, and nothing since. Unknown in rows of older versions.
    pub published: Option<bool>,
}

impl Refund {
    /// Whether its money has gone or may still go: all but those that failed.
    pub const fn holds_money(&self) -> bool {
        !matches!(self.state, RefundState::Failed { .. })
    }

    /// Whether its money has gone.
    pub const fn is_through(&self) -> bool {
        matches!(self.state, RefundState::Succeeded { .. })
    }

    /// How many keys are used up for the next attempt. Older versions did not count, but a refund that was refused has used
    /// a key.
    pub fn used_keys(&self) -> u32 {
        let refused = u32::from(matches!(self.state, RefundState::Failed { .. }));
        self.keys_used.max(refused)
    }
}

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    pub const ALL: [Self; 5] = [Self::Cancelled, Self::NotExpected, Self::AmountDiffers, Self::Staff, Self::Provider];

    /// The stable name, in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::NotExpected => "not_expected",
            Self::AmountDiffers => "amount_differs",
            Self::Staff => "staff",
            Self::Provider => "provider",
        }
    }
}

/// Where a refund stands.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    pub note: Option<Reason>,
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
    /// The buyer has, or may get, this money back through the bank: a refund would return it twice.
    #[error("the buyer disputes {disputed} with the bank, and {left} is left to refund")]
    Disputed {
        /// How much the bank may give, or has given, back.
        disputed: Money,
        /// How much is left.
        left: Money,
    },
    /// Zero or less, or another currency than that of the payment.
    #[error("the amount must be positive and in the currency of the order")]
    NotAnAmount,
}

impl Order {
    /// The record of one refund.
    pub fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id == id)
    }

    /// How much of an intent's money is neither returned nor on its way back, be it by us or by the bank.
    pub fn refundable(&self, payment: &Payment) -> Option<Money> {
        let captured = payment.captured()?;
        let gone = |refund: &&Refund| refund.intent == payment.intent && refund.holds_money();
        let gone = self.refunds.iter().filter(gone).map(|refund| refund.amount.minor());
        let claimed = self.claimed_by_bank(&payment.intent).map_or(0, Money::minor);
        let left = gone.fold(captured.minor(), i64::saturating_sub).saturating_sub(claimed);
        (left > 0).then(|| Money::new(left, captured.currency()))
    }

    /// How much of an intent's money has gone back by refunds.
    pub fn refunded(&self, intent: &IntentId) -> i64 {
        let through = self.refunds.iter().filter(|refund| refund.intent == *intent && refund.is_through());
        through.map(|refund| refund.amount.minor()).fold(0, i64::saturating_add)
    }

    /// How much the staff may still return: what is left of the payment that paid for it, else of any other.
    pub fn refundable_by_staff(&self) -> Option<(IntentId, Money)> {
        let accepted = self.state.paid_by().and_then(|paid| paid.intent.as_ref());
        let first = |payment: &&Payment| Some(&payment.intent) == accepted;
        let mut accepted_first = self.payments.iter().filter(first).chain(self.payments.iter());
        accepted_first.find_map(|payment| Some((payment.intent.clone(), self.refundable(payment)?)))
    }

    /// The refund, if the provider should (again) be asked for it.
    pub fn sendable_refund(&self, id: RefundId) -> Option<&Refund> {
        let refund = self.refund(id)?;
        let left = || self.payment(&refund.intent).and_then(|payment| self.refundable(payment));
        match refund.state {
            RefundState::Pending => Some(refund),
            // One that the provider has made and that failed there is final; one that it refused may be asked for again.
            RefundState::Failed { .. } => Some(refund).filter(|refund| {
                refund.provider_id.is_none() && left().is_some_and(|left| left.minor() >= refund.amount.minor())
            }),
            RefundState::Succeeded { .. } => None,
        }
    }

    /// The provider has refused a refund of ours, and would say so again under the same key.
    pub fn refund_refused(self, id: RefundId, report: RefundReport, now: Timestamp) -> Transition {
        self.refund_reported(report, now).then(|order| order.refund_key_used(id))
    }

    /// The provider has answered under the refund's key, not with success, and would do so again.
    pub fn refund_key_used(mut self, id: RefundId) -> Transition {
        let Some(refund) = self.refunds.iter_mut().find(|refund| refund.id == id) else {
            return Transition::nothing(self);
        };
        refund.keys_used = refund.keys_used.saturating_add(1);
        Transition::changed(self)
    }

    /// The staff returns money, in part or in full. The sum of all refunds never passes what was captured.
    pub fn refund_requested(mut self, request: RefundRequest, now: Timestamp) -> Result<Transition, RefundRefused> {
        if self.refund(request.id).is_some() {
            return Ok(Transition::nothing(self));
        }
        let Some((intent, left)) = self.refundable_by_staff() else { return Err(self.nothing_left()) };
        let amount = request.amount.unwrap_or(left);
        if amount.minor() <= 0 || amount.currency() != left.currency() {
            return Err(RefundRefused::NotAnAmount);
        }
        if amount.minor() > left.minor() {
            let disputed = self.claimed_by_bank(&intent);
            return Err(
                disputed.map_or(RefundRefused::TooMuch { left }, |disputed| RefundRefused::Disputed { disputed, left })
            );
        }
        let (id, reason, note) = (request.id, RefundReason::Staff, request.note);
        self.refunds.push(Refund {
            id,
            intent,
            amount,
            reason,
            note,
            provider_id: None,
            state: RefundState::Pending,
            requested_at: now,
            keys_used: 0,
            published: Some(false),
        });
        Ok(Transition::changed(self)
            .with_history(HistoryKind::RefundRequested, amount.to_string(), now)
            .task(OrderTask::RefundPayment { refund: id }))
    }

    fn nothing_left(&self) -> RefundRefused {
        let disputed = self.payments.iter().find_map(|payment| self.claimed_by_bank(&payment.intent));
        disputed.map_or(RefundRefused::NothingLeft, |disputed| RefundRefused::Disputed {
            disputed,
            left: Money::zero(disputed.currency()),
        })
    }

    /// Returns what is left of one intent's money: the refund's name is made from the intent's, so that it happens once. What
    /// a won dispute gives free after that has gone through is returned under the next name.
    pub(super) fn return_payment(mut self, intent: &IntentId, reason: RefundReason, now: Timestamp) -> Transition {
        let left = self.payment(intent).and_then(|payment| self.refundable(payment));
        let Some((id, amount)) = self.name_of_return(intent).zip(left) else { return Transition::nothing(self) };
        self.refunds.push(Refund {
            id,
            intent: intent.clone(),
            amount,
            reason,
            note: None,
            provider_id: None,
            state: RefundState::Pending,
            requested_at: now,
            keys_used: 0,
            published: Some(false),
        });
        Transition::changed(self)
            .with_history(HistoryKind::RefundRequested, amount.to_string(), now)
            .task(OrderTask::RefundPayment { refund: id })
    }

    /// The first name that no return of this money bears; none while one of them is under way or has failed.
    fn name_of_return(&self, intent: &IntentId) -> Option<RefundId> {
        let first = RefundId::of_intent(self.id, intent);
        let next = |n: u32| RefundId::of_intent(self.id, &IntentId::new(format!("{intent}/return/{n}")));
        let mut names = std::iter::once(first).chain((2..).map(next));
        let is_through = |id: &RefundId| self.refund(*id).is_some_and(Refund::is_through);
        names.find(|id| !is_through(id)).filter(|id| self.refund(*id).is_none())
    }

    /// Returns everything that a cancelled order has left, or ends it if nothing is.
    pub(super) fn return_money(self, now: Timestamp) -> Transition {
        let intents: Vec<IntentId> = self.payments.iter().map(|payment| payment.intent.clone()).collect();
        let start = Transition::nothing(self);
        intents
            .iter()
            .fold(start, |done, intent| done.then(|order| order.return_payment(intent, RefundReason::Cancelled, now)))
            .then(|order| order.cancelled_if_returned(now))
    }

    /// What a cancellation still owes is returned as soon as it can be.
    pub(super) fn return_if_cancelling(self, now: Timestamp) -> Transition {
        if matches!(self.state, OrderState::CancelPending { step: CancelStep::Refund, .. }) {
            return self.return_money(now);
        }
        Transition::nothing(self)
    }

    pub(super) fn cancelled_if_returned(mut self, now: Timestamp) -> Transition {
        match &self.state {
            OrderState::CancelPending { reason, step: CancelStep::Refund, .. } if self.is_returned() => {
                let reason = reason.clone();
                self.clear_attention(&[AttentionReason::CancellationStuck]);
                self.enter(OrderState::Cancelled { reason: reason.clone() }, now);
                Transition::changed(self)
                    .with_history(HistoryKind::Cancelled, reason.to_string(), now)
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
            | OrderState::Expired { .. } => Transition::nothing(self),
        }
    }

    /// Whether every cent that came in has gone back, be it by us or by the bank.
    pub fn is_returned(&self) -> bool {
        self.payments.iter().all(|payment| !self.owes(payment))
    }

    /// Whether some of a payment's money has not gone back.
    pub(super) fn owes(&self, payment: &Payment) -> bool {
        let gone = self.refunded(&payment.intent).saturating_add(self.lost_to_bank(&payment.intent));
        payment.captured().map_or(0, Money::minor) > gone
    }
}
