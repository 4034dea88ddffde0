//! Sends receipts.

use async_trait::async_trait;
use shared_kernel::Timestamp;
use uuid::Uuid;

use crate::domain::Order;

/// A receipt, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptLetter {
    /// The mail's Message-ID: sending the same receipt twice sends the same mail.
    pub id: Uuid,
    /// To whom.
    pub to: String,
    /// What was bought: number, lines, delivery, totals, address.
    pub order: Order,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// With what.
    pub payment_reference: String,
}

/// Why a receipt was not sent.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// Nobody will ever take it: the address is wrong.
    #[error("the receipt was refused: {0}")]
    Refused(String),
    /// Worth another try.
    #[error("mail is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Sends receipts.
#[async_trait]
pub trait ReceiptSender: Send + Sync {
    /// Sends the letter under its stable id.
    async fn send(&self, letter: &ReceiptLetter) -> Result<(), ReceiptError>;
}
