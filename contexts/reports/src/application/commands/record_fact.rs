//! Records one piece of news about an order.
//!
//! Dates it in the shop's calendar and gives it to the books; what counts, and what a repeat is, the domain decides.

use std::sync::Arc;

use shared_kernel::{Cause, Currency, OrderId, StoreError, Timestamp};

use crate::domain::{
    Contradiction, Country, Fact, MonthError, Outcome, Refund, RefundId, Sale, SaleAmounts, SaleError, SaleLine,
    ShopCalendar,
};
use crate::ports::{Added, FactAdded, SalesLedger};

/// News of an order, not yet dated.
#[derive(Debug, Clone)]
pub enum News {
    Sold {
        /// How far it had come.
        outcome: Outcome,
        /// When.
        sold_at: Timestamp,
        /// The currency of every amount.
        currency: Currency,
        /// Where it went.
        country: Option<Country>,
        /// What it brought.
        amounts: SaleAmounts,
        lines: Vec<SaleLine>,
    },
    /// Everything was delivered.
    Completed(Timestamp),
    /// It was called off.
    Cancelled(Timestamp),
    /// Money went back.
    Refunded {
        id: RefundId,
        /// How much, in minor units.
        minor: i64,
        currency: Currency,
        /// Why.
        reason: String,
        /// When.
        refunded_at: Timestamp,
    },
    /// A refund that had gone through has failed since.
    RefundFailed {
        id: RefundId,
        /// When.
        failed_at: Timestamp,
    },
}

/// Asks for a piece of news to be recorded.
#[derive(Debug, Clone)]
pub struct RecordFactCommand {
    pub order: OrderId,
    /// The number by which people call it.
    pub number: String,
    pub news: News,
    /// When it was stated.
    pub stated_at: Timestamp,
    /// The message that brought it.
    pub cause: Option<Cause>,
}

/// Why it was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordFactError {
    /// It happened at no time that a calendar knows.
    #[error(transparent)]
    NoMonth(#[from] MonthError),
    /// Its amount cannot be one.
    #[error(transparent)]
    NotMoney(#[from] SaleError),
    /// The books say otherwise.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// The store failed, or has it already.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Records news about orders.
pub struct RecordFact {
    ledger: Arc<dyn SalesLedger>,
    calendar: ShopCalendar,
}

impl RecordFact {
    /// Records into these books, by this calendar.
    pub fn new(ledger: Arc<dyn SalesLedger>, calendar: ShopCalendar) -> Self {
        Self { ledger, calendar }
    }

    /// Records the news once; a repeat changes nothing.
    pub async fn execute(&self, command: RecordFactCommand) -> Result<(), RecordFactError> {
        let RecordFactCommand { order, number, news, stated_at, cause } = command;
        let fact = self.dated(order, &number, news)?;
        match self.ledger.add(FactAdded { order, number, fact, stated_at, cause }).await? {
            Added::News | Added::NoNews => Ok(()),
            Added::Contradiction(why) => Err(why.into()),
        }
    }

    fn dated(&self, order: OrderId, number: &str, news: News) -> Result<Fact, RecordFactError> {
        Ok(match news {
            News::Sold { outcome, sold_at, currency, country, amounts, lines } => {
                let month = self.calendar.month_of(sold_at)?;
                let number = number.to_owned();
                Fact::Sold { sale: Sale { order, number, outcome, sold_at, month, currency, country, amounts }, lines }
            }
            News::Completed(at) => Fact::Completed(at),
            News::Cancelled(at) => Fact::Cancelled(at),
            News::Refunded { id, minor, currency, reason, refunded_at } => {
                let month = self.calendar.month_of(refunded_at)?;
                Fact::Refunded(Refund::new(id, minor, currency, reason, refunded_at, month)?)
            }
            News::RefundFailed { id, failed_at } => Fact::RefundFailed(id, failed_at),
        })
    }
}
