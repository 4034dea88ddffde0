//! What comes next for an order, and what became of an attempt to pay it: questions that pages, the API and use cases ask,
//! so that none of them looks at the state to decide.

use shared_kernel::{Money, Sku};

use super::{Order, OrderState, PaymentAxis};

/// What has to happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep<'a> {
    /// Fulfilment says whether there is stock.
    WaitForStock,
    /// The provider prepares the payment; the goods are held.
    WaitForPayment,
    /// The buyer pays.
    Pay,
    /// The provider closes the payment: its time has run out.
    Close,
    /// The shop sends it.
    Send,
    /// The shop ends it and returns the money.
    Cancel,
    /// The buyer orders something else: of these there was not enough.
    SoldOut(&'a [Sku]),
    /// The buyer orders again, if they have not done so: it was not paid in time.
    OrderAgain {
        /// A newer order has taken its place.
        replaced: bool,
    },
    /// Nothing.
    Done,
}

impl NextStep<'_> {
    /// Whether it only takes a moment until the buyer can pay, or learns that they cannot.
    pub const fn is_before_payment(self) -> bool {
        matches!(self, Self::WaitForStock | Self::WaitForPayment)
    }
}

/// What the card page says of an attempt to pay, when it sends the buyer back. A hint: never believed about money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptHint {
    WentWell,
    Failed,
    /// The buyer has left the page.
    Left,
    /// Nothing.
    None,
}

/// What has become of an attempt to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptOutcome<'a> {
    Paid,
    /// There was not enough of these.
    SoldOut(&'a [Sku]),
    /// The buyer has left the card page.
    Left,
    /// The provider has declined it, for this reason if one is known.
    Declined(Option<&'a str>),
    /// The provider has said nothing yet.
    Unconfirmed,
    /// It was no attempt any more: the order has ended, or is being cancelled.
    Ended,
}

impl Order {
    pub fn next_step(&self) -> NextStep<'_> {
        match &self.state {
            OrderState::AwaitingStock { reserved: false } => NextStep::WaitForStock,
            OrderState::AwaitingStock { reserved: true } => NextStep::WaitForPayment,
            OrderState::AwaitingPayment { closing: None, .. } => NextStep::Pay,
            OrderState::AwaitingPayment { closing: Some(_), .. } => NextStep::Close,
            OrderState::Paid(_) | OrderState::Shipped { .. } => NextStep::Send,
            OrderState::CancelPending { .. } => NextStep::Cancel,
            OrderState::Rejected { skus } => NextStep::SoldOut(skus),
            OrderState::Expired { superseded_by } => NextStep::OrderAgain { replaced: superseded_by.is_some() },
            OrderState::Completed { .. } | OrderState::Cancelled { .. } => NextStep::Done,
        }
    }

    /// How much the provider is to prepare a payment of. An order that has ended wants none; but an earlier attempt may have
    /// reached the provider before it broke off: then the same call finds that intent, and taking it in has it closed.
    pub fn payment_to_open(&self, attempt: u32) -> Option<Money> {
        let wanted = match self.next_step() {
            NextStep::WaitForStock | NextStep::WaitForPayment => true,
            NextStep::Pay
            | NextStep::Close
            | NextStep::Send
            | NextStep::Cancel
            | NextStep::SoldOut(_)
            | NextStep::OrderAgain { .. }
            | NextStep::Done => attempt > 1 && self.payments.is_empty(),
        };
        wanted.then_some(self.details.totals.gross)
    }

    /// Whether the provider's word about the latest attempt to pay is still to come.
    pub fn is_awaiting_confirmation(&self, hint: AttemptHint) -> bool {
        self.state.is_open() && !self.is_declined(hint) && hint != AttemptHint::Left
    }

    pub fn attempt_outcome(&self, hint: AttemptHint) -> AttemptOutcome<'_> {
        match (&self.state, hint) {
            (OrderState::Paid(_) | OrderState::Shipped { .. } | OrderState::Completed { .. }, _) => {
                AttemptOutcome::Paid
            }
            (OrderState::Rejected { skus }, _) => AttemptOutcome::SoldOut(skus),
            // First, for a refusal on record may be of an earlier attempt.
            (OrderState::AwaitingPayment { .. }, AttemptHint::Left) => AttemptOutcome::Left,
            (OrderState::AwaitingPayment { .. }, _) if self.is_declined(hint) => {
                let reason = self.payments.iter().rev().find_map(|payment| payment.last_error.as_deref());
                AttemptOutcome::Declined(reason)
            }
            (OrderState::AwaitingPayment { .. }, AttemptHint::Failed) => AttemptOutcome::Declined(None),
            (OrderState::AwaitingPayment { .. } | OrderState::AwaitingStock { .. }, _) => AttemptOutcome::Unconfirmed,
            (OrderState::CancelPending { .. } | OrderState::Cancelled { .. } | OrderState::Expired { .. }, _) => {
                AttemptOutcome::Ended
            }
        }
    }

    /// A refusal on record may be of an earlier attempt if this one is said to have gone well.
    fn is_declined(&self, hint: AttemptHint) -> bool {
        self.payment_axis() == PaymentAxis::Declined && hint != AttemptHint::WentWell
    }
}
