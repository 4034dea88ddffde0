//! Why a decision changed nothing.

use shared_kernel::{OrderId, Sku};

use super::kinds::Count;
use super::stock::BelowPromised;

/// A refusal, named so that a person can act on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Fewer were counted than are promised to orders.
    #[error("{} are promised to orders ({reserved} reserved, {committed} sold and not sent yet); there cannot be fewer", reserved + committed)]
    BelowReserved {
        /// How many are reserved for orders that may still be paid.
        reserved: i64,
        /// How many are paid and not sent yet.
        committed: i64,
    },
    /// What lies there is not what the person had seen before counting.
    #[error("stock has changed meanwhile: {on_hand} are on hand now")]
    StockChanged {
        /// How many lie there.
        on_hand: i64,
        /// How many may still be sold.
        available: i64,
    },
    /// The key was used for another adjustment.
    #[error("this key was used for another adjustment")]
    KeyReused,
    /// More would lie there than a shelf is believed to hold.
    #[error("at most {} can be on hand", Count::MAX)]
    ShelfFull,
    /// Nothing has to be sent for this order.
    #[error("there is no shipping order {0}")]
    NoSuchShippingOrder(OrderId),
    /// Nothing may be sent for this order any more.
    #[error("the shipping order was cancelled")]
    AlreadyCancelled,
    /// The order has no such item.
    #[error("the shipping order has no item {0}")]
    UnknownItem(Sku),
    /// The item goes out by mail, on its own.
    #[error("{0} is delivered by e-mail and cannot be dispatched")]
    NotPhysical(Sku),
    /// Every item of the order goes out by mail.
    #[error("the shipping order has nothing to pack")]
    NothingToPack,
    /// Staff decided not to send the item.
    #[error("the shipping order was closed without {0}; it is not to be sent")]
    ClosedWithout(Sku),
    /// Every item has left already.
    #[error("everything in the shipping order has been sent already")]
    NothingToClose,
}

impl From<BelowPromised> for Refusal {
    fn from(BelowPromised { reserved, committed }: BelowPromised) -> Self {
        Self::BelowReserved { reserved, committed }
    }
}
