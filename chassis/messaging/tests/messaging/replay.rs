//! A rebuildable consumer is emptied and fed the archive again while facts keep coming; others are refused.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chassis_messaging::{
    ContextEngine, Delivery, Engine, Failure, Handled, Handler, Rebuild, Record, Recorder, ReplayError, Subscription,
    Transport,
};
use chassis_sql::params;
use chassis_sql::{Database, Migration, Tx};
use chassis_system::{SystemClock, SystemIds};
use chassis_testing::{eventually, postgres, sqlite};
use shared_kernel::{ConsumerName, EventDraft, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const TALLY: &[Migration] = &[Migration {
    version: 1,
    name: "tally",
    sqlite: "CREATE TABLE tally (subject TEXT PRIMARY KEY, facts INTEGER NOT NULL, last INTEGER NOT NULL) STRICT;",
    postgres: "CREATE TABLE tally (subject TEXT PRIMARY KEY, facts BIGINT NOT NULL, last BIGINT NOT NULL);",
}];

struct Tally(Database, Recorder);

#[async_trait]
impl Handler for Tally {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let (recorder, delivery) = (self.1.clone(), delivery.clone());
        let counted = self.0.write(move |tx| {
            let (recorder, delivery) = (recorder.clone(), delivery.clone());
            Box::pin(async move {
                let sequence = i64::try_from(delivery.envelope.sequence).unwrap();
                let sql = "INSERT INTO tally (subject, facts, last) VALUES ($1, 1, $2)
                    ON CONFLICT (subject) DO UPDATE SET facts = tally.facts + 1, last = excluded.last";
                tx.execute(sql, params![&delivery.envelope.subject, sequence]).await?;
                recorder.record(tx, Record { cause: Some(&delivery.cause), ..Record::default() }).await
            })
        });
        match counted.await {
            Ok(()) | Err(StoreError::AlreadyHandled) => Handled::Done,
            Err(error) => Handled::Retry(Failure::of(&error)),
        }
    }
}

struct Empty;

#[async_trait]
impl Rebuild for Empty {
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.execute("DELETE FROM tally", params![]).await.map(|_| ())
    }
}

async fn state(database: &Database, recorder: &Recorder, subject: &str) {
    let (recorder, subject) = (recorder.clone(), subject.to_owned());
    let job = database.write(move |tx| {
        let (recorder, subject) = (recorder.clone(), subject.clone());
        Box::pin(async move {
            let events = vec![EventDraft::new("fact", subject, &())];
            recorder.record(tx, Record { events, ..Record::default() }).await
        })
    });
    job.await.unwrap();
}

async fn rows(database: &Database) -> Vec<(String, i64, i64)> {
    let job = database.read(|tx| {
        Box::pin(async move {
            let rows = tx.fetch("SELECT subject, facts, last FROM tally ORDER BY subject", params![]).await?;
            rows.iter().map(|row| Ok((row.get("subject")?, row.get("facts")?, row.get("last")?))).collect()
        })
    });
    job.await.unwrap()
}

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

async fn replay_under_live_traffic(producer: Database, consumer: Database) {
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let stating = Recorder::new("order", clock.clone(), ids.clone());
    let tally = || Arc::new(Tally(consumer.clone(), Recorder::new("reports", clock.clone(), ids.clone())));
    let rebuildable = Subscription::to(ConsumerName::new("tally"), &["fact"], tally()).rebuildable(Arc::new(Empty));
    let context = |name, database: &Database, subscriptions| ContextEngine {
        name,
        database: database.clone(),
        subscriptions,
        jobs: vec![],
    };
    let contexts = vec![context("order", &producer, vec![]), context("reports", &consumer, vec![rebuildable])];
    let engine = Engine::new(contexts, Transport::InProcess, clock.clone(), ids.clone());
    let (replay, tasks, stop) = (engine.replay(), TaskTracker::new(), CancellationToken::new());
    engine.start(&tasks, &stop).await.unwrap();
    for number in 0..300 {
        state(&producer, &stating, &format!("s{}", number % 7)).await;
        if number % 100 == 50 {
            replay.start("reports/tally").await.unwrap();
        }
    }
    let expected: Vec<(String, i64, i64)> = (0..7)
        .map(|subject| {
            let facts = (0..300).filter(|number| number % 7 == subject).count();
            let facts = i64::try_from(facts).unwrap();
            (format!("s{subject}"), facts, facts)
        })
        .collect();
    let settled = || async { (rows(&consumer).await == expected).then_some(()) };
    eventually(Duration::from_secs(30), settled).await;
    replay.start("reports/tally").await.unwrap();
    eventually(Duration::from_secs(30), settled).await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
}

#[tokio::test]
async fn a_consumer_with_effects_elsewhere_is_not_replayed() {
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let consumer = sqlite("reports", TALLY).await;
    let handler = Arc::new(Tally(consumer.clone(), Recorder::new("reports", clock.clone(), ids.clone())));
    let mails = Subscription::to(ConsumerName::new("mails"), &["fact"], handler);
    let context = ContextEngine { name: "order", database: consumer, subscriptions: vec![mails], jobs: vec![] };
    let replay = Engine::new(vec![context], Transport::InProcess, clock, ids).replay();
    assert!(matches!(replay.start("order/mails").await, Err(ReplayError::NotRebuildable(_))));
    assert!(matches!(replay.start("order/nobody").await, Err(ReplayError::NoSuchConsumer(_))));
}
