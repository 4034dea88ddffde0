//! What fulfilment answers to a placed order: the goods are held, or they are not.

use shared_kernel::{Sku, Timestamp};

use super::state::CancelStep;
use super::{AttentionReason, HistoryKind, Order, OrderEvent, OrderState, OrderTask, Reason, Transition};

const OUT_OF_STOCK: &str = "out of stock";

impl Order {
    /// The goods are held: have a payment prepared. An order that costs nothing is paid at once.
    pub fn stock_reserved(mut self, now: Timestamp) -> Transition {
        match self.state {
            OrderState::AwaitingStock { reserved: false } => {
                self.state = OrderState::AwaitingStock { reserved: true };
                let free = self.details.totals.gross.is_zero();
                let decided = Transition::changed(self).with_history(HistoryKind::StockReserved, None, now);
                if free { decided.then(|order| order.paid(None, now)) } else { decided.task(OrderTask::CreateIntent) }
            }
            OrderState::AwaitingStock { reserved: true }
            | OrderState::AwaitingPayment { .. }
            | OrderState::Paid(_)
            | OrderState::Shipped { .. }
            | OrderState::Completed { .. }
            | OrderState::CancelPending { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => Transition::nothing(self),
        }
    }

    /// The goods cannot be had. Before the money came that ends the order; after it, the money goes back.
    pub fn stock_rejected(mut self, skus: Vec<Sku>, now: Timestamp) -> Transition {
        match self.state.clone() {
            OrderState::AwaitingStock { .. } | OrderState::AwaitingPayment { .. } => {
                let note = skus.iter().map(Sku::as_str).collect::<Vec<_>>().join(", ");
                self.enter(OrderState::Rejected { skus: skus.clone() }, now);
                Transition::changed(self)
                    .with_history(HistoryKind::StockRejected, note, now)
                    .event(OrderEvent::Rejected { skus })
                    .then(Self::close_intents)
            }
            OrderState::Paid(paid) => {
                let reason = Reason::new(OUT_OF_STOCK);
                self.enter(OrderState::CancelPending { paid, reason, step: CancelStep::Refund }, now);
                let note = skus.iter().map(Sku::as_str).collect::<Vec<_>>().join(", ");
                Transition::changed(self)
                    .with_history(HistoryKind::StockRejected, note, now)
                    .then(|order| order.return_money(now))
            }
            OrderState::CancelPending { step: CancelStep::Fulfilment, paid, reason } => {
                self.state = OrderState::CancelPending { paid, reason, step: CancelStep::Refund };
                Transition::changed(self).then(|order| order.return_money(now))
            }
            OrderState::Shipped { .. } | OrderState::Completed { .. } => {
                self.needs_attention(AttentionReason::StockRejectedAfterShipping, now)
            }
            OrderState::CancelPending { step: CancelStep::Refund, .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => Transition::nothing(self),
        }
    }
}
