//! Compares our books with the provider's: every order with an open payment or refund, at any age, and every order of the
//! last weeks that has money. Whatever a lost event could have told is found here.
//!
//! The timer takes a bounded slice at a time and goes round; the command takes everything at once.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, OrderId, StoreError, Timestamp};

use super::check_payment::{CheckPayment, CheckPaymentError};
use crate::domain::{Order, OrderNumber, Payment, PaymentState};
use crate::ports::{MoneyOrders, OrderStore, PlacedAt};

const PAGE_SIZE: u32 = 100;
/// How many orders of the last weeks the timer compares in one run: 3 questions each.
const MAX_ORDERS_PER_RUN: usize = 50;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReconcileSummary {
    /// Orders of which every payment was compared.
    pub compared: u32,
    /// Orders of which something was new, and what.
    pub repaired: Vec<(OrderNumber, Vec<String>)>,
    /// Orders about which the provider could not tell, and why.
    pub unanswered: Vec<(OrderNumber, String)>,
}

impl ReconcileSummary {
    fn add(&mut self, other: Self) {
        self.compared += other.compared;
        self.repaired.extend(other.repaired);
        self.unanswered.extend(other.unanswered);
    }
}

/// Compares the books.
#[derive(Clone)]
pub struct ReconcilePayments {
    orders: Arc<dyn OrderStore>,
    money: Arc<dyn MoneyOrders>,
    check: CheckPayment,
    clock: Arc<dyn Clock>,
    reach: Duration,
}

impl ReconcilePayments {
    /// Puts the use case together. Orders with money are compared until they are `reach` old.
    pub fn new(
        orders: Arc<dyn OrderStore>,
        money: Arc<dyn MoneyOrders>,
        check: CheckPayment,
        clock: Arc<dyn Clock>,
        reach: Duration,
    ) -> Self {
        Self { orders, money, check, clock, reach }
    }

    /// Compares everything: what is open, and all orders with money of the last weeks.
    ///
    /// # Errors
    /// The store's. A provider that does not answer is counted, not an error.
    pub async fn all(&self) -> Result<ReconcileSummary, StoreError> {
        let mut summary = self.open(Duration::ZERO).await?;
        let mut after = self.oldest();
        loop {
            let page = self.money.placed_after(after, PAGE_SIZE).await?;
            summary.add(self.compare(page.iter().filter(|order| is_settled(order))).await?);
            match page.last() {
                Some(last) if page.len() == PAGE_SIZE as usize => after = PlacedAt::of(last),
                _ => return Ok(summary),
            }
        }
    }

    /// Compares what is open and at least `settled_for` old, and the next slice of the last weeks' orders. Goes on where
    /// the run before has stopped, and begins again when it has come to the youngest order.
    pub async fn next_slice(&self, settled_for: Duration) -> Result<ReconcileSummary, StoreError> {
        let mut summary = self.open(settled_for).await?;
        let oldest = self.oldest();
        let mut after = self.money.compared_to().await?.filter(|last| *last > oldest).unwrap_or(oldest);
        let mut slice = Vec::new();
        while slice.len() < MAX_ORDERS_PER_RUN {
            let page = self.money.placed_after(after, PAGE_SIZE).await?;
            let at_the_end = page.len() < PAGE_SIZE as usize;
            for order in page {
                after = PlacedAt::of(&order);
                slice.extend(Some(order).filter(is_settled));
                if slice.len() == MAX_ORDERS_PER_RUN {
                    break;
                }
            }
            if at_the_end && slice.len() < MAX_ORDERS_PER_RUN {
                after = oldest;
                break;
            }
        }
        summary.add(self.compare(slice.iter()).await?);
        self.money.keep_compared_to(after).await?;
        Ok(summary)
    }

    fn oldest(&self) -> PlacedAt {
        PlacedAt::from(self.clock.now().minus(self.reach))
    }

    async fn open(&self, settled_for: Duration) -> Result<ReconcileSummary, StoreError> {
        let before: Timestamp = self.clock.now().minus(settled_for);
        let (mut summary, mut after) = (ReconcileSummary::default(), None::<OrderId>);
        loop {
            let page = self.orders.with_open_money(before, after, PAGE_SIZE).await?;
            summary.add(self.compare(page.iter()).await?);
            match page.last() {
                Some(last) if page.len() == PAGE_SIZE as usize => after = Some(last.id()),
                _ => return Ok(summary),
            }
        }
    }

    async fn compare(&self, orders: impl Iterator<Item = &Order>) -> Result<ReconcileSummary, StoreError> {
        let mut summary = ReconcileSummary::default();
        for order in orders {
            let mut changes = Vec::new();
            let mut unanswered = None;
            for payment in order.payments().iter().filter(|payment| payment.state != PaymentState::Canceled) {
                match self.check.execute(&payment.intent, None).await {
                    Ok(checked) => changes.extend(checked.changes),
                    Err(CheckPaymentError::Store(error)) => return Err(error),
                    Err(error) => unanswered = Some(error),
                }
            }
            let number = order.number().clone();
            if !changes.is_empty() {
                summary.repaired.push((number.clone(), changes));
            }
            match unanswered {
                None => summary.compared += 1,
                Some(error) => {
                    tracing::warn!(order.id = %order.id(), %error, "order {} could not be compared", order.id());
                    summary.unanswered.push((number, error.to_string()));
                }
            }
        }
        Ok(summary)
    }
}

/// It has money, and nothing of it is open: what is open is compared anyway.
fn is_settled(order: &Order) -> bool {
    !order.has_open_money() && order.payments().iter().any(|payment| Payment::captured(payment).is_some())
}
