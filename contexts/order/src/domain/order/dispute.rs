//! Disputes: the buyer asks the bank for the money, and the bank decides.

use serde::{Deserialize, Serialize};
use shared_kernel::{Money, Timestamp};

use super::IntentId;

/// One dispute, as the provider last told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<Timestamp>,
    /// Whether the bank has the money now.
    pub withdrawn: bool,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// The name on the wire.
    #[must_use]
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
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Inquiry | Self::NeedsResponse | Self::UnderReview)
    }

    /// Whether the money is, or may become, the buyer's by this dispute: a refund would return it twice.
    #[must_use]
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
