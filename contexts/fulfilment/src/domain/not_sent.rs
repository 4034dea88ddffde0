//! What staff decides not to send, and why.
//!
//! The reason is one of a list, not free text: it travels to other contexts and stays in the books when the buyer is
//! erased, so it must not be able to hold personal data.

use super::shipping_order::Item;

/// Why something that was paid for is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSentReason {
    /// Its money went back, or goes back, instead.
    Refunded,
    /// It cannot be had.
    OutOfStock,
    /// It broke before it could be sent.
    Damaged,
    /// The buyer no longer wants it.
    CustomerRequest,
    /// It cannot be delivered to this address.
    Undeliverable,
    /// Anything else.
    Other,
}

impl NotSentReason {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Refunded, Self::OutOfStock, Self::Damaged, Self::CustomerRequest, Self::Undeliverable, Self::Other];

    /// The name on the wire and in rows.
    pub const fn name(self) -> &'static str {
        self.described().0
    }

    /// For people.
    pub const fn words(self) -> &'static str {
        self.described().1
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    const fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Refunded => ("refunded", "Refunded instead"),
            Self::OutOfStock => ("out_of_stock", "Out of stock"),
            Self::Damaged => ("damaged", "Damaged"),
            Self::CustomerRequest => ("customer_request", "Customer's request"),
            Self::Undeliverable => ("undeliverable", "Cannot be delivered"),
            Self::Other => ("other", "Other reason"),
        }
    }
}

/// The items that are not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent {
    /// Which; at least one.
    pub items: Vec<Item>,
    /// Why.
    pub reason: NotSentReason,
}
