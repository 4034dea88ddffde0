//! Time and ids that a test decides.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use shared_kernel::{Clock, Ids, Timestamp};
use uuid::Uuid;

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct FixedClock {
    /// The steady time, in microseconds.
    steady: AtomicI64,
    /// How far the clock was set off from it.
    set: AtomicI64,
}

impl FixedClock {
    /// Stands at an RFC 3339 time.
    pub fn at(time: &str) -> Self {
        let time = Timestamp::parse(time).unwrap_or_else(|error| panic!("{error}"));
        Self { steady: AtomicI64::new(time.micros()), set: AtomicI64::new(0) }
    }

    /// Moves on by `span`.
    pub fn advance(&self, span: Duration) {
        self.steady.fetch_add(micros(span), Ordering::SeqCst);
    }

    /// Sets it back by `span`; no time passes.
    pub fn set_back(&self, span: Duration) {
        self.set.fetch_sub(micros(span), Ordering::SeqCst);
    }

    /// Sets it ahead by `span`; no time passes.
    pub fn set_ahead(&self, span: Duration) {
        self.set.fetch_add(micros(span), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.steady.load(Ordering::SeqCst) + self.set.load(Ordering::SeqCst))
    }

    fn steady(&self) -> Timestamp {
        Timestamp::from_micros(self.steady.load(Ordering::SeqCst))
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// Ids that count, from a start; random bytes that look random but follow from the count.
#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl CountingIds {
    /// Counts from `start`, so that two sources in one test can be told apart.
    pub fn from(start: u64) -> Self {
        Self(AtomicU64::new(start))
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

impl Ids for CountingIds {
    fn uuid(&self) -> Uuid {
        let version_and_variant = (0x7 << 76) | (0b10 << 62);
        Uuid::from_u128((0x0190_0000_0000_u128 << 80) | version_and_variant | u128::from(self.next()))
    }

    fn secret(&self) -> [u8; 32] {
        let mut state = self.next().wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_mut(8) {
            state ^= state >> 30;
            state = state.wrapping_mul(0xBF58_476D_1CE4_E5B9);
            state ^= state >> 27;
            chunk.copy_from_slice(&state.to_le_bytes());
        }
        bytes
    }
}
