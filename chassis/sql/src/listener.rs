//! Announces commits to those who wait for them: at once in this process, and by the server's notifications in others.
//!
//! Notifications are sent outside their transactions, gathered for a moment, because the server makes all transactions
//! that notify wait for each other. They may be lost; those who wait also look by themselves now and then.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::tx::Touched;
use super::wakers::Wakers;

const BATCH_WINDOW: Duration = Duration::from_millis(5);
/// How long to leave the server alone when it does not answer.
const RECONNECT_DELAY: Duration = Duration::from_secs(1);
const QUEUE_SIZE: usize = 1_024;
/// What stands for the outbox among the names of consumers.
const OUTBOX: &str = "#outbox";

#[derive(Clone)]
pub(super) struct Announcer {
    pub(super) wakers: Wakers,
    others: mpsc::Sender<&'static str>,
    stop: CancellationToken,
}

impl Announcer {
    /// A commit has added to these.
    pub(super) fn announce(&self, mut touched: Touched) {
        self.wakers.wake(&mut touched);
        // A full queue means that the others are being woken all the time.
        if touched.outbox {
            let _full = self.others.try_send(OUTBOX);
        }
        for consumer in touched.inbox {
            let _full = self.others.try_send(consumer);
        }
    }

    /// Stops telling and listening.
    pub(super) fn close(&self) {
        self.stop.cancel();
    }
}

/// Starts telling other processes and listening to them, until the announcer is closed.
pub(super) fn start(pool: &PgPool, schema: &str, wakers: Wakers) -> Announcer {
    let (others, queue) = mpsc::channel(QUEUE_SIZE);
    let stop = CancellationToken::new();
    let (me, channel) = (Uuid::now_v7().to_string(), format!("better_store_{schema}"));
    tokio::spawn(stop.clone().run_until_cancelled_owned(tell(pool.clone(), queue, channel.clone(), me.clone())));
    tokio::spawn(stop.clone().run_until_cancelled_owned(listen(pool.clone(), channel, me, wakers.clone())));
    Announcer { wakers, others, stop }
}

async fn tell(pool: PgPool, mut queue: mpsc::Receiver<&'static str>, channel: String, me: String) {
    while let Some(first) = queue.recv().await {
        tokio::time::sleep(BATCH_WINDOW).await;
        let mut names = BTreeSet::from([first]);
        while let Ok(name) = queue.try_recv() {
            names.insert(name);
        }
        let names: Vec<&str> = names.into_iter().collect();
        let message = format!("{me} {}", names.join(" "));
        let told = sqlx::query("SELECT pg_notify($1, $2)").bind(&channel).bind(message).execute(&pool).await;
        if let Err(error) = told {
            tracing::debug!(channel, "other processes will look by themselves: {error}");
        }
    }
}

async fn listen(pool: PgPool, channel: String, me: String, wakers: Wakers) {
    loop {
        match PgListener::connect_with(&pool).await {
            Ok(mut listener) => {
                if listener.listen(&channel).await.is_ok() {
                    wakers.wake_all(); // notifications in the meantime were missed
                    while let Ok(heard) = listener.recv().await {
                        wake(&wakers, heard.payload(), &me);
                    }
                }
            }
            Err(error) => tracing::debug!(channel, "cannot listen: {error}"),
        }
        tokio::time::sleep(RECONNECT_DELAY).await;
    }
}

fn wake(wakers: &Wakers, message: &str, me: &str) {
    let mut words = message.split(' ');
    if words.next() == Some(me) {
        return;
    }
    for name in words {
        if name == OUTBOX {
            wakers.wake_outbox();
        } else {
            wakers.wake_inbox(name);
        }
    }
}
