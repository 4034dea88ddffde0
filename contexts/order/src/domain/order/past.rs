//! What an order of another shop brings with it: it was paid, sent and refunded there.

use shared_kernel::{Money, OrderId, Timestamp};

use super::{
    Fulfilment, HistoryKind, IntentId, Order, OrderDetails, OrderEvent, OrderNumber, OrderState, Origin, PaidBy,
    PaymentAxis, Reason, Refund, RefundId, RefundReason, RefundState, RestoreError, Status, Transition,
};

const CANCELLED_ELSEWHERE: &str = "cancelled in the former shop";

/// An order of another shop: what was bought, and where it stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastOrder {
    pub id: OrderId,
    pub number: OrderNumber,
    pub details: OrderDetails,
    pub standing: PastStanding,
    /// Since when it stood there.
    pub since: Timestamp,
}

/// Where an order of another shop stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastStanding {
    state: OrderState,
    fulfilment: Fulfilment,
}

/// An order that is still under way is no history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {} is not history yet", .0.name())]
pub struct NotHistory(pub Status);

impl PastStanding {
    /// Where an order of this status stood. `paid_at` counts if it was paid, `done_at` is when everything had left.
    pub fn new(status: Status, paid_at: Timestamp, done_at: Timestamp) -> Result<Self, NotHistory> {
        let paid = PaidBy { intent: None, at: paid_at };
        let (state, fulfilment) = match status {
            Status::Paid => (OrderState::Paid(paid), Fulfilment::default()),
            Status::Shipped => (OrderState::Shipped { paid, shipped_at: done_at }, Fulfilment::done_elsewhere(done_at)),
            Status::Completed => {
                (OrderState::Completed { paid, completed_at: done_at }, Fulfilment::done_elsewhere(done_at))
            }
            Status::Cancelled => {
                (OrderState::Cancelled { reason: Reason::new(CANCELLED_ELSEWHERE) }, Fulfilment::never_due())
            }
            Status::Rejected => (OrderState::Rejected { skus: Vec::new() }, Fulfilment::never_due()),
            Status::Expired => (OrderState::Expired { superseded_by: None }, Fulfilment::never_due()),
            Status::AwaitingStock | Status::Initial | Status::CancelPending => return Err(NotHistory(status)),
        };
        Ok(Self { state, fulfilment })
    }

    pub const fn is_paid(&self) -> bool {
        self.state.paid_by().is_some()
    }
}

/// A part of what was paid in the former shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastPayment {
    /// How much.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
    /// By what, if that is known.
    pub method: Option<String>,
}

/// Money that went back in the former shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRefund {
    /// How much.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
    /// Why, if that is known.
    pub reason: Option<Reason>,
    /// Of which payment, counted from 1, if that is known.
    pub payment: Option<usize>,
}

impl Transition {
    /// Notes how the order was paid in the former shop. Its payments are no payments of this shop: no provider here can be
    /// asked for their money.
    pub fn with_past_payments(self, payments: &[PastPayment]) -> Self {
        let count = payments.len();
        (1..).zip(payments).fold(self, |done, (place, PastPayment { amount, at, method }): (usize, _)| {
            let method = method.as_ref().map(|method| format!(", {method}")).unwrap_or_default();
            done.with_history(HistoryKind::Paid, format!("{amount}{method}, payment {place} of {count}"), *at)
        })
    }

    /// Adds what went back in the former shop, and states it.
    pub fn with_past_refunds(mut self, refunds: &[PastRefund]) -> Self {
        let order = self.order.id();
        for (place, PastRefund { amount, at, reason, payment }) in (1..).zip(refunds) {
            let id = RefundId::of_provider(order, &format!("past/{place}"));
            let refund = Refund {
                id,
                intent: payment.map_or_else(|| IntentId::new("none"), |place| IntentId::new(format!("past/{place}"))),
                amount: *amount,
                reason: RefundReason::Staff,
                note: Some(reason.clone().unwrap_or_else(|| Reason::new("refunded in the former shop"))),
                provider_id: None,
                state: RefundState::Succeeded { at: *at },
                requested_at: *at,
                keys_used: 0,
                published: Some(true),
            };
            self = self.event(refund.refunded(*at));
            self.order.refunds.push(refund);
        }
        self
    }
}

impl Order {
    /// Takes over an order of another shop as history: it is at rest from the start.
    pub fn import(past: PastOrder) -> Result<Transition, RestoreError> {
        let PastOrder { id, number, details, standing, since } = past;
        details.check()?;
        let at = details.placed_at;
        let order = Self {
            id,
            number,
            cart: None,
            origin: Origin::Import,
            details,
            state: standing.state,
            state_since: since,
            payments: Vec::new(),
            refunds: Vec::new(),
            fulfilment: standing.fulfilment,
            receipt: None,
            attention: Vec::new(),
            disputes: Vec::new(),
            history: Vec::new(),
            anonymised_at: None,
            version: 0,
        };
        let event = OrderEvent::Imported { order: order.snapshot(), status: order.status() };
        Ok(Transition::changed(order).event(event).with_history(HistoryKind::Imported, None, at))
    }

    /// How the payment of an imported order ended; `None` for orders of this shop, which have payments of their own.
    pub(super) fn past_payment_axis(&self) -> Option<PaymentAxis> {
        if self.origin != Origin::Import {
            return None;
        }
        let refunded: i64 = self.refunds.iter().map(|refund| refund.amount.minor()).sum();
        Some(match (self.state.paid_by(), refunded) {
            (None, _) => PaymentAxis::Canceled,
            (Some(_), 0) => PaymentAxis::Paid,
            (Some(_), refunded) if refunded < self.details.totals.gross.minor() => PaymentAxis::PartiallyRefunded,
            (Some(_), _) => PaymentAxis::Refunded,
        })
    }
}
