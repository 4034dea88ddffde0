//! The port through which facts leave a context.

use async_trait::async_trait;

use crate::event::Envelope;

/// Where messages are carried to: in one process a subscriber (`reports/record-sales`), on a broker its stream.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Destination(String);

impl Destination {
    /// A destination's name is stored beside the progress made towards it, so it must not change.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Carries messages out of a context, at least once.
#[async_trait]
pub trait EventBus: Send + Sync {
    /// All places that messages have to be carried to. Progress is kept for each, so that one that fails holds back
    /// only itself.
    fn destinations(&self) -> Vec<Destination>;

    /// The event types that a destination wants; `None` if it wants all.
    fn wanted(&self, to: &Destination) -> Option<Vec<&'static str>>;

    /// Hands `batch`, oldest first, to one destination. `Ok` promises that the destination has kept every message of
    /// the batch that it wants, durably, and says how many it wanted; handing it the same message again must then have no
    /// effect.
    ///
    /// # Errors
    /// [`BusError`] when that is not certain; the same batch will come again.
    async fn deliver(&self, to: &Destination, batch: &[Envelope]) -> Result<usize, BusError>;
}

/// A destination could not be reached.
#[derive(Debug, thiserror::Error)]
#[error("could not deliver to {destination}")]
pub struct BusError {
    /// The one that failed.
    pub destination: String,
    /// Why.
    #[source]
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}
