//! Disputes: the buyer asks the bank for the money, and the bank decides.

use shared_kernel::{Money, Timestamp};

use super::{AttentionReason, HistoryKind, IntentId, Order, Payment, Transition};

/// One dispute, as the provider last told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The provider's name for it.
    pub id: String,
    /// Whose money.
    pub intent: IntentId,
    /// How much of it, which may be less than the payment.
    pub amount: Money,
    /// The bank's reason, such as `fraudulent`.
    pub reason: String,
    /// Where it stands.
    pub status: DisputeStatus,
    /// Until when the shop can answer.
    pub respond_by: Option<Timestamp>,
    /// Whether the bank has the money now.
    pub withdrawn: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeStatus {
    /// The bank asks; no money has moved.
    Inquiry,
    /// The bank has not gone on asking.
    InquiryClosed,
    /// The shop can answer.
    NeedsResponse,
    /// The bank decides.
    UnderReview,
    /// The money is the shop's.
    Won,
    /// The money is the buyer's.
    Lost,
}

impl DisputeStatus {
    pub const ALL: [Self; 6] =
        [Self::Inquiry, Self::InquiryClosed, Self::NeedsResponse, Self::UnderReview, Self::Won, Self::Lost];

    /// The stable name: on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inquiry => "inquiry",
            Self::InquiryClosed => "inquiry_closed",
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Whether the bank still has to decide, or to ask again.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Inquiry | Self::NeedsResponse | Self::UnderReview)
    }

    /// Whether the money is, or may become, the buyer's by this dispute: a refund would return it twice.
    pub const fn claims_money(self) -> bool {
        matches!(self, Self::NeedsResponse | Self::UnderReview | Self::Lost)
    }
}

/// What the provider says of one dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeReport {
    /// The provider's name for it.
    pub id: String,
    /// Whose money.
    pub intent: IntentId,
    /// How much of it.
    pub amount: Money,
    /// The bank's reason.
    pub reason: String,
    /// Where it stands.
    pub status: DisputeStatus,
    /// Until when the shop can answer.
    pub respond_by: Option<Timestamp>,
    /// Whether the bank has the money now.
    pub withdrawn: bool,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
}

impl Order {
    /// How much of a payment the buyer has, or may get, back through the bank.
    pub fn claimed_by_bank(&self, intent: &IntentId) -> Option<Money> {
        let claims = |dispute: &&Dispute| dispute.intent == *intent && dispute.status.claims_money();
        let captured = self.payment(intent).and_then(Payment::captured)?;
        let claimed = self.disputed_minor(captured, claims);
        (claimed > 0).then(|| Money::new(claimed, captured.currency()))
    }

    /// How much of a payment the bank has given back to the buyer for good.
    pub(super) fn lost_to_bank(&self, intent: &IntentId) -> i64 {
        let lost = |dispute: &&Dispute| dispute.intent == *intent && dispute.status == DisputeStatus::Lost;
        self.payment(intent).and_then(Payment::captured).map_or(0, |captured| self.disputed_minor(captured, lost))
    }

    fn disputed_minor(&self, captured: Money, which: impl Fn(&&Dispute) -> bool) -> i64 {
        let same_money = |dispute: &&Dispute| dispute.amount.currency() == captured.currency();
        let disputes = self.disputes.iter().filter(which).filter(same_money);
        disputes.map(|dispute| dispute.amount.minor()).fold(0, i64::saturating_add).min(captured.minor())
    }

    /// The provider says how a dispute stands.
    pub(super) fn dispute_stated(mut self, report: DisputeReport, now: Timestamp) -> Transition {
        let known = self.disputes.iter().position(|dispute| dispute.id == report.id);
        let before = known.map(|index| self.disputes[index].clone());
        let opened_at = before.as_ref().map(|before| before.opened_at).or(report.opened_at).unwrap_or(now);
        let DisputeReport { id, intent, amount, reason, status, respond_by, withdrawn, .. } = report;
        let dispute = Dispute { id, intent, amount, reason, status, respond_by, withdrawn, opened_at };
        match known {
            Some(_) if before.as_ref() == Some(&dispute) => return Transition::nothing(self),
            Some(index) => self.disputes[index] = dispute.clone(),
            None => self.disputes.push(dispute.clone()),
        }
        if before.as_ref().is_some_and(|before| before.status == dispute.status) {
            return Transition::changed(self); // only a deadline or a movement of money is new
        }
        let note = format!("{}, {}: {}", dispute.amount, dispute.reason, dispute.status.name().replace('_', " "));
        let claimed = before.is_some_and(|before| before.status.is_open() && before.status.claims_money());
        Transition::changed(self)
            .with_history(HistoryKind::Disputed, note, now)
            .then(|order| order.dispute_moved_on(&dispute, claimed, now))
    }

    fn dispute_moved_on(mut self, dispute: &Dispute, was_claimed: bool, now: Timestamp) -> Transition {
        let detail = format!("{}, {}", dispute.amount, dispute.reason);
        if dispute.status.is_open() {
            if was_claimed {
                return Transition::nothing(self); // somebody was asked to look when it was opened
            }
            let detail = match dispute.respond_by {
                Some(deadline) => format!("{detail}; answer by {deadline}"),
                None => detail,
            };
            self.clear_attention_about(AttentionReason::PaymentDisputed, &dispute.id);
            return self.needs_attention_about(AttentionReason::PaymentDisputed, &dispute.id, detail, now);
        }
        let calmed = self.clear_attention_about(AttentionReason::PaymentDisputed, &dispute.id);
        let start = if calmed { Transition::changed(self) } else { Transition::nothing(self) };
        match dispute.status {
            DisputeStatus::Lost => {
                start.then(|order| order.needs_attention_about(AttentionReason::DisputeLost, &dispute.id, detail, now))
            }
            // What a cancellation owes could not be returned while the bank had it.
            DisputeStatus::Won | DisputeStatus::InquiryClosed => start.then(|mut order| {
                let calmed = order.clear_attention_about(AttentionReason::DisputeLost, &dispute.id);
                let start = if calmed { Transition::changed(order) } else { Transition::nothing(order) };
                start.then(|order| order.return_if_cancelling(now))
            }),
            DisputeStatus::Inquiry | DisputeStatus::NeedsResponse | DisputeStatus::UnderReview => start,
        }
    }
}
