//! Taking the person out of an order, once nothing is owed to them or by them.
//!
//! What the law on taxes and books asks for stays: number, dates, lines, amounts, country, and the names of payments and
//! refunds at the provider. The customer's id stays, too; by itself it names nobody.

use std::time::Duration;

use shared_kernel::Timestamp;

use super::{Buyer, HistoryKind, Order, OrderEvent, OrderState, Origin, Reason, Transition};

/// Stands where a reason stood that a person had written.
const ERASED: &str = "erased";

/// A receipt that has not left after that long never will.
const MAIL_RETRY_WINDOW: Duration = Duration::from_hours(48);

impl Order {
    /// Whether it has come to its end: nothing is to be sent, paid, returned or looked at by a person.
    pub fn is_at_rest(&self) -> bool {
        if self.origin == Origin::Import {
            return true;
        }
        let ended = match &self.state {
            OrderState::Completed { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => true,
            OrderState::AwaitingStock { .. }
            | OrderState::AwaitingPayment { .. }
            | OrderState::Paid(_)
            | OrderState::Shipped { .. }
            | OrderState::CancelPending { .. } => false,
        };
        ended
            && !self.has_open_money()
            && self.attention.is_empty()
            && !self.disputes.iter().any(|dispute| dispute.status.is_open())
    }

    /// Takes everything out that names the buyer, and what people wrote about it. Has no effect on an order that is still
    /// under way: delivery needs the address until then.
    pub fn anonymised(mut self, at: Timestamp) -> Transition {
        let letter_is_due = self.receipt.as_ref().is_some_and(|receipt| receipt.sent_at.is_none())
            && at.since(self.state_since) < MAIL_RETRY_WINDOW;
        if !self.is_at_rest() || letter_is_due || self.anonymised_at.is_some() {
            return Transition::nothing(self);
        }
        self.details.country = self.country();
        self.details.address = None;
        self.details.buyer = Buyer { customer: self.details.buyer.customer, ..Buyer::default() };
        if let OrderState::Cancelled { reason } = &mut self.state {
            *reason = Reason::new(ERASED);
        }
        for refund in &mut self.refunds {
            refund.note = None;
        }
        let written_by_people = [HistoryKind::CancellationRequested, HistoryKind::Cancelled];
        for entry in self.history.iter_mut().filter(|entry| written_by_people.contains(&entry.kind)) {
            entry.note = None;
        }
        self.anonymised_at = Some(at);
        Transition::changed(self).event(OrderEvent::Anonymised { at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::an_order;

    #[test]
    fn an_order_under_way_keeps_what_delivery_needs() {
        for order in [an_order(1).build(), an_order(1).payable().build(), an_order(1).paid().build()] {
            let now = order.placed_at();
            assert!(!order.clone().anonymised(now).has_changes(), "{order:?}");
        }
    }

    #[test]
    fn what_names_the_buyer_goes_and_the_books_stay() {
        let order = an_order(1).build();
        let now = order.expires_at();
        let order = order.overdue(now).order;
        let done = order.clone().anonymised(now);
        assert_eq!(done.events, [OrderEvent::Anonymised { at: now }]);
        let kept = &done.order;
        let nobody = Buyer { customer: order.buyer().customer, ..Buyer::default() };
        assert_eq!(
            (kept.buyer(), kept.address(), kept.country()),
            (&nobody, None, crate::domain::Country::parse("NZ").unwrap())
        );
        let books =
            |order: &Order| (order.number().clone(), order.lines().to_vec(), *order.totals(), order.placed_at());
        assert_eq!(books(kept), books(&order));
        assert!(!done.order.clone().anonymised(now).has_changes(), "the second time changes nothing");
    }
}
