//! What replays and torn-apart shops are tested with: order states facts about seven subjects in turn, and reports counts
//! them in a table.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use chassis_messaging::{Delivery, Failure, Handled, Handler, Rebuild, Record, Recorder, Subscription};
use chassis_sql::params;
use chassis_sql::{Database, Migration, Tx};
use chassis_system::{SystemClock, SystemIds};
use shared_kernel::{ConsumerName, EventDraft, StoreError};

const PAID: &str = "store.order.paid.v1";
const SUBJECTS: u32 = 7;

/// Of each subject how many facts came, the last one's number, and how often one came in another turn than its own.
pub const TALLY: &[Migration] = &[Migration {
    version: 1,
    name: "tally",
    sqlite: "CREATE TABLE tally (subject TEXT PRIMARY KEY, facts INTEGER NOT NULL, last INTEGER NOT NULL,
        disorder INTEGER NOT NULL) STRICT;",
    postgres: "CREATE TABLE tally (subject TEXT PRIMARY KEY, facts BIGINT NOT NULL, last BIGINT NOT NULL,
        disorder BIGINT NOT NULL);",
}];

/// Subject, facts, last, disorder.
pub type TallyRow = (String, i64, i64, i64);

pub fn recorder(context: &'static str) -> Recorder {
    Recorder::new(context, Arc::new(SystemClock), Arc::new(SystemIds))
}

/// Counts facts of order there; not rebuildable.
pub fn counting(database: &Database, consumer: ConsumerName) -> Subscription {
    Subscription::to(consumer, &[PAID], Arc::new(Tally(database.clone(), recorder("reports"))))
}

/// The consumer of reports, which can be rebuilt.
pub fn tally(database: &Database) -> Subscription {
    counting(database, ConsumerName::new("tally")).rebuildable(Arc::new(Empty))
}

/// States facts in one commit.
pub async fn state(database: &Database, recorder: &Recorder, numbers: Range<u32>) {
    let recorder = recorder.clone();
    let job = database.write(move |tx| {
        let (recorder, numbers) = (recorder.clone(), numbers.clone());
        Box::pin(async move {
            let events = numbers.map(|number| EventDraft::new(PAID, format!("s{}", number % SUBJECTS), &()));
            recorder.record(tx, Record { events: events.collect(), ..Record::default() }).await
        })
    });
    job.await.unwrap();
}

/// What was counted so far.
pub async fn rows(database: &Database) -> Vec<TallyRow> {
    let job = database.read(|tx| {
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

/// What is counted in the end, when so many facts were stated: each once and in its turn.
pub fn expected(stated: u32) -> Vec<TallyRow> {
    let row = |subject: u32| {
        let facts = (0..stated).filter(|number| number % SUBJECTS == subject).count();
        let facts = i64::try_from(facts).unwrap();
        (format!("s{subject}"), facts, facts, 0)
    };
    (0..SUBJECTS).map(row).filter(|row| row.1 > 0).collect()
}

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
