//! A rebuildable consumer is emptied and fed the archive again while facts keep coming; others are refused.

use std::sync::Arc;
use std::time::Duration;

use chassis_messaging::{ContextEngine, Engine, ReplayError, Subscription, Transport};
use chassis_sql::Database;
use chassis_system::{SystemClock, SystemIds};
use chassis_testing::{eventually, postgres, sqlite};
use shared_kernel::ConsumerName;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::tally::{self, TALLY};

const FACTS: u32 = 300;

#[tokio::test]
async fn a_replay_under_live_traffic_ends_in_identical_rows_on_sqlite() {
    replay_under_live_traffic(sqlite("order", &[]).await, sqlite("reports", TALLY).await).await;
}

#[tokio::test]
async fn a_replay_under_live_traffic_ends_in_identical_rows_on_postgres() {
    if let (Some(producer), Some(consumer)) = (postgres("order", &[]).await, postgres("reports", TALLY).await) {
        replay_under_live_traffic(producer, consumer).await;
    }
}

fn engine(contexts: Vec<(&'static str, &Database, Vec<Subscription>)>) -> Engine {
    let contexts = contexts.into_iter().map(|(name, database, subscriptions)| ContextEngine {
        name,
        database: database.clone(),
        subscriptions,
        jobs: vec![],
    });
    Engine::new(contexts.collect(), Transport::InProcess, Arc::new(SystemClock), Arc::new(SystemIds))
}

async fn replay_under_live_traffic(producer: Database, consumer: Database) {
    let recorder = tally::recorder("order");
    let contexts = vec![("order", &producer, vec![]), ("reports", &consumer, vec![tally::tally(&consumer)])];
    let engine = engine(contexts);
    let (replay, tasks, stop) = (engine.replay(), TaskTracker::new(), CancellationToken::new());
    engine.start(&tasks, &stop).await.unwrap();
    for number in 0..FACTS {
        tally::state(&producer, &recorder, number..number + 1).await;
        if number % 100 == 50 {
            replay.start("reports/tally").await.unwrap();
        }
    }
    let settled = || async { (tally::rows(&consumer).await == tally::expected(FACTS)).then_some(()) };
    eventually(Duration::from_secs(30), settled).await;
    replay.start("reports/tally").await.unwrap();
    eventually(Duration::from_secs(30), settled).await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
}

#[tokio::test]
async fn a_consumer_with_effects_elsewhere_is_not_replayed() {
    let consumer = sqlite("reports", TALLY).await;
    let mails = tally::counting(&consumer, ConsumerName::new("mails"));
    let replay = engine(vec![("order", &consumer, vec![mails])]).replay();
    assert!(matches!(replay.start("order/mails").await, Err(ReplayError::NotRebuildable(_))));
    assert!(matches!(replay.start("order/nobody").await, Err(ReplayError::NoSuchConsumer(_))));
}
