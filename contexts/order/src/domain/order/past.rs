//! What an order of another shop brings with it: it was paid, sent and refunded there.

use shared_kernel::{Money, Timestamp};

use super::{Decided, IntentId, Order, OrderEvent, Origin, PaymentAxis, Refund, RefundId, RefundReason, RefundState};

/// Money that went back in the former shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRefund {
    /// How much.
    pub amount: Money,
    /// When.
    pub at: Timestamp,
    /// Why, if that is known.
    pub reason: Option<String>,
}

impl Decided {
    /// Adds what went back in the former shop, and states it.
    #[must_use]
    pub fn with_past_refunds(mut self, refunds: &[PastRefund]) -> Self {
        let order = self.order.id();
        for (place, PastRefund { amount, at, reason }) in (1..).zip(refunds) {
            let id = RefundId::of_provider(order, &format!("past/{place}"));
            self.order.0.refunds.push(Refund {
                id,
                intent: IntentId::new("none"),
                amount: *amount,
                reason: RefundReason::Staff,
                note: Some(reason.clone().unwrap_or_else(|| "refunded in the former shop".to_owned())),
                provider_id: None,
                state: RefundState::Succeeded { at: *at },
                requested_at: *at,
                keys_used: 0,
                published: Some(true),
            });
            self = self.event(OrderEvent::Refunded { refund: id, at: *at });
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
