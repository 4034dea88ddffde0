//! Takes in what the payment provider says, from whichever side it came: webhook, reconciliation, or our own request.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, Money, OrderId, StoreError};

use super::tasks::decide_on;
use crate::domain::{IntentId, IntentReport, IntentStatus, RefundReport};
use crate::ports::{OrderStore, Updated};

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentFact {
    /// How an intent stands.
    Intent(IntentReport),
    /// How a refund stands.
    Refund(RefundReport),
    /// How much of an intent's money was returned in all.
    RefundedInAll {
        /// Whose money.
        intent: IntentId,
        /// How much.
        total: Money,
    },
    /// The buyer has gone to his bank.
    Disputed {
        /// About this money.
        intent: IntentId,
    },
}

impl PaymentFact {
    /// Whether money has come or gone by it, or may have to.
    #[must_use]
    pub const fn moves_money(&self) -> bool {
        match self {
            Self::Intent(report) => matches!(report.status, IntentStatus::Succeeded { .. }),
            Self::Refund(_) | Self::RefundedInAll { .. } | Self::Disputed { .. } => true,
        }
    }

    /// The intent that it is about.
    #[must_use]
    pub const fn intent(&self) -> &IntentId {
        match self {
            Self::Intent(report) => &report.intent,
            Self::Refund(report) => &report.intent,
            Self::RefundedInAll { intent, .. } | Self::Disputed { intent } => intent,
        }
    }
}

/// A fact, and why we believe that it is ours.
#[derive(Debug, Clone)]
pub struct RecordPaymentCommand {
    /// The fact.
    pub fact: PaymentFact,
    /// The order that the provider's metadata names.
    pub order: Option<OrderId>,
    /// The message that brought it.
    pub cause: Option<Cause>,
}

/// Why it was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum RecordPaymentError {
    /// No order has such an intent and its metadata names none: another shop shares the provider's account.
    #[error("the payment is not one of ours")]
    NotOurs,
    /// Its metadata names an order that we do not know. Money never gets lost over that: a person has to look.
    #[error("there is no order {0}, which a payment names")]
    UnknownOrder(OrderId),
    /// The store's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes payment facts in.
#[derive(Clone)]
pub struct RecordPayment {
    orders: Arc<dyn OrderStore>,
    clock: Arc<dyn Clock>,
}

impl RecordPayment {
    /// Puts the use case together.
    #[must_use]
    pub fn new(orders: Arc<dyn OrderStore>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, clock }
    }

    /// Takes the fact in; `true` if it was news.
    ///
    /// # Errors
    /// [`RecordPaymentError`].
    pub async fn execute(&self, command: RecordPaymentCommand) -> Result<bool, RecordPaymentError> {
        let RecordPaymentCommand { fact, order: named, cause } = command;
        let order = match named {
            Some(order) => order,
            None => self.orders.find_by_intent(fact.intent()).await?.ok_or(RecordPaymentError::NotOurs)?,
        };
        let now = self.clock.now();
        let decide = decide_on(move |order| match fact.clone() {
            PaymentFact::Intent(report) => order.intent_reported(report, now),
            PaymentFact::Refund(report) => order.refund_reported(report, now),
            PaymentFact::RefundedInAll { intent, total } => order.refunded_in_all(&intent, total, now),
            PaymentFact::Disputed { .. } => order.disputed(now),
        });
        match self.orders.update(decide.caused(order, cause)).await? {
            Updated::Changed(_) => Ok(true),
            Updated::Unchanged(_) | Updated::Refused(_) | Updated::KeyReused => Ok(false),
            Updated::Missing => Err(RecordPaymentError::UnknownOrder(order)),
        }
    }
}
