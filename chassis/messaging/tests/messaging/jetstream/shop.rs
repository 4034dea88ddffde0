//! A shop taken apart: one context per process (an engine of its own), facts of order counted by reports.

use std::sync::Arc;
use std::time::Duration;

use chassis_messaging::{ContextEngine, Engine, Recorder, Replay, Subscription, Transport};
use chassis_sql::Database;
use chassis_system::{SystemClock, SystemIds};
use chassis_testing::{eventually, sqlite};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::broker;
use crate::tally;
pub use crate::tally::TALLY;

const SOON: Duration = Duration::from_mins(1);

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
        Self::start("reports", database, vec![tally::tally(database)], url).await
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
        Self { recorder: tally::recorder("order"), order, reports, processes, stated: 0 }
    }

    /// States facts, a third of them in one commit each and the rest in twos.
    pub async fn state(&mut self, facts: u32) {
        for number in (self.stated..self.stated + facts).step_by(3) {
            tally::state(&self.order, &self.recorder, number..(number + 1).min(self.stated + facts)).await;
            tally::state(&self.order, &self.recorder, number + 1..(number + 3).min(self.stated + facts)).await;
        }
        self.stated += facts;
    }

    /// Waits until some of the facts stated since have come, so that what follows hits the rest on its way.
    pub async fn is_in_the_middle(&self) {
        let wanted = i64::from(self.stated) / 2;
        eventually(SOON, || async {
            (tally::rows(&self.reports).await.iter().map(|row| row.1).sum::<i64>() >= wanted).then_some(())
        })
        .await;
    }

    /// Waits until every fact was counted, and checks that each was once and in its turn.
    pub async fn has_counted_everything(&self) {
        let expected = tally::expected(self.stated);
        let start = std::time::Instant::now();
        loop {
            let counted = tally::rows(&self.reports).await;
            if counted == expected {
                return;
            }
            let past = counted.iter().zip(&expected).any(|(counted, expected)| counted.1 > expected.1 || counted.3 > 0);
            assert!(!past && start.elapsed() < SOON, "counted {counted:?} instead of {expected:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
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
