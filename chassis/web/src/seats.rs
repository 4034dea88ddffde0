//! Room for requests that are worked on at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Limits how many requests are worked on at once.
#[derive(Clone)]
pub(crate) struct ConcurrencyLimit {
    taken: Arc<AtomicUsize>,
    most: usize,
}

/// One request's place, free again when it is dropped.
pub(crate) struct Permit(Arc<AtomicUsize>);

impl ConcurrencyLimit {
    pub(crate) fn new(most: usize) -> Self {
        Self { taken: Arc::default(), most }
    }

    /// A place, if one is free.
    pub(crate) fn take(&self) -> Option<Permit> {
        let before = self.taken.fetch_add(1, Ordering::Relaxed);
        let seat = Permit(Arc::clone(&self.taken));
        (before < self.most).then_some(seat)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
