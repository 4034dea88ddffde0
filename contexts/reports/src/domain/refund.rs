//! Money that went back.

use shared_kernel::{Currency, Money, Timestamp};

use super::month::Month;
use super::sale::SaleError;

/// Names a refund permanently, as the order that gave it does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RefundId(String);

impl RefundId {
    /// Takes 1 to 200 characters.
    pub fn new(id: &str) -> Option<Self> {
        (1..=200).contains(&id.chars().count()).then(|| Self(id.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One refund. Counted against the month in which it was given, not that of the sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Which one.
    pub id: RefundId,
    /// What went back; never negative.
    pub amount: Money,
    /// Why, as the order says.
    pub reason: String,
    /// When.
    pub refunded_at: Timestamp,
    /// The month of that moment in the shop's calendar.
    pub month: Month,
}

impl Refund {
    /// A refund of `minor` units.
    ///
    /// # Errors
    /// [`SaleError::OutOfRange`] for a negative or absurdly large amount.
    pub fn new(
        id: RefundId,
        minor: i64,
        currency: Currency,
        reason: String,
        refunded_at: Timestamp,
        month: Month,
    ) -> Result<Self, SaleError> {
        if !(0..=100_000_000_000_000).contains(&minor) {
            return Err(SaleError::OutOfRange);
        }
        Ok(Self { id, amount: Money::new(minor, currency), reason, refunded_at, month })
    }
}
