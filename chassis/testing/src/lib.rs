//! What tests need: a settable clock, countable ids, throw-away databases, a mailbox, and waiting with a deadline.

#![warn(unreachable_pub)]

mod concurrency;
mod database;
mod fixed;
mod leftovers;
mod mailbox;
mod nats;
mod paging;
mod postgres;
mod servers;

use std::future::Future;
use std::time::{Duration, Instant};

pub use concurrency::{crowd, two_on_postgres, two_on_sqlite};
pub use database::{drive, leased, platform, platform_on, site, sqlite};
pub use fixed::{CountingIds, FixedClock};
pub use leftovers::Leftovers;
pub use mailbox::MemoryMailer;
pub use nats::{Nats, NatsServer};
pub use paging::assert_walks;
pub use postgres::{Cluster, postgres, shared_cluster};
pub use servers::{Tethered, free_port, program, skip};
use shared_kernel::{Cause, ConsumerName, LeaseToken, MessageId};
use uuid::Uuid;

/// Runs each case as two tests: on SQLite, and on PostgreSQL where that is installed. The first line names the kind of test
/// and what a case is given: on SQLite a value, on PostgreSQL an `Option` that is `None` where there is no server. Both
/// are looked up from the root of the crate.
///
/// ```ignore
/// on_both_engines! {
///     #[tokio::test] crate::Shop::on_sqlite().await, crate::Shop::on_postgres().await =>
///     a_price_is_kept
///     a_price_changes
/// }
/// ```
#[macro_export]
macro_rules! on_both_engines {
    (#[$test:meta] $sqlite:expr, $postgres:expr => $($case:ident)*) => {
        mod on_sqlite { $(
            #[$test]
            async fn $case() {
                super::$case($sqlite).await;
            }
        )* }
        mod on_postgres { $(
            #[$test]
            async fn $case() {
                if let Some(subject) = $postgres {
                    super::$case(subject).await;
                }
            }
        )* }
    };
}

/// Asks `probe` again and again until it answers, at most for `deadline`.
pub async fn eventually<T, F: Future<Output = Option<T>>>(deadline: Duration, mut probe: impl FnMut() -> F) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(start.elapsed() < deadline, "it did not happen within {deadline:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A cause that in-memory adapters accept once: a message of its own for `consumer`.
pub fn a_cause(consumer: &'static str) -> Cause {
    let message = Uuid::now_v7().to_string();
    Cause {
        consumer: ConsumerName::new(consumer),
        correlation: message.clone(),
        message: MessageId::new(message),
        lease: LeaseToken(Uuid::now_v7()),
        traceparent: None,
    }
}
