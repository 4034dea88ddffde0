//! The one deadline, and how long the shop waits for others before a person is asked to look.
//!
//! An intent is a door through which money may come at any moment. So the deadline does not end an order: it has the
//! provider close the door first, and only the provider's word that it is closed makes the order Expired.

use std::time::Duration;

use shared_kernel::{OrderId, Timestamp};

use super::{AttentionReason, HistoryKind, Order, OrderEvent, OrderState, Origin, Transition};

/// How long somebody else may take before a person is asked to look.
pub const GRACE_PERIOD: Duration = Duration::from_mins(10);

impl Order {
    /// When [`Order::overdue`] has something to do, if nothing else happens before.
    pub fn due_at(&self) -> Option<Timestamp> {
        let calm = |reason| !self.is_waiting_for(reason);
        let grace_ends = |since| self.last_looked_at(since).plus(GRACE_PERIOD);
        match &self.state {
            OrderState::AwaitingStock { .. } | OrderState::AwaitingPayment { closing: None, .. } => {
                Some(self.details.expires_at)
            }
            OrderState::AwaitingPayment { closing: Some(since), .. } => {
                Some(grace_ends(*since)).filter(|_| calm(AttentionReason::PaymentNotSettled))
            }
            OrderState::Paid(_) => {
                let waiting = self.origin == Origin::Shop && !self.fulfilment.is_started();
                Some(grace_ends(self.state_since)).filter(|_| waiting && calm(AttentionReason::NotFulfilled))
            }
            OrderState::CancelPending { .. } => {
                Some(grace_ends(self.state_since)).filter(|_| calm(AttentionReason::CancellationStuck))
            }
            OrderState::Shipped { .. }
            | OrderState::Completed { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => None,
        }
    }

    /// `since`, or when a person last said after that that they have looked at the order: they are not asked the same at once.
    fn last_looked_at(&self, since: Timestamp) -> Timestamp {
        let looked = self.history.iter().filter(|entry| entry.kind == HistoryKind::AttentionResolved);
        looked.map(|entry| entry.at).fold(since, Timestamp::max)
    }

    /// Does what is due: closes the doors at the deadline, or asks a person to look.
    pub fn overdue(mut self, now: Timestamp) -> Transition {
        if self.due_at().is_none_or(|due| now < due) {
            return Transition::nothing(self);
        }
        match self.state.clone() {
            OrderState::AwaitingStock { .. } => self.expire(now),
            OrderState::AwaitingPayment { intent, closing: None } => {
                if !self.has_open_intent() {
                    return self.expire(now);
                }
                self.state = OrderState::AwaitingPayment { intent, closing: Some(now) };
                Transition::changed(self).with_history(HistoryKind::Closing, None, now).then(Self::close_intents)
            }
            OrderState::AwaitingPayment { closing: Some(_), .. } => {
                self.needs_attention(AttentionReason::PaymentNotSettled, now)
            }
            OrderState::Paid(_) => self.needs_attention(AttentionReason::NotFulfilled, now),
            OrderState::CancelPending { .. } => self.needs_attention(AttentionReason::CancellationStuck, now),
            OrderState::Shipped { .. }
            | OrderState::Completed { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => Transition::nothing(self),
        }
    }

    /// Ends an order whose cart was ordered again with other content. Money that still comes is returned.
    pub fn superseded(mut self, by: OrderId, now: Timestamp) -> Transition {
        match self.state {
            OrderState::AwaitingStock { .. } | OrderState::AwaitingPayment { .. } => {
                self.enter(OrderState::Expired { superseded_by: Some(by) }, now);
                Transition::changed(self)
                    .with_history(HistoryKind::Superseded, None, now)
                    .event(OrderEvent::Expired)
                    .then(Self::close_intents)
            }
            OrderState::Paid(_)
            | OrderState::Shipped { .. }
            | OrderState::Completed { .. }
            | OrderState::CancelPending { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => Transition::nothing(self),
        }
    }

    pub(super) fn expire(mut self, now: Timestamp) -> Transition {
        self.clear_attention(&[AttentionReason::PaymentNotSettled, AttentionReason::IntentNotCancelled]);
        self.enter(OrderState::Expired { superseded_by: None }, now);
        Transition::changed(self)
            .with_history(HistoryKind::Expired, None, now)
            .event(OrderEvent::Expired)
            .then(Self::close_intents)
    }
}
