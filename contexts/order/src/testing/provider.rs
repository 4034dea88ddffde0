//! A payment provider and a mailbox in memory, which do as a test tells them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::Value;
use shared_kernel::{Money, Timestamp};

use crate::domain::{IntentId, IntentReport, IntentStatus, RefundReport, ReportedRefund};
use crate::ports::{
    CardPage, CardPageRequest, EventPage, EventSpan, Intent, NewIntent, NewRefund, OpenedCardPage, PaymentError,
    PaymentEvents, PaymentGateway, ProviderRefund, ReceiptError, ReceiptLetter, ReceiptSender,
};

/// Events on one page.
const PAGE: usize = 3;

#[derive(Default)]
struct State {
    down: bool,
    refuses: bool,
    own_intents: bool,
    intents: BTreeMap<IntentId, (Money, IntentStatus)>,
    refunds: BTreeMap<String, (NewRefund, ReportedRefund)>,
    /// Oldest first.
    events: Vec<(Timestamp, Value)>,
    calls: u32,
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

    /// From now on card pages take money through intents of their own.
    pub fn makes_pages_with_intents(&self) {
        self.lock().own_intents = true;
    }

    /// The buyer pays this much through an intent.
    pub fn buyer_pays(&self, intent: &IntentId, received: Money) {
        self.set(intent, IntentStatus::Succeeded { received });
    }

    /// Something happens to an intent.
    pub fn set(&self, intent: &IntentId, status: IntentStatus) {
        let mut state = self.lock();
        let amount = state.intents.get(intent).map_or(Money::zero(shared_kernel::Currency::NZD), |(amount, _)| *amount);
        state.intents.insert(intent.clone(), (amount, status));
    }

    /// How an intent stands.
    #[must_use]
    pub fn status(&self, intent: &IntentId) -> Option<IntentStatus> {
        self.lock().intents.get(intent).map(|(_, status)| status.clone())
    }

    /// All refunds ever made, each with its key.
    #[must_use]
    pub fn refunds(&self) -> Vec<NewRefund> {
        self.lock().refunds.values().map(|(refund, _)| refund.clone()).collect()
    }

    /// Something has happened of which it tells whoever asks for it.
    pub fn remembers(&self, at: Timestamp, event: Value) {
        self.lock().events.push((at, event));
    }

    /// How many calls it got.
    #[must_use]
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
            return Err(PaymentError::Refused { code: "no".to_owned(), message: "it refuses".to_owned() });
        }
        Ok(state)
    }
}

fn as_intent(id: &IntentId, status: IntentStatus) -> Intent {
    Intent { client_secret: Some(format!("{id}_secret")), report: IntentReport { intent: id.clone(), status } }
}

fn unknown() -> PaymentError {
    PaymentError::Refused { code: "resource_missing".to_owned(), message: "there is no such thing".to_owned() }
}

#[async_trait]
impl PaymentGateway for FakeProvider {
    async fn create_intent(&self, intent: &NewIntent) -> Result<Intent, PaymentError> {
        let id = IntentId::new(format!("pi_{}", intent.number));
        let mut state = self.answer()?;
        let open = (intent.amount, IntentStatus::Open { declined: None });
        let (_, status) = state.intents.entry(id.clone()).or_insert(open);
        Ok(as_intent(&id, status.clone()))
    }

    async fn find_intent(&self, intent: &IntentId) -> Result<Intent, PaymentError> {
        let state = self.answer()?;
        let (_, status) = state.intents.get(intent).ok_or_else(unknown)?;
        Ok(as_intent(intent, status.clone()))
    }

    async fn cancel_intent(&self, intent: &IntentId) -> Result<Intent, PaymentError> {
        let mut state = self.answer()?;
        let (_, status) = state.intents.get_mut(intent).ok_or_else(unknown)?;
        if matches!(status, IntentStatus::Open { .. }) {
            *status = IntentStatus::Canceled;
        }
        Ok(as_intent(intent, status.clone()))
    }

    async fn refund(&self, refund: &NewRefund) -> Result<ProviderRefund, PaymentError> {
        let provider_id = format!("re_{}", refund.refund);
        let mut state = self.answer()?;
        state.refunds.entry(provider_id.clone()).or_insert_with(|| (refund.clone(), ReportedRefund::Succeeded));
        Ok(ProviderRefund { report: report(provider_id, refund, ReportedRefund::Succeeded) })
    }

    async fn find_refund(&self, provider_id: &str) -> Result<ProviderRefund, PaymentError> {
        let state = self.answer()?;
        let (refund, status) = state.refunds.get(provider_id).ok_or_else(unknown)?;
        Ok(ProviderRefund { report: report(provider_id.to_owned(), refund, status.clone()) })
    }
}

#[async_trait]
impl PaymentEvents for FakeProvider {
    async fn page(&self, span: &EventSpan) -> Result<EventPage, PaymentError> {
        let state = self.answer()?;
        let asked_for = state.events.iter().rev().filter(|(at, _)| span.from <= *at && *at < span.before);
        let events: Vec<Value> = asked_for.map(|(_, event)| event.clone()).collect();
        let known = |behind: &String| events.iter().position(|event| event["id"] == behind.as_str());
        let start = span.behind.as_ref().and_then(known).map_or(0, |at| at + 1);
        let page: Vec<Value> = events[start..].iter().take(PAGE).cloned().collect();
        Ok(EventPage { more: start + page.len() < events.len(), events: page })
    }
}

fn report(provider_id: String, refund: &NewRefund, status: ReportedRefund) -> RefundReport {
    let (intent, amount) = (refund.intent.clone(), refund.amount);
    RefundReport { id: Some(refund.refund), provider_id: Some(provider_id), intent, amount, status }
}

#[async_trait]
impl CardPage for FakeProvider {
    async fn open(&self, request: &CardPageRequest) -> Result<OpenedCardPage, PaymentError> {
        let mut state = self.answer()?;
        let own = state.own_intents.then(|| IntentId::new(format!("{}_page", request.intent)));
        if let Some(own) = &own {
            state.intents.entry(own.clone()).or_insert((request.amount, IntentStatus::Open { declined: None }));
        }
        Ok(OpenedCardPage { url: format!("http://provider.test/pay/{}", request.intent), intent: own })
    }
}

/// Receipts as they were sent. Clones share them.
#[derive(Clone, Default)]
pub struct KeptReceipts(Arc<Mutex<Vec<ReceiptLetter>>>);

impl KeptReceipts {
    /// Everything sent so far.
    #[must_use]
    pub fn sent(&self) -> Vec<ReceiptLetter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl ReceiptSender for KeptReceipts {
    async fn send(&self, letter: &ReceiptLetter) -> Result<(), ReceiptError> {
        if letter.to.is_empty() || letter.to.starts_with("nobody@") {
            return Err(ReceiptError::Refused("there is no such mailbox".to_owned()));
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(letter.clone());
        Ok(())
    }
}
