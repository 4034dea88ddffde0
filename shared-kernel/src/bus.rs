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
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a destination says of itself, so that a carrier knows whether it still has what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Changes whenever the destination has forgotten everything: a consumer that is being rebuilt, a stream made again.
    pub epoch: i64,
    /// The number of the last message kept. It never goes back within an epoch, unless messages were lost; 0 where
    /// messages are not numbered.
    pub tip: i64,
}

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// How many messages of the batch the destination wanted.
    pub wanted: usize,
    /// Its tip afterwards, as in [`Standing`].
    pub tip: i64,
}

/// Carries messages out of a context, at least once.
#[async_trait]
pub trait EventBus: Send + Sync {
    /// All places that messages have to be carried to. Progress is kept for each, so that one that fails holds back
    /// only itself.
    fn destinations(&self) -> Vec<Destination>;

    /// The event types that a destination wants; `None` if it wants all.
    fn wanted(&self, to: &Destination) -> Option<Vec<&'static str>>;

    /// Whether the destination still has what it was given: to be asked before every batch. May be as old as a second.
    ///
    /// # Errors
    /// [`BusError`] when it cannot be told.
    async fn standing(&self, to: &Destination) -> Result<Standing, BusError>;

    /// Hands `batch`, oldest first, to one destination, as it stands in `epoch`. `Ok` promises that the destination has
    /// kept every message of the batch that it wants, durably; handing it the same message again must then have no
    /// effect.
    ///
    /// # Errors
    /// [`BusError`] when that is not certain, or when the epoch is over; the same batch will come again.
    async fn deliver(&self, to: &Destination, epoch: i64, batch: &[Envelope]) -> Result<Delivered, BusError>;
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

impl BusError {
    /// Names the destination that failed, and the cause.
    pub fn new(to: &Destination, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { destination: to.as_str().to_owned(), cause: cause.into() }
    }
}
