//! What an order of another shop brings with it: it was paid, sent and refunded there.

use shared_kernel::{Money, Timestamp};

use super::{
    HistoryKind, IntentId, Order, Origin, PaymentAxis, Refund, RefundId, RefundReason, RefundState, Transition,
};

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
    pub reason: Option<String>,
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
                note: Some(reason.clone().unwrap_or_else(|| "refunded in the former shop".to_owned())),
                provider_id: None,
                state: RefundState::Succeeded { at: *at },
                requested_at: *at,
                keys_used: 0,
                published: Some(true),
            };
            self = self.event(refund.refunded(*at));
            self.order.0.refunds.push(refund);
        }
        self
    }
}

impl Order {
    /// How the payment of an imported order ended; `None` for orders of this shop, which have payments of their own.
    pub(super) fn past_payment_axis(&self) -> Option<PaymentAxis> {
        if self.0.origin != Origin::Import {
            return None;
        }
        let refunded: i64 = self.0.refunds.iter().map(|refund| refund.amount.minor()).sum();
        Some(match (self.0.state.paid_by(), refunded) {
            (None, _) => PaymentAxis::Canceled,
            (Some(_), 0) => PaymentAxis::Paid,
            (Some(_), refunded) if refunded < self.0.totals.gross.minor() => PaymentAxis::PartiallyRefunded,
            (Some(_), _) => PaymentAxis::Refunded,
        })
    }
}
