//! What the relay needs of an outbox.

use async_trait::async_trait;
use shared_kernel::{Destination, Envelope, StoreError};

/// A published fact and its place in the commit order of its context.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxRow {
    /// Grows with every fact; gaps mean nothing.
    pub position: i64,
    /// The fact, if it is of a type that was asked for.
    pub envelope: Option<Envelope>,
}

/// How far a destination has been served.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Everything up to here has been delivered; 0 at first.
    pub position: i64,
    /// The destination's epoch that this is true in.
    pub epoch: i64,
    /// The destination's tip when that was delivered.
    pub tip: i64,
}

/// A context's published facts, and how far each destination has been served.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// How far `destination` has been served.
    async fn progress(&self, destination: &Destination) -> Result<Progress, StoreError>;

    /// Up to `limit` rows after `position`, oldest first, with the facts of the `wanted` types, or with all. A fact that
    /// becomes readable later never has a lower position than one that was returned here, and a subject's facts have
    /// rising positions.
    async fn after(
        &self,
        position: i64,
        limit: u32,
        wanted: Option<&[&'static str]>,
    ) -> Result<Vec<OutboxRow>, StoreError>;

    /// Keeps the progress of `destination`; without effect if more, or another epoch, is on record.
    async fn advance(&self, destination: &Destination, progress: Progress) -> Result<(), StoreError>;

    /// Sets `destination` back to the first fact, in a new epoch or because it has lost messages.
    async fn restart(&self, destination: &Destination, epoch: i64) -> Result<(), StoreError>;
}
