//! Failures that were asked for, so that a shop can be seen to survive what Stripe may do to it. They are kept in memory and
//! forgotten with the process.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// What becomes of the work of a request that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Nothing is done.
    Before,
    /// All is done, and the answer is a failure nevertheless.
    After,
}

/// The failures that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<VecDeque<(String, Failure)>>);

impl Failures {
    /// The failure that this request meets, which is over with it.
    pub(crate) fn next(&self, path: &str) -> Option<Failure> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = waiting.iter().position(|(wanted, _)| path.ends_with(wanted.as_str()))?;
        waiting.remove(index).map(|(_, failure)| failure)
    }

    /// Asks for failures of the next requests to a path.
    pub(crate) fn add(&self, path: &str, failure: Failure, times: i64) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.extend((0..times).map(|_| (path.to_owned(), failure)));
    }
}
