//! A payment provider and a mailbox in memory, which do as a test tells them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use shared_kernel::{Money, OrderId, Timestamp};

use crate::domain::{
    DisputeReport, IntentId, IntentReport, IntentStatus, OrderNumber, PaymentOrigin, PaymentStatement, RefundReport,
    ReportedRefund,
};
use crate::ports::{
    CardPage, CardPageRequest, EventPage, EventSpan, Intent, NewIntent, NewRefund, OpenedCardPage, PaymentError,
    PaymentGateway, ProviderEvent, ProviderEventLog, ProviderRefund, ReceiptError, ReceiptLetter, ReceiptSender,
};

/// Events on one page.
const PAGE_SIZE: usize = 3;

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mood that a test sets by itself")]
struct State {
    down: bool,
    refuses: bool,
    slow_refunds: bool,
    own_intents: bool,
    intents: BTreeMap<IntentId, KeptIntent>,
    /// Refunds that the shop has asked for.
    asked: BTreeMap<String, NewRefund>,
    /// All refunds, by the provider's names for them.
    refunds: BTreeMap<String, RefundReport>,
    disputes: BTreeMap<String, DisputeReport>,
    /// Oldest first.
    events: Vec<(Timestamp, ProviderEvent)>,
    calls: u32,
}

#[derive(Clone)]
struct KeptIntent {
    status: IntentStatus,
    origin: Option<PaymentOrigin>,
}

/// A provider with books of its own. Clones share them.
#[derive(Clone, Default)]
pub struct FakeProvider(Arc<Mutex<State>>);

impl FakeProvider {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on nobody gets an answer (or does again).
    pub fn is_down(&self, down: bool) {
        self.lock().down = down;
    }

    /// From now on every call is refused (or is not any more).
    pub fn refuses(&self, refuses: bool) {
        self.lock().refuses = refuses;
    }

    /// From now on refunds are pending until the test says what becomes of them (or go through at once again).
    pub fn takes_its_time_with_refunds(&self, slow: bool) {
        self.lock().slow_refunds = slow;
    }

    /// From now on card pages take money through intents of their own.
    pub fn makes_pages_with_intents(&self) {
        self.lock().own_intents = true;
    }

    /// The buyer pays this much through an intent.
    pub fn buyer_pays(&self, intent: &IntentId, received: Money) {
        self.set(intent, IntentStatus::Succeeded { received });
    }

    /// Something happens to an intent, which may be one that nobody knew of before.
    pub fn set(&self, intent: &IntentId, status: IntentStatus) {
        let mut state = self.lock();
        let new = || KeptIntent { status: status.clone(), origin: None };
        let kept = state.intents.entry(intent.clone()).or_insert_with(new);
        kept.status = status;
    }

    /// An intent bears what the shop writes on those of this order.
    pub fn was_made_for(&self, intent: &IntentId, order: OrderId, number: &OrderNumber) {
        if let Some(kept) = self.lock().intents.get_mut(intent) {
            kept.origin = Some(PaymentOrigin { order, number: number.clone() });
        }
    }

    /// It has lost everything that it knew of an intent.
    pub fn forgets(&self, intent: &IntentId) {
        self.lock().intents.remove(intent);
    }

    /// Somebody returns money in the provider's dashboard; `false` if the payment has not got so much left.
    pub fn returns_by_dashboard(&self, provider_id: &str, intent: &IntentId, amount: Money) -> bool {
        let mut state = self.lock();
        if !state.has_left(intent, amount) {
            return false;
        }
        let provider_name = Some(provider_id.to_owned());
        let status = ReportedRefund::Succeeded;
        let report = RefundReport { id: None, provider_id: provider_name, intent: intent.clone(), amount, status };
        state.refunds.insert(provider_id.to_owned(), report);
        true
    }

    /// A refund comes to this. One that has failed stays so.
    pub fn refund_becomes(&self, provider_id: &str, status: ReportedRefund) {
        if let Some(kept) = self.lock().refunds.get_mut(provider_id)
            && !matches!(kept.status, ReportedRefund::Failed { .. })
        {
            kept.status = status;
        }
    }

    /// A dispute is opened, or moves on.
    pub fn is_told_of(&self, dispute: DisputeReport) {
        self.lock().disputes.insert(dispute.id.clone(), dispute);
    }

    /// How an intent stands.
    pub fn status(&self, intent: &IntentId) -> Option<IntentStatus> {
        self.lock().intents.get(intent).map(|kept| kept.status.clone())
    }

    /// All refunds that the shop has asked for, each with its key.
    pub fn refunds(&self) -> Vec<NewRefund> {
        self.lock().asked.values().cloned().collect()
    }

    /// All refunds there are, by anyone who.
    pub fn ledger(&self) -> Vec<RefundReport> {
        self.lock().refunds.values().cloned().collect()
    }

    pub fn disputes(&self) -> Vec<DisputeReport> {
        self.lock().disputes.values().cloned().collect()
    }

    /// Something has happened of which it tells anyone who asks for it.
    pub fn remembers(&self, at: Timestamp, event: ProviderEvent) {
        self.lock().events.push((at, event));
    }

    /// How many calls it got.
    pub fn calls(&self) -> u32 {
        self.lock().calls
    }

    fn answer(&self) -> Result<MutexGuard<'_, State>, PaymentError> {
        let mut state = self.lock();
        state.calls += 1;
        if state.down {
            return Err(PaymentError::Unavailable("nobody answers".into()));
        }
        if state.refuses {
            return Err(refusal("no", "it refuses"));
        }
        Ok(state)
    }
}

impl State {
    /// Whether so much of an intent's money is neither returned nor with the buyer's bank.
    fn has_left(&self, intent: &IntentId, amount: Money) -> bool {
        let Some(IntentStatus::Succeeded { received }) = self.intents.get(intent).map(|kept| &kept.status) else {
            return false;
        };
        let goes = |refund: &&RefundReport| {
            refund.intent == *intent && !matches!(refund.status, ReportedRefund::Failed { .. })
        };
        let gone: i64 = self.refunds.values().filter(goes).map(|refund| refund.amount.minor()).sum();
        let claims = |dispute: &&DisputeReport| dispute.intent == *intent && dispute.status.claims_money();
        let claimed: i64 = self.disputes.values().filter(claims).map(|dispute| dispute.amount.minor()).sum();
        received.currency() == amount.currency() && gone + claimed + amount.minor() <= received.minor()
    }
}

fn as_intent(id: &IntentId, status: IntentStatus) -> Intent {
    Intent { client_secret: Some(format!("{id}_secret")), report: IntentReport { intent: id.clone(), status } }
}

fn refusal(code: &str, message: &str) -> PaymentError {
    PaymentError::Refused { code: code.to_owned(), message: message.to_owned(), is_unknown: code == "unknown" }
}

fn unknown() -> PaymentError {
    refusal("unknown", "there is no such thing")
}

#[async_trait]
impl PaymentGateway for FakeProvider {
    async fn create_intent(&self, intent: &NewIntent) -> Result<Intent, PaymentError> {
        let id = IntentId::new(format!("pi_{}", intent.number));
        let mut state = self.answer()?;
        let origin = Some(PaymentOrigin { order: intent.order, number: intent.number.clone() });
        let open = KeptIntent { status: IntentStatus::Open { declined: None }, origin };
        let kept = state.intents.entry(id.clone()).or_insert(open);
        Ok(as_intent(&id, kept.status.clone()))
    }

    async fn statement(&self, intent: &IntentId) -> Result<PaymentStatement, PaymentError> {
        let state = self.answer()?;
        let KeptIntent { status, origin, .. } = state.intents.get(intent).cloned().ok_or_else(unknown)?;
        let report = IntentReport { intent: intent.clone(), status };
        let refunds = state.refunds.values().filter(|refund| refund.intent == *intent).cloned().collect();
        let disputes = state.disputes.values().filter(|dispute| dispute.intent == *intent).cloned().collect();
        Ok(PaymentStatement { intent: report, origin, refunds, disputes })
    }

    async fn cancel_intent(&self, intent: &IntentId) -> Result<Intent, PaymentError> {
        let mut state = self.answer()?;
        let kept = state.intents.get_mut(intent).ok_or_else(unknown)?;
        if matches!(kept.status, IntentStatus::Open { .. }) {
            kept.status = IntentStatus::Canceled;
        }
        Ok(as_intent(intent, kept.status.clone()))
    }

    async fn refund(&self, refund: &NewRefund) -> Result<ProviderRefund, PaymentError> {
        let provider_id = format!("re_{}", refund.refund);
        let mut state = self.answer()?;
        if let Some(known) = state.refunds.get(&provider_id) {
            return Ok(ProviderRefund { report: known.clone() });
        }
        if !state.has_left(&refund.intent, refund.amount) {
            return Err(refusal("charge_already_refunded", "the payment has not got so much left"));
        }
        let status = if state.slow_refunds { ReportedRefund::Pending } else { ReportedRefund::Succeeded };
        let (intent, amount) = (refund.intent.clone(), refund.amount);
        let report =
            RefundReport { id: Some(refund.refund), provider_id: Some(provider_id.clone()), intent, amount, status };
        state.refunds.insert(provider_id.clone(), report.clone());
        state.asked.insert(provider_id, refund.clone());
        Ok(ProviderRefund { report })
    }
}

#[async_trait]
impl ProviderEventLog for FakeProvider {
    async fn page(&self, span: &EventSpan) -> Result<EventPage, PaymentError> {
        let state = self.answer()?;
        let asked_for = state.events.iter().rev().filter(|(at, _)| span.from <= *at && *at < span.before);
        let events: Vec<ProviderEvent> = asked_for.map(|(_, event)| event.clone()).collect();
        let known = |behind: &String| events.iter().position(|event| event.id == *behind);
        let start = span.behind.as_ref().and_then(known).map_or(0, |at| at + 1);
        let page: Vec<ProviderEvent> = events[start..].iter().take(PAGE_SIZE).cloned().collect();
        Ok(EventPage { more: start + page.len() < events.len(), events: page })
    }
}

#[async_trait]
impl CardPage for FakeProvider {
    async fn open(&self, request: &CardPageRequest) -> Result<OpenedCardPage, PaymentError> {
        let mut state = self.answer()?;
        let own = state.own_intents.then(|| IntentId::new(format!("{}_page", request.intent)));
        if let Some(own) = &own {
            let origin = Some(PaymentOrigin { order: request.order, number: request.number.clone() });
            let open = KeptIntent { status: IntentStatus::Open { declined: None }, origin };
            state.intents.entry(own.clone()).or_insert(open);
        }
        Ok(OpenedCardPage { url: format!("http://shop.test/pay/{}", request.intent), intent: own })
    }
}

#[derive(Default)]
struct Mailbox {
    down: bool,
    letters: Vec<ReceiptLetter>,
}

/// Receipts as they were sent. Clones share them.
#[derive(Clone, Default)]
pub struct KeptReceipts(Arc<Mutex<Mailbox>>);

impl KeptReceipts {
    fn lock(&self) -> MutexGuard<'_, Mailbox> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything sent so far.
    pub fn sent(&self) -> Vec<ReceiptLetter> {
        self.lock().letters.clone()
    }

    /// From now on no mail is taken (or is again).
    pub fn is_down(&self, down: bool) {
        self.lock().down = down;
    }
}

#[async_trait]
impl ReceiptSender for KeptReceipts {
    async fn send(&self, letter: &ReceiptLetter) -> Result<(), ReceiptError> {
        let mut mailbox = self.lock();
        if mailbox.down {
            return Err(ReceiptError::Unavailable("nobody takes mail".into()));
        }
        if letter.to.is_empty() || letter.to.starts_with("nobody@") {
            return Err(ReceiptError::Refused("there is no such mailbox".to_owned()));
        }
        mailbox.letters.push(letter.clone());
        Ok(())
    }
}
