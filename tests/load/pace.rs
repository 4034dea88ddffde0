//! Two ways to ask for work: as fast as so many clients get their answers (closed loop), or at a fixed pace whatever the
//! answers do (open loop), where waiting for a late answer counts into the time of those behind it.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep_until;

/// Has `clients` do `total` pieces of work, each the next when its last is done; `work` gets client and number.
pub async fn closed<F, W>(clients: usize, total: usize, work: F)
where
    F: Fn(usize, usize) -> W + Send + Sync + 'static,
    W: Future<Output = ()> + Send,
{
    let (work, next) = (Arc::new(work), Arc::new(AtomicUsize::new(0)));
    let mut all = JoinSet::new();
    for client in 0..clients {
        let (work, next) = (Arc::clone(&work), Arc::clone(&next));
        all.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= total {
                    break;
                }
                work(client, number).await;
            }
        });
    }
    all.join_all().await;
}

/// Begins a piece of work every `interval` for as long as `duration`; `work` gets its number and when it was due.
pub async fn open<F, W>(interval: Duration, duration: Duration, work: F)
where
    F: Fn(usize, Instant) -> W + Send + Sync + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let (begun, mut all, mut number) = (Instant::now(), JoinSet::new(), 0);
    loop {
        let due = begun + interval * u32::try_from(number).unwrap();
        if due >= begun + duration {
            break;
        }
        sleep_until(due.into()).await;
        all.spawn(work(number, due));
        number += 1;
    }
    all.join_all().await;
}
