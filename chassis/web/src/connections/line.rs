//! What is known of one connection: whether its client is waited for, since when, and until when.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::task::AtomicWaker;

/// One connection, seen from its socket and from the requests that come over it.
pub(crate) struct Line {
    head: Duration,
    idle: Duration,
    state: Mutex<State>,
    /// Wakes the connection's task when it is to end.
    waker: AtomicWaker,
}

#[derive(Debug, Clone, Copy)]
struct State {
    wait: Wait,
    asked: bool,
    ended: bool,
}

#[derive(Debug, Clone, Copy)]
enum Wait {
    /// For a request of which nothing has come.
    Idle { until: Instant },
    /// For the rest of a head.
    Head { until: Instant },
    /// Not for the client: a request is being worked on.
    Working,
}

impl Line {
    pub(crate) fn new(head: Duration, idle: Duration) -> Self {
        let wait = Wait::Head { until: Instant::now() + head };
        Self { head, idle, state: Mutex::new(State { wait, asked: false, ended: false }), waker: AtomicWaker::new() }
    }

    /// A head is complete. Until the guard is dropped, it is not the client who is waited for.
    pub(crate) fn work(self: &Arc<Self>) -> Working {
        let mut state = self.lock();
        state.wait = Wait::Working;
        state.asked = true;
        Working(Arc::clone(self))
    }

    /// Some bytes of a head came.
    pub(super) fn received(&self) {
        let mut state = self.lock();
        if let Wait::Idle { until } = state.wait {
            state.wait = Wait::Head { until: until.min(Instant::now() + self.head) };
        }
    }

    /// When the client has had long enough; `None` while it is not waited for.
    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.lock().wait {
            Wait::Idle { until } | Wait::Head { until } => Some(until),
            Wait::Working => None,
        }
    }

    pub(super) fn waits(&self) -> bool {
        let state = self.lock();
        !state.ended && !matches!(state.wait, Wait::Working)
    }

    pub(super) fn never_asked(&self) -> bool {
        !self.lock().asked
    }

    pub(super) fn has_ended(&self) -> bool {
        self.lock().ended
    }

    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.waker.wake();
    }

    /// Waits no longer than `grace` for a request of which nothing has come.
    pub(super) fn shorten_wait(&self, grace: Duration) {
        let mut state = self.lock();
        if let Wait::Idle { until } = state.wait {
            state.wait = Wait::Idle { until: until.min(Instant::now() + grace) };
        }
        drop(state);
        self.waker.wake();
    }

    pub(super) fn waker(&self) -> &AtomicWaker {
        &self.waker
    }

    fn rest(&self) {
        self.lock().wait = Wait::Idle { until: Instant::now() + self.idle };
        // The socket's task looks at the new deadline.
        self.waker.wake();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request is being worked on, until its answer is on the way.
pub(crate) struct Working(Arc<Line>);

impl Drop for Working {
    fn drop(&mut self) {
        self.0.rest();
    }
}
