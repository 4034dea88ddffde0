//! How facts flow through a context, as its database tells: on both engines.

use std::sync::Arc;
use std::time::Duration;

use chassis_messaging::{
    Claim, Failure, Flow, Inbox as _, Rate, Record, Recorder, Settlement, SqlMessages, WorkQueue as _, flow,
};
use chassis_sql::Database;
use chassis_testing::{CountingIds, FixedClock, postgres, sqlite};
use serde_json::json;
use shared_kernel::{Clock as _, ConsumerName, Envelope, EventDraft, Ids as _, LeaseToken, MessageId};

const QUICK: ConsumerName = ConsumerName::new("quick");
const CLUMSY: ConsumerName = ConsumerName::new("clumsy");
const PLACED: &str = "store.order.placed.v1";
const PAID: &str = "store.order.paid.v1";

struct Context {
    database: Database,
    clock: Arc<FixedClock>,
    ids: Arc<CountingIds>,
    messages: SqlMessages,
    recorder: Recorder,
}

impl Context {
    fn on(database: Database) -> Self {
        let (clock, ids) = (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()));
        let messages = SqlMessages::new(database.clone(), clock.clone());
        let recorder = Recorder::new("order", clock.clone(), ids.clone());
        Self { database, clock, ids, messages, recorder }
    }

    async fn state(&self, event_type: &'static str, times: usize) {
        let recorder = self.recorder.clone();
        let stated = self.database.write(move |tx| {
            let draft = |number: usize| EventDraft::new(event_type, format!("{event_type}-{number}"), &json!({}));
            let (recorder, events) = (recorder.clone(), (0..times).map(draft).collect());
            Box::pin(async move { recorder.record(tx, Record { cause: None, events, tasks: vec![] }).await })
        });
        stated.await.unwrap();
    }

    async fn hear(&self, consumer: ConsumerName, subject: &str) {
        let id = MessageId::new(self.ids.uuid().to_string());
        let envelope: Envelope = self.recorder.envelope("store.shoes.sold.v1", id, subject, json!({}));
        assert_eq!(self.messages.accept(consumer, &[envelope]).await.unwrap(), 1);
    }

    /// Attempts what is due, which ends as `settlement` says.
    async fn attempt(&self, consumer: ConsumerName, settlement: Settlement) {
        let (now, steady, lease) = (self.clock.now(), self.clock.steady(), LeaseToken(self.ids.uuid()));
        let claim = Claim { consumer, lanes: 9, now, steady, lease_for: Duration::from_secs(9), lease };
        for delivery in self.messages.claim(claim).await.unwrap() {
            self.messages.settle(&delivery.cause, settlement.clone(), now).await.unwrap();
        }
    }

    async fn flow(&self) -> Flow {
        flow(&self.database, self.clock.now()).await.unwrap()
    }
}

fn later(context: &Context) -> Settlement {
    Settlement::Later(context.clock.now(), Failure::new("busy", "not now"))
}

async fn what_was_stated_handled_and_what_waits_is_told(database: Database) {
    let context = Context::on(database);
    assert_eq!(context.flow().await, Flow::default(), "nothing has happened");
    context.state(PLACED, 7).await;
    context.hear(QUICK, "long ago").await;
    context.attempt(QUICK, Settlement::Handled).await;
    context.clock.advance(Duration::from_mins(10));
    context.state(PLACED, 4).await;
    context.state(PAID, 1).await;
    context.hear(QUICK, "1").await;
    context.attempt(QUICK, later(&context)).await;
    context.attempt(QUICK, later(&context)).await;
    context.attempt(QUICK, Settlement::Handled).await;
    let since = context.clock.now();
    context.hear(CLUMSY, "1").await;
    context.attempt(CLUMSY, Settlement::Dead(Failure::new("unreadable", "what is this"))).await;
    context.hear(CLUMSY, "2").await;
    context.attempt(CLUMSY, later(&context)).await;
    context.clock.advance(Duration::from_mins(1));
    context.hear(CLUMSY, "3").await;

    let flow = context.flow().await;
    let stated: Vec<_> = flow.stated.iter().map(|(name, rate)| (name.as_str(), *rate)).collect();
    let expected = [(PAID, Rate { times: 1, per_minute: 0.2 }), (PLACED, Rate { times: 4, per_minute: 0.8 })];
    assert_eq!(stated, expected, "of the last five minutes");
    let (quick, clumsy) = (flow.consumers["quick"], flow.consumers["clumsy"]);
    assert_eq!((quick.handled, quick.retries), (Rate { times: 1, per_minute: 0.2 }, 2));
    assert_eq!((quick.waiting, quick.retrying, quick.dead, quick.oldest), (0, 0, 0, None));
    assert_eq!((clumsy.handled, clumsy.retries), (Rate::default(), 0));
    assert_eq!((clumsy.waiting, clumsy.retrying, clumsy.dead, clumsy.oldest), (2, 1, 1, Some(since)));
}

#[tokio::test]
async fn in_sqlite() {
    what_was_stated_handled_and_what_waits_is_told(sqlite("order", &[]).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_postgres() {
    let Some(database) = postgres("order", &[]).await else { return };
    what_was_stated_handled_and_what_waits_is_told(database).await;
}

#[tokio::test]
async fn of_very_many_only_the_newest_are_read_and_the_rate_is_that_of_their_time() {
    let context = Context::on(sqlite("order", &[]).await);
    context.state(PAID, 500).await;
    context.clock.advance(Duration::from_mins(2));
    context.state(PLACED, 10_000).await;
    context.clock.advance(Duration::from_mins(1));
    let flow = context.flow().await;
    assert_eq!(flow.stated.get(PLACED), Some(&Rate { times: 10_000, per_minute: 10_000.0 }));
    assert_eq!(flow.stated.get(PAID), None);
}
