//! Messages that were handled long ago are only marks, and are handled no second time: by chance, over months, on both
//! engines.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chassis_messaging::{
    Claim, HandledMessages, Inbox as _, InboxAdmin as _, InboxCounts, Record, Recorder, Settlement, SqlMessages,
    WorkQueue as _, audit, each_record,
};
use chassis_sql::Database;
use chassis_sql::params;
use chassis_testing::{CountingIds, FixedClock, postgres, sqlite};
use shared_kernel::{Clock as _, ConsumerName, Envelope, Ids as _, LeaseToken, MessageId, StoreError};

const HEAR: ConsumerName = ConsumerName::new("hear");
const DAY: Duration = Duration::from_hours(24);
const HOUR: Duration = Duration::from_hours(1);
const SEEDS: u64 = 6;
const STEPS: u32 = 160;

struct Shop {
    database: Database,
    clock: Arc<FixedClock>,
    ids: Arc<CountingIds>,
    inbox: SqlMessages,
    recorder: Recorder,
    marks: HandledMessages,
    state: u64,
    stated: u64,
    effects: BTreeMap<String, u32>,
}

impl Shop {
    fn on(database: Database, seed: u64) -> Self {
        let (clock, ids) = (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()));
        Self {
            inbox: SqlMessages::new(database.clone(), clock.clone()),
            recorder: Recorder::new("order", clock.clone(), ids.clone()),
            marks: HandledMessages::new(database.clone(), clock.clone()),
            database,
            clock,
            ids,
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            stated: 0,
            effects: BTreeMap::new(),
        }
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % sides
    }

    fn fact(&self, number: u64) -> Envelope {
        Envelope {
            specversion: "1.0".into(),
            id: MessageId::new(format!("fact-{number}")),
            source: "/catalogue".into(),
            event_type: "store.catalogue.product_changed.v1".into(),
            subject: format!("s{}", number % 5),
            time: self.clock.now(),
            datacontenttype: "application/json".into(),
            sequence: number,
            correlationid: "c".into(),
            causationid: None,
            traceparent: None,
            data: serde_json::json!({}),
        }
    }

    /// A few new facts, or everything that was ever stated, as a transport does that has forgotten.
    async fn carry(&mut self) {
        let from = if self.roll(3) == 0 { 0 } else { self.stated };
        let to = self.stated + self.roll(5);
        let batch: Vec<Envelope> = (from..to).map(|number| self.fact(number)).collect();
        let new = self.inbox.accept(HEAR, &batch).await.unwrap();
        assert_eq!(new, to - self.stated, "what was known came in again");
        self.stated = to;
    }

    async fn work(&mut self) {
        let (now, steady) = (self.clock.now(), self.clock.steady());
        let lease = LeaseToken(self.ids.uuid());
        let claim = Claim { consumer: HEAR, lanes: 10, now, steady, lease_for: Duration::from_mins(1), lease };
        for delivery in self.inbox.claim(claim).await.unwrap() {
            *self.effects.entry(delivery.envelope.id.as_str().to_owned()).or_default() += 1;
            let (recorder, cause) = (self.recorder.clone(), delivery.cause.clone());
            let committed = self.database.write(move |tx| {
                let (recorder, cause) = (recorder.clone(), cause.clone());
                Box::pin(async move { recorder.record(tx, Record { cause: Some(&cause), ..Record::default() }).await })
            });
            committed.await.unwrap();
            self.inbox.settle(&delivery.cause, Settlement::Handled, now).await.unwrap();
        }
    }

    async fn step(&mut self) {
        match self.roll(6) {
            0 | 1 => self.carry().await,
            2 | 3 => self.work().await,
            4 => {
                let days = self.roll(20);
                self.clock.advance(DAY * u32::try_from(days).unwrap());
            }
            _ if self.roll(4) == 0 => self.marks = HandledMessages::new(self.database.clone(), self.clock.clone()),
            _ => drop(self.marks.turn().await.unwrap()),
        }
    }

    async fn rows(&self, table: &'static str) -> i64 {
        let sql = match table {
            "inbox" => "SELECT COUNT(*) AS rows FROM inbox",
            _ => "SELECT COUNT(*) AS rows FROM inbox_handled",
        };
        let rows =
            self.database.read(move |tx| Box::pin(async move { tx.fetch(sql, params![]).await?[0].get("rows") }));
        rows.await.unwrap()
    }

    /// Handles everything, lets it grow old, and makes everything short.
    async fn grow_old(&mut self) {
        while self.inbox.counts().await.unwrap() != InboxCounts::default() {
            self.work().await;
        }
        self.clock.advance(DAY * 50);
        self.marks.turn().await.unwrap();
        self.clock.advance(HOUR);
        self.marks.turn().await.unwrap();
    }
}

async fn nothing_is_handled_twice_over_the_months(database: Database, seed: u64) {
    let mut shop = Shop::on(database, seed);
    for _ in 0..STEPS {
        shop.step().await;
    }
    shop.grow_old().await;
    let all = i64::try_from(shop.stated).unwrap();
    assert_eq!((shop.rows("inbox").await, shop.rows("inbox_handled").await), (0, all), "seed {seed}");
    assert!(shop.stated > 10, "seed {seed} states {}", shop.stated);
    let again: Vec<Envelope> = (0..shop.stated).map(|number| shop.fact(number)).collect();
    assert_eq!(shop.inbox.accept(HEAR, &again).await.unwrap(), 0, "seed {seed}");
    let expected: BTreeMap<String, u32> = (0..shop.stated).map(|number| (format!("fact-{number}"), 1)).collect();
    assert_eq!(shop.effects, expected, "seed {seed}");
    let mut told = 0;
    let feed = async |to| audit("order", &shop.database, &to).await;
    each_record(feed, |record| told += u64::from(record["kind"] == "inbox" && record["status"] == "handled"))
        .await
        .unwrap();
    assert_eq!(told, shop.stated, "the audit knows all of them");
}

#[tokio::test]
async fn nothing_is_handled_twice_over_the_months_on_sqlite() {
    for seed in 0..SEEDS {
        nothing_is_handled_twice_over_the_months(sqlite("order", &[]).await, seed).await;
    }
}

#[tokio::test]
async fn nothing_is_handled_twice_over_the_months_on_postgres() {
    for seed in 0..SEEDS / 2 {
        let Some(database) = postgres("order", &[]).await else { return };
        nothing_is_handled_twice_over_the_months(database, seed).await;
    }
}

async fn one_handled(database: Database) -> (Shop, shared_kernel::Cause) {
    let mut shop = Shop::on(database, 1);
    shop.inbox.accept(HEAR, &[shop.fact(0)]).await.unwrap();
    let (now, lease) = (shop.clock.now(), LeaseToken(shop.ids.uuid()));
    let claim = Claim { consumer: HEAR, lanes: 1, now, steady: now, lease_for: Duration::from_mins(1), lease };
    let cause = shop.inbox.claim(claim).await.unwrap().remove(0).cause;
    shop.inbox.settle(&cause, Settlement::Handled, now).await.unwrap();
    shop.stated = 1;
    (shop, cause)
}

#[tokio::test]
async fn a_row_goes_in_the_turn_after_its_mark_was_made_and_not_before_it_is_old() {
    let (shop, cause) = one_handled(sqlite("order", &[]).await).await;
    shop.clock.advance(DAY * 34);
    for _ in 0..2 {
        assert_eq!(shop.marks.turn().await.unwrap(), 0);
        shop.clock.advance(HOUR);
    }
    assert_eq!((shop.rows("inbox").await, shop.rows("inbox_handled").await), (1, 0), "a month is not old");
    shop.clock.advance(DAY * 2);
    assert_eq!(shop.marks.turn().await.unwrap(), 0);
    assert_eq!((shop.rows("inbox").await, shop.rows("inbox_handled").await), (1, 1), "for an hour both are there");
    shop.clock.advance(HOUR);
    assert_eq!(shop.marks.turn().await.unwrap(), 1);
    assert_eq!((shop.rows("inbox").await, shop.rows("inbox_handled").await), (0, 1));
    let recorder = shop.recorder.clone();
    let late = shop.database.write(move |tx| {
        let (recorder, cause) = (recorder.clone(), cause.clone());
        Box::pin(async move { recorder.record(tx, Record { cause: Some(&cause), ..Record::default() }).await })
    });
    let late = late.await;
    assert!(matches!(late, Err(StoreError::AlreadyHandled)), "{late:?}");
}

/// Processes that end within the hour, or that take turns: what one has marked, the next deletes, an hour later.
async fn a_turn_is_the_databases_and_not_the_processes(database: Database) {
    let (shop, _) = one_handled(database).await;
    let next = || HandledMessages::new(shop.database.clone(), shop.clock.clone());
    next().turn().await.unwrap();
    shop.clock.advance(DAY * 40);
    assert_eq!(next().turn().await.unwrap(), 0, "nothing was marked");
    for _ in 0..2 {
        shop.clock.advance(HOUR / 3);
        assert_eq!(next().turn().await.unwrap(), 0, "marks have been there for less than an hour");
    }
    assert_eq!((shop.rows("inbox").await, shop.rows("inbox_handled").await), (1, 1));
    shop.clock.advance(HOUR / 3);
    assert_eq!(next().turn().await.unwrap(), 1, "an hour after the turn that made the marks");
}

#[tokio::test]
async fn a_turn_is_the_databases_on_sqlite() {
    a_turn_is_the_databases_and_not_the_processes(sqlite("order", &[]).await).await;
}

#[tokio::test]
async fn a_turn_is_the_databases_on_postgres() {
    let Some(database) = postgres("order", &[]).await else { return };
    a_turn_is_the_databases_and_not_the_processes(database).await;
}

#[tokio::test]
async fn rows_stay_while_a_process_of_the_version_before_may_share_the_database() {
    let Some(database) = postgres("order", &[]).await else { return };
    let (shop, _) = one_handled(database).await;
    shop.clock.advance(DAY * 60);
    for _ in 0..3 {
        assert_eq!(shop.marks.turn().await.unwrap(), 0, "in the first week only marks are made");
        shop.clock.advance(HOUR);
    }
    shop.clock.advance(DAY * 8);
    assert_eq!(shop.marks.turn().await.unwrap(), 1);
}
