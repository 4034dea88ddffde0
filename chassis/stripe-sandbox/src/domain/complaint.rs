//! What a buyer complains of, which a test card knows beforehand and a dispute is about.

use serde::{Deserialize, Serialize};

/// What the buyer tells the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Complaint {
    /// The card was used by another person than its owner.
    Fraudulent,
    /// The goods have not arrived.
    ProductNotReceived,
    /// The buyer does not know the payment; the bank only asks.
    Inquiry,
}

impl Complaint {
    /// Stripe's `reason`.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Fraudulent | Self::Inquiry => "fraudulent",
            Self::ProductNotReceived => "product_not_received",
        }
    }
}
