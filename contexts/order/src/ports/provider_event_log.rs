//! What the payment provider remembers of the past, for a shop whose own memory has a gap.

use async_trait::async_trait;
use shared_kernel::Timestamp;

use super::{PaymentError, ProviderEvent};

/// A stretch of the provider's memory, and how far it has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventSpan {
    /// Events of this second and later.
    pub from: Timestamp,
    /// Events before this second.
    pub before: Timestamp,
    /// Only those that come behind the event of this id, which was the last one of the page before.
    pub behind: Option<String>,
}

/// Events as they would have been posted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventPage {
    /// Newest first.
    pub events: Vec<ProviderEvent>,
    /// Whether older ones of the span are behind the last.
    pub more: bool,
}

/// The provider's memory of what has happened to money.
#[async_trait]
pub trait ProviderEventLog: Send + Sync {
    /// One page of the events that speak of money, each as if it were posted now.
    async fn page(&self, span: &EventSpan) -> Result<EventPage, PaymentError>;
}
