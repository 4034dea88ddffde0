//! The payment provider.

use async_trait::async_trait;
use shared_kernel::{Money, OrderId, Timestamp};

use crate::domain::{IntentId, IntentReport, OrderNumber, PaymentStatement, RefundId, RefundReport};

/// An intent to prepare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIntent {
    /// The order; goes into the provider's metadata as `order_id`, and is the idempotency key (`intent-<order id>`).
    pub order: OrderId,
    /// What people call it; goes into metadata (`order_number`) and the description.
    pub number: OrderNumber,
    /// Exactly this is to be collected.
    pub amount: Money,
    /// Where the provider may write to.
    pub receipt_email: Option<String>,
    /// Which attempt this is, from 1: later ones first look for an intent that an earlier one has made, and use a key of
    /// their own, because the provider keeps failures under a key.
    pub attempt: u32,
    /// When the order was placed: an earlier attempt was not before.
    pub placed_at: Timestamp,
}

/// An intent as the provider sees it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// What the buyer's browser needs to pay.
    pub client_secret: Option<String>,
    /// Its name and how it stands.
    pub report: IntentReport,
}

/// Money to return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// The refund; goes into metadata as `refund_id`, and is the idempotency key (`refund-<refund id>`).
    pub refund: RefundId,
    /// Its order; goes into metadata as `order_id`.
    pub order: OrderId,
    /// Whose money.
    pub intent: IntentId,
    /// How much.
    pub amount: Money,
    /// How many of its idempotency keys hold an answer of the provider that is none of success.
    pub keys_used: u32,
}

/// A refund as the provider sees it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderRefund {
    /// How it stands, with the provider's name for it.
    pub report: RefundReport,
}

/// Why the provider did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// It will never do it: the request is wrong, or the thing is in a state that forbids it.
    #[error("the payment provider refused: {code}: {message}")]
    Refused {
        /// The provider's code.
        code: String,
        /// The provider's words.
        message: String,
        /// Whether it says that there is no such thing.
        is_unknown: bool,
    },
    /// It has failed, and says so again whenever it is asked under the same key.
    #[error("the payment provider failed: {0}")]
    Failed(String),
    /// Nobody knows whether it did: no connection, a timeout, an overload, wrong credentials. Ask again with the same key.
    #[error("the payment provider is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl PaymentError {
    /// Whether the provider says that there is no such thing.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Refused { is_unknown: true, .. })
    }
}

/// Collects and returns money. Every call may be repeated: each looks for what an earlier one has made before it makes
/// anything, and the key keeps two that are under way at once from both having their effect.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Prepares an intent, or finds the one that an earlier attempt has made.
    async fn create_intent(&self, intent: &NewIntent) -> Result<Intent, PaymentError>;

    /// How an intent, all its refunds and all disputes about it stand at this moment.
    ///
    /// # Errors
    /// [`PaymentError::Unavailable`] also when only a part of it can be told; [`PaymentError::is_unknown`] for an intent
    /// that the provider has never heard of.
    async fn statement(&self, intent: &IntentId) -> Result<PaymentStatement, PaymentError>;

    /// Closes an intent and says how it stands then: [`crate::domain::IntentStatus::Canceled`] if it is closed, and if
    /// the provider refuses because money is on its way or here, `Processing` or `Succeeded` (never an error for that).
    async fn cancel_intent(&self, intent: &IntentId) -> Result<Intent, PaymentError>;

    /// Returns money and says how the refund stands.
    async fn refund(&self, refund: &NewRefund) -> Result<ProviderRefund, PaymentError>;
}

/// An order whose buyer wants to type in their card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardPageRequest {
    /// The order; a page of its own intent must carry it in the intent's metadata as `order_id`.
    pub order: OrderId,
    /// What people call it.
    pub number: OrderNumber,
    /// The intent that is open for it.
    pub intent: IntentId,
    /// The intent's client secret.
    pub client_secret: Option<String>,
    /// What is to be paid.
    pub amount: Money,
    /// The buyer's e-mail.
    pub email: Option<String>,
}

/// A page that is open for an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedCardPage {
    /// Where to send the buyer's browser.
    pub url: String,
    /// The intent through which the page takes money, if that is one of its own. It has to be kept before the buyer is
    /// sent there: only an intent that is known is closed at the deadline and asked after when a webhook is lost.
    pub intent: Option<IntentId>,
}

/// The provider's hosted page on which a card is typed in.
#[async_trait]
pub trait CardPage: Send + Sync {
    /// Opens the page. The same intent always gets the same page.
    async fn open(&self, request: &CardPageRequest) -> Result<OpenedCardPage, PaymentError>;
}
