//! Stops calling a system that is down, and tries again by one careful call.
//!
//! Pure: the moment and the chance are given, so that every path is tested without waiting. Knows nothing of HTTP.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use shared_kernel::{Backoff, jitter};

/// The span over which failures are counted.
const WINDOW: Duration = Duration::from_secs(10);
/// Fewer calls than this within the window prove nothing.
const MIN_CALLS: usize = 20;
/// This many time-outs in a row open the breaker at once.
const MAX_CONSECUTIVE_TIMEOUTS: u32 = 5;
/// How long it stays open, by how often it opened without closing between.
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(5), Duration::from_mins(1));
/// This many probes must succeed before all calls are let through again.
const PROBES_TO_CLOSE: u32 = 3;

/// How a call ended, as far as the health of the other side goes. A refusal is a healthy answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// It answered.
    Well,
    /// It answered that it cannot, or could not be reached.
    Failed,
    /// It did not answer in time.
    TimedOut,
}

/// Guards the calls to one system.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug)]
enum State {
    Closed { calls: VecDeque<(Instant, bool)>, timeouts: u32 },
    Open { until: Instant, failures: u32 },
    HalfOpen { probing: bool, successes: u32, failures: u32 },
}

impl Default for State {
    fn default() -> Self {
        Self::Closed { calls: VecDeque::new(), timeouts: 0 }
    }
}

/// The right to make one call. Dropped without a report (the caller went away), it leaves no trace.
#[derive(Debug)]
pub struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    /// Lets a call through.
    ///
    /// # Errors
    /// How long to wait before it is worth asking again.
    pub fn pass(&self, now: Instant) -> Result<Pass<'_>, Duration> {
        let mut state = self.state();
        if let State::Open { until, failures } = *state {
            if now < until {
                return Err(until - now);
            }
            *state = State::HalfOpen { probing: false, successes: 0, failures };
        }
        match &mut *state {
            State::HalfOpen { probing: true, .. } => Err(Duration::from_secs(1)),
            State::HalfOpen { probing, .. } => {
                *probing = true;
                Ok(Pass { breaker: self, probe: true })
            }
            State::Closed { .. } | State::Open { .. } => Ok(Pass { breaker: self, probe: false }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, now: Instant, health: Health, random: u64) {
        let mut state = self.state();
        let next = match &mut *state {
            State::Closed { calls, timeouts } => {
                calls.push_back((now, health == Health::Well));
                while calls.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
                    calls.pop_front();
                }
                *timeouts = if health == Health::TimedOut { *timeouts + 1 } else { 0 };
                let failed = calls.iter().filter(|(_, well)| !well).count();
                let tripped = calls.len() >= MIN_CALLS && failed * 2 >= calls.len();
                (tripped || *timeouts >= MAX_CONSECUTIVE_TIMEOUTS).then(|| open(now, 1, random))
            }
            State::HalfOpen { probing, successes, failures } => {
                *probing = false;
                if health == Health::Well {
                    *successes += 1;
                    (*successes >= PROBES_TO_CLOSE).then(State::default)
                } else {
                    Some(open(now, failures.saturating_add(1), random))
                }
            }
            State::Open { .. } => None, // A call from before it opened.
        };
        if let Some(next) = next {
            *state = next;
        }
    }
}

impl Pass<'_> {
    /// Tells how the call ended. `random` spreads the pause by a fifth to either side, so that many shops do not come back
    /// at the same moment.
    pub fn report(self, now: Instant, health: Health, random: u64) {
        self.breaker.record(now, health, random);
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if !self.probe {
            return;
        }
        if let State::HalfOpen { probing, .. } = &mut *self.breaker.state() {
            *probing = false;
        }
    }
}

fn open(now: Instant, failures: u32, random: u64) -> State {
    let pause = BACKOFF.delay(failures);
    State::Open { until: now + jitter(pause * 4 / 5, pause * 6 / 5, random), failures }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chance by which pauses are as short as they come: a fifth less than in the middle.
    const LEAST: u64 = 0;
    const FIRST_PAUSE: Duration = Duration::from_secs(4);

    fn call(breaker: &Breaker, now: Instant, health: Health) {
        breaker.pass(now).expect("the breaker lets it through").report(now, health, LEAST);
    }

    fn opened(now: Instant) -> Breaker {
        let breaker = Breaker::default();
        (0..MAX_CONSECUTIVE_TIMEOUTS).for_each(|_| call(&breaker, now, Health::TimedOut));
        breaker
    }

    #[test]
    fn half_of_twenty_failing_calls_open_it() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        (0..10).for_each(|_| call(&breaker, now, Health::Well));
        (0..9).for_each(|_| call(&breaker, now, Health::Failed));
        assert!(breaker.pass(now).is_ok(), "nineteen calls prove nothing");
        call(&breaker, now, Health::Failed);
        assert_eq!(breaker.pass(now).unwrap_err(), FIRST_PAUSE);
    }

    #[test]
    fn failures_older_than_the_window_are_forgotten() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        (0..19).for_each(|_| call(&breaker, now, Health::Failed));
        let later = now + WINDOW + Duration::from_secs(1);
        call(&breaker, later, Health::Failed);
        assert!(breaker.pass(later).is_ok());
    }

    #[test]
    fn five_timeouts_in_a_row_open_it_but_not_with_an_answer_between() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        (0..4).for_each(|_| call(&breaker, now, Health::TimedOut));
        call(&breaker, now, Health::Failed);
        (0..4).for_each(|_| call(&breaker, now, Health::TimedOut));
        assert!(breaker.pass(now).is_ok());
        call(&breaker, now, Health::TimedOut);
        assert!(breaker.pass(now).is_err());
    }

    #[test]
    fn after_the_pause_one_probe_at_a_time_and_three_successes_close_it() {
        let now = Instant::now();
        let (breaker, later) = (opened(now), now + FIRST_PAUSE);
        for _ in 0..PROBES_TO_CLOSE {
            let probe = breaker.pass(later).expect("one probe is let through");
            assert!(breaker.pass(later).is_err(), "a second call beside the probe is not");
            probe.report(later, Health::Well, LEAST);
        }
        let (first, second) = (breaker.pass(later), breaker.pass(later));
        assert!(first.is_ok() && second.is_ok());
    }

    #[test]
    fn a_failed_probe_doubles_the_pause_up_to_a_minute() {
        let now = Instant::now();
        let (breaker, mut later) = (opened(now), now + FIRST_PAUSE);
        for seconds in [10, 20, 40, 60, 60].map(|seconds| seconds * 4 / 5) {
            call(&breaker, later, Health::Failed);
            assert_eq!(breaker.pass(later).unwrap_err(), Duration::from_secs(seconds));
            later += Duration::from_secs(seconds);
        }
    }

    #[test]
    fn a_probe_whose_caller_went_away_gives_its_place_back() {
        let now = Instant::now();
        let (breaker, later) = (opened(now), now + FIRST_PAUSE);
        drop(breaker.pass(later));
        assert!(breaker.pass(later).is_ok());
    }

    #[test]
    fn the_pause_is_spread_by_a_fifth() {
        let now = Instant::now();
        for (random, millis) in [(0, 4_000), (1_000_000, 5_000), (2_000_000, 6_000)] {
            let breaker = Breaker::default();
            for _ in 0..MAX_CONSECUTIVE_TIMEOUTS {
                breaker.pass(now).unwrap().report(now, Health::TimedOut, random);
            }
            assert_eq!(breaker.pass(now).unwrap_err(), Duration::from_millis(millis));
        }
    }
}
