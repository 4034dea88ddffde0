//! A dispute: the buyer has asked the bank for the money back. From the bank's question to the end, won or lost.
//!
//! An inquiry asks without taking the money; any other dispute takes it at once and gives it back if it is won. What the
//! shop says in its evidence decides, by Stripe's test values `winning_evidence`, `losing_evidence` and
//! `escalate_inquiry_evidence`; a dispute that is not answered in time is lost.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared_kernel::{Money, Timestamp};

use super::attempt::Charge;
use super::complaint::Complaint;

/// How long the shop may take to answer.
const EVIDENCE_DEADLINE: Duration = Duration::from_hours(7 * 24);

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisputeStatus {
    /// An inquiry that the shop may answer.
    WarningNeedsResponse,
    /// An inquiry that was answered.
    WarningUnderReview,
    /// An inquiry that came to nothing.
    WarningClosed,
    /// The shop may answer; the money is away.
    NeedsResponse,
    /// The bank reads the answer.
    UnderReview,
    /// The shop has its money again.
    Won,
    /// The buyer keeps it.
    Lost,
}

impl DisputeStatus {
    /// Stripe's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningUnderReview => "warning_under_review",
            Self::WarningClosed => "warning_closed",
            Self::NeedsResponse => "needs_response",
            Self::UnderReview => "under_review",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Whether the shop's money is with the bank or the buyer.
    pub(crate) const fn holds_the_money(self) -> bool {
        matches!(self, Self::NeedsResponse | Self::UnderReview | Self::Lost)
    }

    /// Whether nothing more happens.
    pub(crate) const fn is_final(self) -> bool {
        matches!(self, Self::WarningClosed | Self::Won | Self::Lost)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dispute {
    /// Such as `du_0199..`.
    pub id: String,
    /// The intent whose money is disputed.
    pub intent: String,
    /// The charge that took it.
    pub charge: String,
    /// When the bank told.
    pub created: Timestamp,
    /// How much.
    pub amount: Money,
    /// What the buyer says.
    pub complaint: Complaint,
    /// Where it stands.
    pub status: DisputeStatus,
    /// Until when the shop may answer.
    pub answer_by: Timestamp,
    /// The shop's answer, while it is only written or after it was sent.
    pub evidence: BTreeMap<String, String>,
    /// How many times the shop has sent its answer.
    pub answers: u32,
    /// The shop's own notes.
    pub metadata: BTreeMap<String, String>,
}

/// What Stripe tells of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DisputeFact {
    /// The bank has told.
    Created,
    /// The money was taken from the shop.
    FundsWithdrawn,
    /// Evidence, notes or status are others.
    Updated,
    /// The shop has the money again.
    FundsReinstated,
    /// It is over.
    Closed,
}

impl DisputeFact {
    /// Stripe's name of the event.
    pub(crate) const fn event_type(self) -> &'static str {
        match self {
            Self::Created => "charge.dispute.created",
            Self::FundsWithdrawn => "charge.dispute.funds_withdrawn",
            Self::Updated => "charge.dispute.updated",
            Self::FundsReinstated => "charge.dispute.funds_reinstated",
            Self::Closed => "charge.dispute.closed",
        }
    }
}

/// The dispute that this charge leads to, if it was made with such a card.
pub(crate) fn of_charge(id: String, charge: &Charge, now: Timestamp) -> Option<(Dispute, Vec<DisputeFact>)> {
    let complaint = charge.method.complaint().filter(|_| charge.declined.is_none())?;
    let (status, facts) = match complaint {
        Complaint::Inquiry => (DisputeStatus::WarningNeedsResponse, vec![DisputeFact::Created]),
        Complaint::Fraudulent | Complaint::ProductNotReceived => {
            (DisputeStatus::NeedsResponse, vec![DisputeFact::Created, DisputeFact::FundsWithdrawn])
        }
    };
    let dispute = Dispute {
        id,
        intent: charge.intent.clone(),
        charge: charge.id.clone(),
        created: now,
        amount: charge.amount,
        complaint,
        status,
        answer_by: now.plus(EVIDENCE_DEADLINE),
        evidence: BTreeMap::new(),
        answers: 0,
        metadata: BTreeMap::new(),
    };
    Some((dispute, facts))
}

impl Dispute {
    /// Takes the shop's evidence in and, if it is sent, lets the bank decide. `None` when it is over already.
    pub(crate) fn answered(self, evidence: BTreeMap<String, String>, sent: bool) -> Option<(Self, Vec<DisputeFact>)> {
        if self.status.is_final() {
            return None;
        }
        let mut all = self.evidence.clone();
        all.extend(evidence);
        let written = Self { evidence: all, ..self };
        if !sent {
            return Some((written, vec![DisputeFact::Updated]));
        }
        let written = Self { answers: written.answers + 1, ..written };
        let has = |value: &str| written.evidence.values().any(|text| text == value);
        let inquiry = matches!(
            written.status,
            DisputeStatus::WarningNeedsResponse | DisputeStatus::WarningUnderReview | DisputeStatus::WarningClosed
        );
        let (status, facts) = if has("escalate_inquiry_evidence") && inquiry {
            (DisputeStatus::NeedsResponse, vec![DisputeFact::Updated, DisputeFact::FundsWithdrawn])
        } else if has("winning_evidence") && inquiry {
            (DisputeStatus::WarningClosed, vec![DisputeFact::Updated, DisputeFact::Closed])
        } else if has("winning_evidence") {
            let facts = vec![DisputeFact::Updated, DisputeFact::FundsReinstated, DisputeFact::Closed];
            (DisputeStatus::Won, facts)
        } else if has("losing_evidence") {
            return Some(written.lost(vec![DisputeFact::Updated]));
        } else if inquiry {
            (DisputeStatus::WarningUnderReview, vec![DisputeFact::Updated])
        } else {
            (DisputeStatus::UnderReview, vec![DisputeFact::Updated])
        };
        Some((Self { status, ..written }, facts))
    }

    /// The shop gives in. `None` when it is over already.
    pub(crate) fn accepted(self) -> Option<(Self, Vec<DisputeFact>)> {
        if self.status.is_final() { None } else { Some(self.lost(Vec::new())) }
    }

    /// The shop has sent no answer in time: an inquiry comes to nothing, any other dispute is lost. `None` before that.
    pub(crate) fn overdue(self, now: Timestamp) -> Option<(Self, Vec<DisputeFact>)> {
        let waits = matches!(self.status, DisputeStatus::NeedsResponse | DisputeStatus::WarningNeedsResponse);
        if !waits || self.answer_by > now {
            return None;
        }
        if self.status == DisputeStatus::WarningNeedsResponse {
            return Some((Self { status: DisputeStatus::WarningClosed, ..self }, vec![DisputeFact::Closed]));
        }
        Some(self.lost(Vec::new()))
    }

    /// When it is lost without an answer.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        let waits = matches!(self.status, DisputeStatus::NeedsResponse | DisputeStatus::WarningNeedsResponse);
        waits.then_some(self.answer_by)
    }

    /// An inquiry that is lost takes the money only now.
    fn lost(self, mut facts: Vec<DisputeFact>) -> (Self, Vec<DisputeFact>) {
        if !self.status.holds_the_money() {
            facts.push(DisputeFact::FundsWithdrawn);
        }
        facts.push(DisputeFact::Closed);
        (Self { status: DisputeStatus::Lost, ..self }, facts)
    }
}

#[cfg(test)]
mod tests {
    use shared_kernel::Currency;

    use super::super::method::Method;
    use super::*;

    fn noon() -> Timestamp {
        Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
    }

    fn charge(method: &str) -> Charge {
        Charge {
            id: "ch_1".into(),
            intent: "pi_1".into(),
            created: noon(),
            amount: Money::new(5_990, Currency::NZD),
            method: Method::named(method, "pm_1".into()).unwrap(),
            declined: None,
        }
    }

    fn a_dispute(method: &str) -> Dispute {
        of_charge("du_1".into(), &charge(method), noon()).unwrap().0
    }

    fn evidence(text: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("uncategorized_text".to_owned(), text.to_owned())])
    }

    #[test]
    fn only_some_cards_lead_to_one() {
        assert_eq!(of_charge("du_1".into(), &charge("pm_card_visa"), noon()), None);
        let (dispute, facts) = of_charge("du_1".into(), &charge("pm_card_createDispute"), noon()).unwrap();
        assert_eq!(dispute.status, DisputeStatus::NeedsResponse);
        assert_eq!(facts, [DisputeFact::Created, DisputeFact::FundsWithdrawn]);
        let (inquiry, facts) = of_charge("du_1".into(), &charge("pm_card_createDisputeInquiry"), noon()).unwrap();
        assert_eq!((inquiry.status.holds_the_money(), facts.len()), (false, 1));
    }

    #[test]
    fn evidence_decides() {
        let dispute = a_dispute("pm_card_createDispute");
        let (won, facts) = dispute.clone().answered(evidence("winning_evidence"), true).unwrap();
        assert_eq!((won.status, won.status.holds_the_money()), (DisputeStatus::Won, false));
        assert_eq!(facts, [DisputeFact::Updated, DisputeFact::FundsReinstated, DisputeFact::Closed]);
        assert_eq!(won.answered(evidence("losing_evidence"), true), None);
        let (lost, facts) = dispute.clone().answered(evidence("losing_evidence"), true).unwrap();
        assert_eq!(
            (lost.status, facts.as_slice()),
            (DisputeStatus::Lost, &[DisputeFact::Updated, DisputeFact::Closed][..])
        );
        let (staged, _) = dispute.answered(evidence("winning_evidence"), false).unwrap();
        assert_eq!((staged.status, staged.answers), (DisputeStatus::NeedsResponse, 0));
    }

    #[test]
    fn silence_loses_a_dispute_and_ends_an_inquiry() {
        let late = noon().plus(EVIDENCE_DEADLINE);
        let dispute = a_dispute("pm_card_createDisputeProductNotReceived");
        assert_eq!(dispute.clone().overdue(noon()), None);
        assert_eq!(dispute.overdue(late).unwrap().0.status, DisputeStatus::Lost);
        let inquiry = a_dispute("pm_card_createDisputeInquiry").overdue(late).unwrap();
        assert_eq!((inquiry.0.status, inquiry.1), (DisputeStatus::WarningClosed, vec![DisputeFact::Closed]));
    }

    #[test]
    fn an_inquiry_that_grows_takes_the_money_then() {
        let inquiry = a_dispute("pm_card_createDisputeInquiry");
        let (grown, facts) = inquiry.clone().answered(evidence("escalate_inquiry_evidence"), true).unwrap();
        assert_eq!((grown.status, facts.contains(&DisputeFact::FundsWithdrawn)), (DisputeStatus::NeedsResponse, true));
        assert!(inquiry.accepted().unwrap().1.contains(&DisputeFact::FundsWithdrawn));
    }
}
