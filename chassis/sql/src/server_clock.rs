//! The clock of a database server, for all processes that share a database: their own clocks may differ, but deadlines
//! and leases that one of them writes are read by the others.
//!
//! Asking the server for every moment would cost a round trip each. So each process measures how far the server's clock
//! is from its own steady time, and measures again every few seconds; in between it counts by itself. What it says then
//! differs from the server's clock by less than half the time that a question takes, also while the server is away.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use shared_kernel::{Clock, StoreError, Timestamp};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

/// A server's clock that is set again is followed this late.
const REFRESH_INTERVAL: Duration = Duration::from_secs(5);
/// Answers that are asked for at first; the best of them counts.
const FIRST_SAMPLES: u32 = 3;

const SELECT_NOW: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";

/// Tells the server's time.
pub(super) struct ServerClock {
    began: Instant,
    /// The server's time when we began, in microseconds.
    then: AtomicI64,
}

#[derive(Clone, Copy)]
struct Answer {
    /// The server's time, in microseconds.
    server: i64,
    /// Our time before and after.
    asked: Duration,
    answered: Duration,
}

impl Answer {
    /// What the server's time was when we began, by this answer.
    fn then(self) -> i64 {
        self.server.saturating_sub(micros(self.asked + self.took() / 2))
    }

    fn took(self) -> Duration {
        self.answered.saturating_sub(self.asked)
    }
}

impl ServerClock {
    /// Asks the server now, and then regularly until `stop`.
    pub(super) async fn start(pool: &PgPool, stop: &CancellationToken) -> Result<Arc<Self>, StoreError> {
        let clock = Arc::new(Self { began: Instant::now(), then: AtomicI64::new(0) });
        let mut best = clock.ask(pool).await?;
        for _ in 1..FIRST_SAMPLES {
            let next = clock.ask(pool).await?;
            best = if next.took() < best.took() { next } else { best };
        }
        clock.then.store(best.then(), Ordering::Relaxed);
        let (kept, pool) = (Arc::clone(&clock), pool.clone());
        tokio::spawn(stop.clone().run_until_cancelled_owned(async move {
            loop {
                tokio::time::sleep(REFRESH_INTERVAL).await;
                match kept.ask(&pool).await {
                    Ok(answer) => kept.correct(answer),
                    Err(error) => tracing::debug!("the server's clock is counted on: {error}"),
                }
            }
        }));
        Ok(clock)
    }

    async fn ask(&self, pool: &PgPool) -> Result<Answer, StoreError> {
        let mut connection = pool.acquire().await.map_err(StoreError::unavailable)?;
        let asked = self.began.elapsed();
        let server =
            sqlx::query_scalar(SELECT_NOW).fetch_one(&mut *connection).await.map_err(StoreError::unavailable)?;
        Ok(Answer { server, asked, answered: self.began.elapsed() })
    }

    /// Only what the answer proves wrong is corrected: it is exact to half the time that it took.
    fn correct(&self, answer: Answer) {
        let off = answer.then().saturating_sub(self.then.load(Ordering::Relaxed));
        if off.unsigned_abs() > (answer.took() / 2).as_micros().try_into().unwrap_or(u64::MAX) {
            if off.unsigned_abs() > 1_000_000 {
                tracing::warn!("the database server's clock was set by {} ms", off / 1_000);
            }
            self.then.store(answer.then(), Ordering::Relaxed);
        }
    }
}

impl Clock for ServerClock {
    fn now(&self) -> Timestamp {
        let then = self.then.load(Ordering::Relaxed);
        Timestamp::from_micros(then.saturating_add(micros(self.began.elapsed())))
    }
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(server: i64, asked_ms: u64, took_ms: u64) -> Answer {
        let asked = Duration::from_millis(asked_ms);
        Answer { server, asked, answered: asked + Duration::from_millis(took_ms) }
    }

    #[test]
    fn the_server_spoke_in_the_middle_of_its_answer() {
        assert_eq!(answer(5_000_000, 1_000, 20).then(), 5_000_000 - 1_010_000);
    }

    #[test]
    fn only_what_an_answer_proves_wrong_is_corrected() {
        let clock = ServerClock { began: Instant::now(), then: AtomicI64::new(1_000_000) };
        clock.correct(answer(1_000_000 + 2_010_000 + 9_000, 2_000, 20));
        assert_eq!(clock.then.load(Ordering::Relaxed), 1_000_000, "9 ms off, and the answer is exact to 10");
        clock.correct(answer(1_000_000 + 2_010_000 - 60_000_000, 2_000, 20));
        assert_eq!(clock.then.load(Ordering::Relaxed), -59_000_000, "somebody has set it back by a minute");
    }
}
