//! A shop taken apart: one context per process (an engine of its own), facts of order counted by reports.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chassis_messaging::{
    ContextEngine, Delivery, Engine, Failure, Handled, Handler, Rebuild, Record, Recorder, Replay, Subscription,
    Transport,
};
use chassis_sql::params;
use chassis_sql::{Database, Migration, Tx};
use chassis_system::{SystemClock, SystemIds};
use chassis_testing::{eventually, sqlite};
use shared_kernel::{ConsumerName, EventDraft, StoreError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::broker;

pub const PAID: &str = "store.order.paid.v1";
const SOON: Duration = Duration::from_mins(1);

/// Of each subject how many facts came, the last one's number, and how often one came in another turn than its own.
pub const TALLY: &[Migration] = &[Migration {
    version: 1,
    name: "tally",
    sqlite: "CREATE TABLE tally (subject TEXT PRIMARY KEY, facts INTEGER NOT NULL, last INTEGER NOT NULL,
        disorder INTEGER NOT NULL) STRICT;",
    postgres: "CREATE TABLE tally (subject TEXT PRIMARY KEY, facts BIGINT NOT NULL, last BIGINT NOT NULL,
        disorder BIGINT NOT NULL);",
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
                let sql = "INSERT INTO tally (subject, facts, last, disorder)
                    VALUES ($1, 1, $2, CASE WHEN $2 = 1 THEN 0 ELSE 1 END)
                    ON CONFLICT (subject) DO UPDATE SET facts = tally.facts + 1, last = excluded.last,
                    disorder = tally.disorder + CASE WHEN excluded.last = tally.last + 1 THEN 0 ELSE 1 END";
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

/// One process with one context in it.
pub struct Process {
    pub replay: Replay,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Process {
    pub async fn of_order(database: &Database, url: &str) -> Self {
        Self::start("order", database, vec![], url).await
    }

    pub async fn of_reports(database: &Database, url: &str) -> Self {
        let recorder = Recorder::new("reports", Arc::new(SystemClock), Arc::new(SystemIds));
        let tally = Arc::new(Tally(database.clone(), recorder));
        let tally = Subscription::to(ConsumerName::new("tally"), &[PAID], tally).rebuildable(Arc::new(Empty));
        Self::start("reports", database, vec![tally], url).await
    }

    async fn start(name: &'static str, database: &Database, subscriptions: Vec<Subscription>, url: &str) -> Self {
        let context = ContextEngine { name, database: database.clone(), subscriptions, jobs: vec![] };
        let transport = Transport::JetStream(broker(url));
        let engine = Engine::new(vec![context], transport, Arc::new(SystemClock), Arc::new(SystemIds));
        let (replay, stop, tasks) = (engine.replay(), CancellationToken::new(), TaskTracker::new());
        engine.start(&tasks, &stop).await.unwrap();
        Self { replay, stop, tasks }
    }

    pub async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Order and reports, each in its process, and how many facts were stated about each of seven subjects.
pub struct Shop {
    pub order: Database,
    pub reports: Database,
    pub processes: Vec<Process>,
    recorder: Recorder,
    stated: u32,
}

impl Shop {
    pub async fn open(url: &str) -> Self {
        Self::on(sqlite("order", &[]).await, sqlite("reports", TALLY).await, url).await
    }

    pub async fn on(order: Database, reports: Database, url: &str) -> Self {
        let processes = vec![Process::of_order(&order, url).await, Process::of_reports(&reports, url).await];
        let recorder = Recorder::new("order", Arc::new(SystemClock), Arc::new(SystemIds));
        Self { order, reports, processes, recorder, stated: 0 }
    }

    /// States facts, a third of them in one commit each and the rest in twos.
    pub async fn state(&mut self, facts: u32) {
        for number in (self.stated..self.stated + facts).step_by(3) {
            self.commit(number..(number + 1).min(self.stated + facts)).await;
            self.commit(number + 1..(number + 3).min(self.stated + facts)).await;
        }
        self.stated += facts;
    }

    async fn commit(&self, numbers: std::ops::Range<u32>) {
        let recorder = self.recorder.clone();
        let job = self.order.write(move |tx| {
            let (recorder, numbers) = (recorder.clone(), numbers.clone());
            Box::pin(async move {
                let events = numbers.map(|number| EventDraft::new(PAID, format!("s{}", number % 7), &()));
                recorder.record(tx, Record { events: events.collect(), ..Record::default() }).await
            })
        });
        job.await.unwrap();
    }

    /// Waits until some of the facts stated since have come, so that what follows hits the rest on its way.
    pub async fn is_in_the_middle(&self) {
        let wanted = i64::from(self.stated) / 2;
        eventually(SOON, || async {
            (self.tally().await.iter().map(|row| row.1).sum::<i64>() >= wanted).then_some(())
        })
        .await;
    }

    /// Waits until every fact was counted, and checks that each was once and in its turn.
    pub async fn has_counted_everything(&self) {
        let expected: Vec<_> = (0..7)
            .map(|subject| {
                let facts = (0..self.stated).filter(|number| number % 7 == subject).count();
                let facts = i64::try_from(facts).unwrap();
                (format!("s{subject}"), facts, facts, 0)
            })
            .filter(|row| row.1 > 0)
            .collect();
        let start = std::time::Instant::now();
        loop {
            let counted = self.tally().await;
            if counted == expected {
                return;
            }
            let past = counted.iter().zip(&expected).any(|(counted, expected)| counted.1 > expected.1 || counted.3 > 0);
            assert!(!past && start.elapsed() < SOON, "counted {counted:?} instead of {expected:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn tally(&self) -> Vec<(String, i64, i64, i64)> {
        let job = self.reports.read(|tx| {
            Box::pin(async move {
                let sql = "SELECT subject, facts, last, disorder FROM tally ORDER BY subject";
                let rows = tx.fetch(sql, params![]).await?;
                let row = |row: &chassis_sql::Row| {
                    Ok((row.get("subject")?, row.get("facts")?, row.get("last")?, row.get("disorder")?))
                };
                rows.iter().map(row).collect()
            })
        });
        job.await.unwrap()
    }

    /// States facts in the name of order.
    pub fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    pub async fn close(self) {
        for process in self.processes {
            process.end().await;
        }
    }
}
