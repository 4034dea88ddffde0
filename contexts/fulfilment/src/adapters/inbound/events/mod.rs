//! Messages from other contexts, and our own tasks. One file per foreign contract: each keeps its own tolerant view of
//! the message, reads only what the warehouse needs, and turns it into a command.
//!
//! Acknowledged by outcome: what cannot be read is a dead letter at once, what the store could not do is tried again,
//! what was handled before is done.

mod catalogue;
mod order_anonymised;
mod order_closed;
mod order_money;
mod order_paid;
mod order_placed;
mod orders;
mod product_changed;
mod stock_counted;
mod task_deliver_digital;

use chassis::messaging::{Failure, Handled};
use shared_kernel::{ConsumerName, StoreError};

pub use catalogue::{CountStock, KeepProducts};
pub use order_anonymised::ForgetBuyers;
pub use order_money::NoteRefunds;
pub use orders::FollowOrders;
pub use task_deliver_digital::MailFiles;

/// Follows orders: one consumer for all their facts, so that facts of one order keep their order.
pub const FOLLOW_ORDERS: ConsumerName = ConsumerName::new("follow-orders");
/// Forgets the buyers of anonymised orders.
pub const FORGET_BUYERS: ConsumerName = ConsumerName::new("forget-buyers");
/// Keeps names and kinds.
pub const KEEP_PRODUCTS: ConsumerName = ConsumerName::new("keep-products");
/// Applies imported counts.
pub const COUNT_STOCK: ConsumerName = ConsumerName::new("count-stock");

/// Notes what went back of orders' money.
pub const NOTE_REFUNDS: ConsumerName = ConsumerName::new("note-refunds");

/// What [`NoteRefunds`] hears.
pub const MONEY_EVENTS: &[&str] = &[order_money::REFUNDED, order_money::REFUND_FAILED];
/// What [`FollowOrders`] hears.
pub const ORDER_EVENTS: &[&str] = &[
    orders::PLACED,
    orders::PAID,
    orders::EXPIRED,
    orders::REJECTED,
    orders::CANCELLED,
    orders::CANCELLATION_REQUESTED,
];
/// What [`ForgetBuyers`] hears.
pub const ERASURE_EVENTS: &[&str] = &[order_anonymised::ANONYMISED];
/// What [`KeepProducts`] hears.
pub const PRODUCT_EVENTS: &[&str] = &[catalogue::CHANGED, catalogue::WITHDRAWN];
/// What [`CountStock`] hears.
pub const COUNT_EVENTS: &[&str] = &[catalogue::COUNTED];

/// The message cannot be what its type says.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unreadable(String);

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<Unreadable> for Handled {
    fn from(unreadable: Unreadable) -> Self {
        Self::Dead(Failure::new("unreadable", unreadable))
    }
}

fn acknowledge(outcome: Result<(), StoreError>) -> Handled {
    match outcome {
        Ok(()) | Err(StoreError::AlreadyHandled) => Handled::Done,
        Err(error) => Handled::Retry(Failure::of(&error)),
    }
}
