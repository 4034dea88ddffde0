//! The buyer changes their mind. Policy: paid, only things that need a parcel, and nothing of it sent.
//!
//! `CancelPending` is the saga's semantic lock: fulfilment is asked first, and answers by cancelling the shipping order
//! (then the money goes back) or by refusing (then the order is Paid again).

use shared_kernel::Timestamp;

use super::state::CancelStep;
use super::{AttentionReason, HistoryKind, Order, OrderEvent, OrderState, Origin, Reason, Status, Transition};
use crate::domain::price_list::Kind;

/// Why an order cannot be cancelled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CancelRefused {
    /// Only a paid order can be cancelled; an unpaid one ends by itself.
    #[error("an order that is {} cannot be cancelled", .0.name())]
    NotPaid(Status),
    /// A part of it goes out by e-mail and cannot be taken back.
    #[error("an order with digital items cannot be cancelled")]
    HasDigitalItems,
    /// Something has been sent already.
    #[error("a part of the order has been sent already")]
    AlreadyFulfilled,
    /// It is the history of another shop.
    #[error("an imported order cannot be cancelled here")]
    Imported,
}

impl Order {
    /// Whether the buyer may cancel.
    pub fn may_be_cancelled(&self) -> Result<(), CancelRefused> {
        if self.origin == Origin::Import {
            return Err(CancelRefused::Imported);
        }
        match &self.state {
            OrderState::Paid(_) if self.details.lines.iter().any(|line| line.kind == Kind::Digital) => {
                Err(CancelRefused::HasDigitalItems)
            }
            OrderState::Paid(_) if self.fulfilment.has_processed() => Err(CancelRefused::AlreadyFulfilled),
            OrderState::Paid(_) => Ok(()),
            OrderState::Shipped { .. } | OrderState::Completed { .. } => Err(CancelRefused::AlreadyFulfilled),
            OrderState::AwaitingStock { .. }
            | OrderState::AwaitingPayment { .. }
            | OrderState::CancelPending { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => Err(CancelRefused::NotPaid(self.status())),
        }
    }

    /// Asks fulfilment to cancel. Asking again while that is under way, or after, is ignored.
    pub fn cancellation_requested(mut self, reason: Reason, now: Timestamp) -> Result<Transition, CancelRefused> {
        if matches!(self.state, OrderState::CancelPending { .. } | OrderState::Cancelled { .. }) {
            return Ok(Transition::nothing(self));
        }
        self.may_be_cancelled()?;
        let Some(paid) = self.state.paid_by().cloned() else { return Err(CancelRefused::NotPaid(self.status())) };
        let state = OrderState::CancelPending { paid, reason: reason.clone(), step: CancelStep::Fulfilment };
        self.enter(state, now);
        Ok(Transition::changed(self)
            .with_history(HistoryKind::CancellationRequested, reason.to_string(), now)
            .event(OrderEvent::CancellationRequested { reason }))
    }

    /// Fulfilment has cancelled the shipping order: nothing will be sent, so the money goes back.
    pub fn shipping_cancelled(mut self, now: Timestamp) -> Transition {
        let (paid, reason) = match self.state.clone() {
            OrderState::CancelPending { step: CancelStep::Fulfilment, paid, reason } => (paid, reason),
            OrderState::Paid(paid) => (paid, Reason::new("cancelled by dispatch")),
            OrderState::CancelPending { step: CancelStep::Refund, .. }
            | OrderState::AwaitingStock { .. }
            | OrderState::AwaitingPayment { .. }
            | OrderState::Shipped { .. }
            | OrderState::Completed { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => return Transition::nothing(self),
        };
        self.fulfilment.cancel();
        self.enter(OrderState::CancelPending { paid, reason, step: CancelStep::Refund }, now);
        Transition::changed(self)
            .with_history(HistoryKind::ShippingOrderCancelled, None, now)
            .then(|order| order.return_money(now))
    }

    /// Fulfilment cannot cancel any more: the order is Paid again, and further if parcels have left.
    pub fn cancellation_refused(mut self, reason: String, now: Timestamp) -> Transition {
        match self.state.clone() {
            OrderState::CancelPending { step: CancelStep::Fulfilment, paid, .. } => {
                self.clear_attention(&[AttentionReason::CancellationStuck]);
                self.enter(OrderState::Paid(paid), now);
                Transition::changed(self)
                    .with_history(HistoryKind::CancellationRefused, reason, now)
                    .then(|order| order.advance(now))
            }
            OrderState::CancelPending { step: CancelStep::Refund, .. }
            | OrderState::AwaitingStock { .. }
            | OrderState::AwaitingPayment { .. }
            | OrderState::Paid(_)
            | OrderState::Shipped { .. }
            | OrderState::Completed { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => Transition::nothing(self),
        }
    }
}
