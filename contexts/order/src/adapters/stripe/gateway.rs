//! The payment ports, spoken in the provider's language.
//!
//! Translates and nothing else: what an intent's state means for an order is the domain's matter.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chassis::Site;
use chassis::outbound::CallError;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use shared_kernel::Ids;

use super::client::{ClientSettings, StripeClient};
use super::requests::{IntentAsk, RefundAsk, SessionAsk};
use super::translate::{self, Unreadable};
use super::{events, objects};
use crate::domain::{IntentId, IntentStatus, PaymentStatement};
use crate::ports::{
    CardPage, CardPageRequest, EventPage, EventSpan, Intent, NewIntent, NewRefund, OpenedCardPage, PaymentError,
    PaymentGateway, ProviderEventLog, ProviderRefund,
};
use crate::settings::{CardPageMode, StripeSettings};

/// How far the provider's clock may be from ours.
const CLOCKS_DIFFER: Duration = Duration::from_mins(5);
/// How many keys are tried for one card page.
const PAGE_KEYS: u32 = 3;

/// The payment provider, reached over Stripe's HTTP API.
pub struct StripeGateway {
    client: StripeClient,
    pages: CardPageMode,
    shop: String,
    live: Option<bool>,
}

impl StripeGateway {
    /// Reaches the provider as the settings say; buyers come back to `site`.
    ///
    /// # Errors
    /// [`CallError`] if no HTTP client can be built on this machine.
    pub fn new(settings: &StripeSettings, site: &Site, ids: Arc<dyn Ids>) -> Result<Self, CallError> {
        let base = format!("{}/v1", settings.api_base.trim_end_matches('/'));
        let client = StripeClient::new(ClientSettings::new(base, settings.secret_key.clone()), ids)?;
        let live = livemode_of(&settings.secret_key);
        Ok(Self { client, pages: settings.card_page.clone(), shop: site.base_url.clone(), live })
    }

    /// Opens a card page. A failure that the provider keeps under a key is got round by the next key at once: through a page
    /// whose address nobody has been told no money can come.
    async fn open_session(&self, request: &CardPageRequest) -> Result<objects::Session, CallError> {
        let back = self.way_back(request);
        let mut used = 0;
        loop {
            let ask = SessionAsk {
                amount: request.amount,
                order_id: request.order.to_string(),
                order_number: request.number.to_string(),
                email: request.email.as_deref(),
                success_url: format!("{back}?redirect_status=succeeded"),
                cancel_url: format!("{back}?redirect_status=canceled"),
                key: &key("page", request.intent.as_str(), used),
            };
            used += 1;
            match self.client.create_session(ask).await {
                Err(CallError::Refused { status: 500.., .. }) if used < PAGE_KEYS => {}
                answered => return answered,
            }
        }
    }

    fn way_back(&self, request: &CardPageRequest) -> String {
        format!("{}/orders/{}/return", self.shop, request.order)
    }

    async fn closed_intent(&self, intent: &str) -> Result<objects::Intent, CallError> {
        match self.client.cancel_intent(intent).await {
            Err(CallError::Refused { .. }) => {}
            answered => return answered,
        }
        let found = self.client.intent(intent).await?;
        if self.pages == CardPageMode::Checkout
            && found.status.as_deref().is_some_and(|status| status.starts_with("requires_"))
        {
            self.client.expire_session_of(intent).await?;
            return self.client.intent(intent).await;
        }
        Ok(found)
    }
}

/// Whether a secret key moves real money; `None` for keys that are not of Stripe's own making.
pub fn livemode_of(secret_key: &SecretString) -> Option<bool> {
    let mode = |key: &str| key.split('_').nth(1).map(str::to_owned);
    match mode(secret_key.expose_secret()).as_deref() {
        Some("live") => Some(true),
        Some("test") => Some(false),
        Some(_) | None => None,
    }
}

#[async_trait]
impl PaymentGateway for StripeGateway {
    async fn create_intent(&self, intent: &NewIntent) -> Result<Intent, PaymentError> {
        let order_id = intent.order.to_string();
        if intent.attempt > 1 {
            let since = intent.placed_at.minus(CLOCKS_DIFFER);
            if let Some(made) = self.client.intent_of_order(&order_id, since).await? {
                return read_intent(made);
            }
        }
        let key = key("intent", &order_id, intent.attempt.saturating_sub(1));
        let ask = IntentAsk { amount: intent.amount, order_id, order_number: intent.number.to_string(), key: &key };
        match self.client.create_intent(ask).await {
            // Whatever is wrong with our key, no buyer can pay until a person has put it right.
            Err(CallError::Refused { status: 401 | 403, message, .. }) => {
                Err(PaymentError::Refused { code: "unauthorized".to_owned(), message, is_unknown: false })
            }
            answered => read_intent(answered?),
        }
    }

    async fn statement(&self, intent: &IntentId) -> Result<PaymentStatement, PaymentError> {
        let found = self.client.intent(intent.as_str()).await?;
        if let (Some(live), Some(stated)) = (self.live, found.livemode)
            && live != stated
        {
            return Err(unclear("an intent is of another mode than the key"));
        }
        let (origin, report) = (translate::origin(&found), translate::intent(&found)?);
        // What never succeeded has no charge, and so neither refunds nor disputes.
        if !matches!(report.status, IntentStatus::Succeeded { .. }) {
            return Ok(PaymentStatement { intent: report, origin, refunds: Vec::new(), disputes: Vec::new() });
        }
        let refunds = self.client.refunds_of(intent.as_str()).await?.into_iter().map(translate::refund);
        let disputes = self.client.disputes_of(intent.as_str()).await?.into_iter().map(translate::dispute);
        Ok(PaymentStatement {
            intent: report,
            origin,
            refunds: refunds.filter_map(Result::transpose).collect::<Result<_, _>>()?,
            disputes: disputes.filter_map(Result::transpose).collect::<Result<_, _>>()?,
        })
    }

    async fn cancel_intent(&self, intent: &IntentId) -> Result<Intent, PaymentError> {
        read_intent(self.closed_intent(intent.as_str()).await?)
    }

    async fn refund(&self, refund: &NewRefund) -> Result<ProviderRefund, PaymentError> {
        let refund_id = refund.refund.to_string();
        if let Some(made) = self.client.refund_named(refund.intent.as_str(), &refund_id).await? {
            return read_refund(made);
        }
        let key = key("refund", &refund_id, refund.keys_used);
        let ask = RefundAsk {
            intent: refund.intent.as_str(),
            amount: refund.amount,
            order_id: refund.order.to_string(),
            refund_id,
            key: &key,
        };
        read_refund(self.client.create_refund(ask).await?)
    }
}

#[async_trait]
impl ProviderEventLog for StripeGateway {
    async fn page(&self, span: &EventSpan) -> Result<EventPage, PaymentError> {
        let list = self.client.events(span).await?;
        let events = list.data.into_iter().map(events::read).collect::<Result<_, _>>();
        let events = events.map_err(|malformed| PaymentError::Unavailable(Box::new(malformed)))?;
        Ok(EventPage { events, more: list.has_more })
    }
}

#[async_trait]
impl CardPage for StripeGateway {
    async fn open(&self, request: &CardPageRequest) -> Result<OpenedCardPage, PaymentError> {
        let back = self.way_back(request);
        match &self.pages {
            CardPageMode::Sandbox => {
                let page = format!("{}/pay/{}", self.shop, request.intent);
                let url = Url::parse_with_params(&page, [("return_url", back)]);
                let url = url.map_err(|error| PaymentError::Unavailable(Box::new(error)))?;
                Ok(OpenedCardPage { url: url.into(), intent: None })
            }
            CardPageMode::Checkout => {
                let session = self.open_session(request).await?;
                let url = session.url.ok_or_else(|| unclear("the card page has no address"))?;
                Ok(OpenedCardPage { url, intent: session.payment_intent.map(|intent| IntentId::new(intent.0)) })
            }
        }
    }
}

impl From<CallError> for PaymentError {
    fn from(error: CallError) -> Self {
        match error {
            // A key that is not accepted is our setting: it is put right and the work goes on.
            CallError::Uncertain(_) | CallError::Unavailable { .. } | CallError::Refused { status: 401 | 403, .. } => {
                Self::Unavailable(Box::new(error))
            }
            CallError::Refused { status: 500.., message, .. } => Self::Failed(message),
            CallError::Refused { code, message, .. } => {
                Self::Refused { is_unknown: code == "resource_missing", code, message }
            }
        }
    }
}

impl From<Unreadable> for PaymentError {
    /// An answer that we do not understand settles nothing.
    fn from(unreadable: Unreadable) -> Self {
        Self::Unavailable(Box::new(unreadable))
    }
}

fn read_intent(intent: objects::Intent) -> Result<Intent, PaymentError> {
    Ok(Intent { report: translate::intent(&intent)?, client_secret: intent.client_secret })
}

fn read_refund(refund: objects::Refund) -> Result<ProviderRefund, PaymentError> {
    let report = translate::refund(refund)?.ok_or_else(|| unclear("a refund belongs to no intent"))?;
    Ok(ProviderRefund { report })
}

/// The idempotency key of an operation, when so many of its keys hold answers already.
fn key(operation: &str, name: &str, used: u32) -> String {
    if used == 0 { format!("{operation}-{name}") } else { format!("{operation}-{name}-{}", used + 1) }
}

/// An answer that we do not understand settles nothing.
fn unclear(what: &str) -> PaymentError {
    PaymentError::Unavailable(what.into())
}

#[cfg(test)]
mod tests;
