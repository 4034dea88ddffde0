//! What a context states to the others, and which of its use cases state it.

/// A type of facts that a context publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedEvent {
    /// Such as `store.order.paid.v1`.
    pub event_type: &'static str,
    /// The use cases that may state it, by the names of their files. `tests/architecture` holds them against the code.
    pub stated_by: &'static [&'static str],
}

impl PublishedEvent {
    /// Facts of this type are stated by these use cases.
    pub const fn new(event_type: &'static str, stated_by: &'static [&'static str]) -> Self {
        Self { event_type, stated_by }
    }
}
