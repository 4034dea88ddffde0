//! Money coming in: what the provider reports of each intent, and what that means for the order.
//!
//! The provider is believed about money and about nothing else. Its reports may come twice, late, out of order, for an
//! order that has ended or for an intent that we did not ask for; each of them is answered.

use shared_kernel::{Money, OrderId, Timestamp};

use super::receipt::Receipt;
use super::{AttentionReason, HistoryKind, IntentId, Order, OrderEvent, OrderState, OrderTask, PaidBy, Transition};
use super::{OrderNumber, RefundReason, RefundState};

/// One intent, and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The provider's name for it.
    pub intent: IntentId,
    /// What the buyer's browser needs to pay. Never published, logged or audited.
    pub client_secret: Option<String>,
    /// Where it stands.
    pub state: PaymentState,
    /// What the provider said when it last declined.
    pub last_error: Option<String>,
    /// How often the provider was asked to close it.
    pub cancel_attempts: u32,
}

/// Where an intent stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// May be paid; also after an attempt was declined.
    Open,
    /// A slow method is under way.
    Processing,
    /// Money has come.
    Captured {
        /// How much.
        amount: Money,
        /// When.
        at: Timestamp,
    },
    /// Closed for good.
    Canceled,
}

/// An intent that the provider has prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedIntent {
    /// The provider's name for it.
    pub intent: IntentId,
    /// What the buyer's browser needs to pay.
    pub client_secret: Option<String>,
}

/// For whom an intent was made, by what we write on each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentOrigin {
    pub order: OrderId,
    /// What people call it.
    pub number: OrderNumber,
}

/// What the provider says of one intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentReport {
    /// Which.
    pub intent: IntentId,
    /// What.
    pub status: IntentStatus,
}

/// What the provider may say of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntentStatus {
    /// It may be paid. `declined` is why the last attempt failed.
    Open {
        /// The provider's words.
        declined: Option<String>,
    },
    /// A slow method is under way; it may still go either way.
    Processing,
    /// Money has come.
    Succeeded {
        /// How much.
        received: Money,
    },
    /// Closed for good.
    Canceled,
}

/// The payment axis of an order, computed from its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentAxis {
    NotReady,
    Open,
    Declined,
    Processing,
    Paid,
    PartiallyRefunded,
    Refunded,
    Canceled,
    RefundDue,
}

impl PaymentAxis {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::NotReady,
        Self::Open,
        Self::Declined,
        Self::Processing,
        Self::Paid,
        Self::PartiallyRefunded,
        Self::Refunded,
        Self::Canceled,
        Self::RefundDue,
    ];

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotReady => "not_ready",
            Self::Open => "requires_payment",
            Self::Declined => "declined",
            Self::Processing => "processing",
            Self::Paid => "paid",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
            Self::Canceled => "canceled",
            Self::RefundDue => "refund_due",
        }
    }
}

impl Payment {
    fn new(intent: IntentId, client_secret: Option<String>) -> Self {
        Self { intent, client_secret, state: PaymentState::Open, last_error: None, cancel_attempts: 0 }
    }

    /// What came in through it.
    pub const fn captured(&self) -> Option<Money> {
        match self.state {
            PaymentState::Captured { amount, .. } => Some(amount),
            PaymentState::Open | PaymentState::Processing | PaymentState::Canceled => None,
        }
    }

    /// Whether money may still come through it.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, PaymentState::Open | PaymentState::Processing)
    }
}

impl Order {
    /// The record of one intent.
    pub fn payment(&self, intent: &IntentId) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.intent == *intent)
    }

    /// The intent that the buyer is to pay with, while they may.
    pub fn payable(&self) -> Option<&Payment> {
        match &self.state {
            OrderState::AwaitingPayment { intent, closing: None } => {
                self.payment(intent).filter(|payment| payment.is_open())
            }
            OrderState::AwaitingPayment { closing: Some(_), .. }
            | OrderState::AwaitingStock { .. }
            | OrderState::Paid(_)
            | OrderState::Shipped { .. }
            | OrderState::Completed { .. }
            | OrderState::CancelPending { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => None,
        }
    }

    /// The payment that paid for the order, even if it was cancelled since. Other money that came was never a sale.
    pub fn sale_intent(&self) -> Option<&IntentId> {
        if !matches!(self.state, OrderState::Cancelled { .. }) {
            return self.state.paid_by().and_then(|paid| paid.intent.as_ref());
        }
        self.receipt.as_ref()?;
        let unexpected = |intent: &IntentId| {
            let returned = |refund: &super::Refund| refund.reason == RefundReason::NotExpected;
            self.refunds.iter().any(|refund| refund.intent == *intent && returned(refund))
        };
        let exact = self.payments.iter().filter_map(|payment| match payment.state {
            PaymentState::Captured { amount, at } if amount == self.details.totals.gross => Some((at, &payment.intent)),
            _ => None,
        });
        exact.filter(|(_, intent)| !unexpected(intent)).min_by_key(|(at, _)| *at).map(|(_, intent)| intent)
    }

    /// When and with what it was paid, even if it was cancelled since.
    pub fn paid_with(&self) -> Option<(Timestamp, String)> {
        self.receipt.as_ref()?;
        let captured = self.payments.iter().find_map(|payment| match payment.state {
            PaymentState::Captured { amount, at } if amount == self.details.totals.gross => {
                Some((at, payment.intent.to_string()))
            }
            PaymentState::Captured { .. } | PaymentState::Open | PaymentState::Processing | PaymentState::Canceled => {
                None
            }
        });
        self.state.paid_by().map(|paid| (paid.at, paid.reference().to_owned())).or(captured)
    }

    /// Whether the provider has to be asked how things stand: an intent is open, or a refund not through.
    pub fn has_open_money(&self) -> bool {
        self.has_open_intent() || self.refunds.iter().any(|refund| refund.state == RefundState::Pending)
    }

    pub(super) fn has_open_intent(&self) -> bool {
        self.payments.iter().any(Payment::is_open)
    }

    /// The payment axis: what its records add up to.
    pub fn payment_axis(&self) -> PaymentAxis {
        if let Some(past) = self.past_payment_axis() {
            return past;
        }
        if let Some(paid) = self.state.paid_by() {
            let captured = paid.intent.as_ref().and_then(|intent| self.payment(intent)).and_then(Payment::captured);
            return match paid.intent.as_ref().map_or(0, |intent| self.refunded(intent)) {
                0 => PaymentAxis::Paid,
                some if some < captured.map_or(0, Money::minor) => PaymentAxis::PartiallyRefunded,
                _ => PaymentAxis::Refunded,
            };
        }
        if self.payments.iter().any(|payment| self.owes(payment)) {
            return PaymentAxis::RefundDue;
        }
        if self.payable().is_none() && self.payments.iter().any(|payment| payment.captured().is_some()) {
            return PaymentAxis::Refunded;
        }
        let offered = self.payable().or(self.payments.last());
        match offered.map(|payment| (payment.state, payment.last_error.is_some())) {
            Some((PaymentState::Processing, _)) => PaymentAxis::Processing,
            Some((PaymentState::Open, true)) => PaymentAxis::Declined,
            Some((PaymentState::Open, false)) => PaymentAxis::Open,
            Some((PaymentState::Canceled | PaymentState::Captured { .. }, _)) => PaymentAxis::Canceled,
            None => PaymentAxis::NotReady,
        }
    }

    /// The provider has prepared an intent, as we asked. If the order has ended since, it is closed again.
    pub fn intent_opened(mut self, opened: OpenedIntent, now: Timestamp) -> Transition {
        let OpenedIntent { intent, client_secret } = opened;
        match self.payments.iter_mut().find(|payment| payment.intent == intent) {
            // A report about it overtook the answer to our own request.
            Some(known) if known.client_secret.is_none() && client_secret.is_some() => {
                known.client_secret = client_secret;
            }
            Some(_) => return Transition::nothing(self),
            None => self.payments.push(Payment::new(intent.clone(), client_secret)),
        }
        self.clear_attention(&[AttentionReason::IntentNotCreated]);
        match &self.state {
            OrderState::AwaitingStock { .. } => {
                self.enter(OrderState::AwaitingPayment { intent: intent.clone(), closing: None }, now);
                Transition::changed(self).with_history(HistoryKind::PaymentReady, None, now).found_intent(intent)
            }
            OrderState::AwaitingPayment { closing: None, .. } => Transition::changed(self).found_intent(intent),
            OrderState::AwaitingPayment { closing: Some(_), .. }
            | OrderState::Paid(_)
            | OrderState::Shipped { .. }
            | OrderState::Completed { .. }
            | OrderState::CancelPending { .. }
            | OrderState::Cancelled { .. }
            | OrderState::Rejected { .. }
            | OrderState::Expired { .. } => Transition::changed(self).found_intent(intent).then(Self::close_intents),
        }
    }

    /// The provider will not take this payment. An order that waits for it ends, so that its goods are free again; staff
    /// have to see why.
    pub fn payment_not_possible(self, detail: &str, now: Timestamp) -> Transition {
        let waits = matches!(self.state, OrderState::AwaitingStock { .. });
        let alarmed = self.needs_attention_about(AttentionReason::IntentNotCreated, "provider", detail, now);
        if waits { alarmed.then(|order| order.expire(now)) } else { alarmed }
    }

    /// Whether the provider could not, or would not, prepare the payment.
    pub fn is_payment_impossible(&self) -> bool {
        self.is_waiting_for(AttentionReason::IntentNotCreated)
    }

    /// The provider says how an intent of this order stands.
    pub fn intent_reported(mut self, report: IntentReport, now: Timestamp) -> Transition {
        let IntentReport { intent, status } = report;
        let fresh = self.payment(&intent).is_none();
        if fresh && matches!(status, IntentStatus::Canceled) {
            return Transition::nothing(self);
        }
        let start = if fresh {
            self.payments.push(Payment::new(intent.clone(), None));
            Transition::changed(self).found_intent(intent.clone())
        } else {
            Transition::nothing(self)
        };
        start.then(|order| match status {
            IntentStatus::Open { declined } => order.intent_open(&intent, declined, fresh, now),
            IntentStatus::Processing => order.intent_processing(&intent, now),
            IntentStatus::Succeeded { received } => order.money_arrived(&intent, received, now),
            IntentStatus::Canceled => order.intent_canceled(&intent, now),
        })
    }

    fn intent_open(mut self, intent: &IntentId, declined: Option<String>, fresh: bool, now: Timestamp) -> Transition {
        let closing = matches!(self.state, OrderState::AwaitingPayment { closing: Some(_), .. });
        let waiting = self.state.is_open();
        let Some(payment) = self.payments.iter_mut().find(|payment| payment.intent == *intent) else {
            return Transition::nothing(self);
        };
        let came_back = match payment.state {
            PaymentState::Open => fresh,
            PaymentState::Processing => true,
            PaymentState::Captured { .. } | PaymentState::Canceled => return Transition::nothing(self),
        };
        let newly_declined = declined.filter(|reason| payment.last_error.as_ref() != Some(reason));
        if !came_back && newly_declined.is_none() {
            return Transition::nothing(self);
        }
        payment.state = PaymentState::Open;
        payment.last_error = newly_declined.clone().or(payment.last_error.take());
        let mut decided = Transition::changed(self);
        if let Some(reason) = newly_declined.filter(|_| waiting) {
            let event = OrderEvent::PaymentFailed { reason: reason.clone() };
            decided = decided.with_history(HistoryKind::PaymentFailed, reason, now).event(event);
        }
        // A door is open (again) that should be closed; an earlier request to close it was answered "in progress".
        if came_back && (closing || !waiting) { decided.then(Self::close_intents) } else { decided }
    }

    fn intent_processing(mut self, intent: &IntentId, now: Timestamp) -> Transition {
        for payment in &mut self.payments {
            if payment.intent == *intent && payment.state == PaymentState::Open {
                payment.state = PaymentState::Processing;
                return Transition::changed(self).with_history(HistoryKind::PaymentProcessing, None, now);
            }
        }
        Transition::nothing(self)
    }

    fn intent_canceled(mut self, intent: &IntentId, now: Timestamp) -> Transition {
        let Some(payment) = self.payments.iter_mut().find(|payment| payment.intent == *intent && payment.is_open())
        else {
            return Transition::nothing(self);
        };
        payment.state = PaymentState::Canceled;
        Transition::changed(self).then(|order| order.expire_if_closed(now))
    }

    /// An order that waits to be paid, and has no door left through which money could come, is over.
    fn expire_if_closed(self, now: Timestamp) -> Transition {
        let waits = matches!(self.state, OrderState::AwaitingPayment { .. });
        let untouched = self.payments.iter().all(|payment| payment.state == PaymentState::Canceled);
        let closing = matches!(self.state, OrderState::AwaitingPayment { closing: Some(_), .. });
        if waits && !self.has_open_intent() && (closing || untouched) {
            self.expire(now)
        } else {
            Transition::nothing(self)
        }
    }

    fn money_arrived(mut self, intent: &IntentId, received: Money, now: Timestamp) -> Transition {
        let Some(payment) = self.payments.iter_mut().find(|payment| payment.intent == *intent) else {
            return Transition::nothing(self);
        };
        if payment.captured().is_some() {
            return Transition::nothing(self); // providers redeliver
        }
        payment.state = PaymentState::Captured { amount: received, at: now };
        let exact = received == self.details.totals.gross;
        let decided = Transition::changed(self);
        match (&decided.order.state, exact) {
            (OrderState::AwaitingStock { reserved: true } | OrderState::AwaitingPayment { .. }, true) => {
                decided.then(|order| order.paid(Some(intent.clone()), now))
            }
            (OrderState::AwaitingStock { .. } | OrderState::AwaitingPayment { .. }, false) => decided
                .then(|order| order.needs_attention(AttentionReason::AmountDiffers, now))
                .then(|order| order.return_payment(intent, RefundReason::AmountDiffers, now))
                .then(|order| order.expire_if_closed(now)),
            (
                OrderState::AwaitingStock { reserved: false }
                | OrderState::Paid(_)
                | OrderState::Shipped { .. }
                | OrderState::Completed { .. }
                | OrderState::CancelPending { .. }
                | OrderState::Cancelled { .. }
                | OrderState::Rejected { .. }
                | OrderState::Expired { .. },
                _,
            ) => decided
                .with_history(HistoryKind::PaymentUnexpected, received.to_string(), now)
                .then(|order| order.return_payment(intent, RefundReason::NotExpected, now)),
        }
    }

    /// The pivot of the saga: from here on the order is carried out, or the money goes back.
    pub(super) fn paid(mut self, intent: Option<IntentId>, now: Timestamp) -> Transition {
        self.clear_attention(&[AttentionReason::PaymentNotSettled, AttentionReason::IntentNotCancelled]);
        self.receipt = Some(Receipt::owed_by(self.id));
        let paid = PaidBy { intent, at: now };
        self.enter(OrderState::Paid(paid.clone()), now);
        let event = OrderEvent::Paid { order: self.snapshot(), paid };
        Transition::changed(self)
            .with_history(HistoryKind::Paid, None, now)
            .event(event)
            .task(OrderTask::MailReceipt)
            .then(Self::close_intents)
    }

    /// Has the provider close every intent that is still open.
    pub(super) fn close_intents(mut self) -> Transition {
        let mut tasks = Vec::new();
        for payment in self.payments.iter_mut().filter(|payment| payment.is_open()) {
            payment.cancel_attempts += 1;
            tasks.push(OrderTask::CancelIntent { intent: payment.intent.clone(), attempt: payment.cancel_attempts });
        }
        let start = if tasks.is_empty() { Transition::nothing(self) } else { Transition::changed(self) };
        tasks.into_iter().fold(start, Transition::task)
    }
}
