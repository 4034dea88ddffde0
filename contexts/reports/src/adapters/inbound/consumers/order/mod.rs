//! Everything that orders say, by type.

mod anonymised;
mod cancelled;
mod completed;
mod fields;
mod imported;
mod paid;
mod refund_failed;
mod refunded;

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Failure, Handled, Handler};
use shared_kernel::{ConsumerName, Envelope};

use super::{Unreadable, handle_store_error};
use crate::application::{RecordFact, RecordFactCommand, RecordFactError};

pub use anonymised::{ERASURE_FACTS, FORGET_REASONS, ForgetReasons};

/// Hears of orders.
pub const RECORD_SALES: ConsumerName = ConsumerName::new("record-sales");

/// What the books want to know of orders.
pub const ORDER_FACTS: &[&str] =
    &[paid::TYPE, completed::TYPE, cancelled::TYPE, refunded::TYPE, refund_failed::TYPE, imported::TYPE];

/// Reads a fact about an order; the command still lacks its cause.
///
/// # Errors
/// [`Unreadable`] when it is of no known type or lacks something.
pub fn order_fact(envelope: &Envelope) -> Result<RecordFactCommand, Unreadable> {
    match envelope.event_type.as_str() {
        paid::TYPE => paid::read(envelope),
        completed::TYPE => completed::read(envelope),
        cancelled::TYPE => cancelled::read(envelope),
        refunded::TYPE => refunded::read(envelope),
        refund_failed::TYPE => refund_failed::read(envelope),
        imported::TYPE => imported::read(envelope),
        _ => Err(Unreadable::Type(envelope.event_type.clone())),
    }
}

/// Records facts about orders.
pub struct RecordSales(pub Arc<RecordFact>);

#[async_trait]
impl Handler for RecordSales {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let command = match order_fact(&delivery.envelope) {
            Ok(command) => RecordFactCommand { cause: Some(delivery.cause.clone()), ..command },
            Err(unreadable) => return Handled::Dead(unreadable.failure()),
        };
        match self.0.execute(command).await {
            Ok(()) => Handled::Done,
            Err(RecordFactError::Store(error)) => handle_store_error(&error),
            Err(RecordFactError::Contradiction(why)) => Handled::Dead(Failure::new("contradiction", why)),
            Err(RecordFactError::NotMoney(why)) => Handled::Dead(Failure::new("not-money", why)),
            Err(RecordFactError::NoMonth(why)) => Handled::Dead(Failure::new("no-month", why)),
        }
    }
}
