//! Notices messages that a test leaves behind.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use chassis_messaging::{InboxAdmin as _, SqlMessages};

/// Part of a context's test shop. When the shop is dropped and the last look found messages that wait for their handler or
/// are dead, the test fails, unless it said that it leaves them.
#[derive(Debug, Default)]
pub struct Leftovers {
    found: Mutex<Option<String>>,
    expected: AtomicBool,
}

impl Leftovers {
    /// Looks into the inbox; called whenever the shop has done its work, as nothing can be read while it is dropped.
    pub async fn look(&self, messages: &SqlMessages) {
        let counts = messages.counts().await.unwrap_or_else(|error| panic!("{error:?}"));
        let left = counts.open + counts.dead > 0;
        let found = left.then(|| format!("{} undelivered, {} dead", counts.open, counts.dead));
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = found;
    }

    /// Says that this test leaves messages on purpose.
    pub fn expect(&self) {
        self.expected.store(true, Ordering::SeqCst);
    }
}

impl Drop for Leftovers {
    fn drop(&mut self) {
        let found = self.found.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(found) = found
            && !self.expected.load(Ordering::SeqCst)
            && !std::thread::panicking()
        {
            panic!("messages were left behind: {found}");
        }
    }
}
