//! The suite that every inbox and outbox passes: in memory, in SQLite and in PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use chassis_messaging::memory::MemoryRecorder;
use chassis_messaging::{
    Claim, DeadLetterId, Delivery, Desk, Failure, Handed, Inbox, InboxAdmin, InboxCounts, Outbox, Progress, Record,
    Recorder, Settlement, SqlMessages, TaskDraft, WorkQueue,
};
use chassis_sql::Database;
use chassis_testing::{CountingIds, FixedClock, postgres, sqlite};
use futures_util::future::BoxFuture;
use shared_kernel::{
    Cause, Clock, ConsumerName, Destination, Envelope, EventDraft, Ids, LeaseToken, MessageId, StoreError,
};
use tokio::sync::mpsc::UnboundedReceiver;

const LISTENER: ConsumerName = ConsumerName::new("listener");
const LEASE: Duration = Duration::from_mins(1);

type Write = dyn Fn(Option<Cause>, Vec<EventDraft>, Vec<TaskDraft>) -> BoxFuture<'static, Result<(), StoreError>>;

/// An inbox in all its roles.
trait WholeInbox: Inbox + WorkQueue + InboxAdmin {}

impl<T: Inbox + WorkQueue + InboxAdmin> WholeInbox for T {}

/// A store under test and the ways into it.
struct Subject {
    inbox: Arc<dyn WholeInbox>,
    outbox: Arc<dyn Outbox>,
    record: Box<Write>,
    clock: Arc<FixedClock>,
    ids: Arc<CountingIds>,
    /// Whether tasks come onto desks, too: nobody else adds to its lanes.
    hands_over_tasks: bool,
}

fn in_memory() -> Subject {
    let (clock, ids) = (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()));
    let store = MemoryRecorder::new("order", clock.clone(), ids.clone());
    let writer = store.clone();
    let record: Box<Write> = Box::new(move |cause, events, tasks| {
        let done = writer.record(Record { cause: cause.as_ref(), events, tasks });
        Box::pin(async { done })
    });
    Subject { inbox: Arc::new(store.clone()), outbox: Arc::new(store), record, clock, ids, hands_over_tasks: true }
}

async fn in_sqlite() -> Option<Subject> {
    Some(in_a(sqlite("order", &[]).await))
}

async fn in_postgres() -> Option<Subject> {
    postgres("order", &[]).await.map(in_a)
}

fn in_a(database: Database) -> Subject {
    let (clock, ids) = (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()));
    let (store, hands_over_tasks) = (SqlMessages::new(database.clone(), clock.clone()), !database.shared());
    let recorder = Recorder::new("order", clock.clone(), ids.clone());
    let record: Box<Write> = Box::new(move |cause, events, tasks| {
        let (database, recorder) = (database.clone(), recorder.clone());
        Box::pin(async move {
            let job = database.write(move |tx| {
                let (recorder, cause, events, tasks) = (recorder.clone(), cause.clone(), events.clone(), tasks.clone());
                Box::pin(async move { recorder.record(tx, Record { cause: cause.as_ref(), events, tasks }).await })
            });
            job.await
        })
    });
    Subject { inbox: Arc::new(store.clone()), outbox: Arc::new(store), record, clock, ids, hands_over_tasks }
}

impl Subject {
    fn message(&self, subject: &str) -> Envelope {
        let id = self.ids.uuid().to_string();
        Envelope {
            specversion: "1.0".into(),
            id: MessageId::new(id.clone()),
            source: "/catalogue".into(),
            event_type: "store.catalogue.product_changed.v1".into(),
            subject: subject.into(),
            time: self.clock.now(),
            datacontenttype: "application/json".into(),
            sequence: 1,
            correlationid: id,
            causationid: None,
            traceparent: None,
            data: serde_json::json!({"about": subject}),
        }
    }

    async fn claim(&self, lanes: u32) -> Vec<Delivery> {
        let lease = LeaseToken(self.ids.uuid());
        let (now, steady) = (self.clock.now(), self.clock.steady());
        let claim = Claim { consumer: LISTENER, lanes, now, steady, lease_for: LEASE, lease };
        self.inbox.claim(claim).await.unwrap()
    }

    async fn correct_times(&self) -> u64 {
        self.inbox.correct_times(self.clock.now(), self.clock.steady()).await.unwrap()
    }

    async fn accept(&self, subjects: &[&str]) -> Vec<Envelope> {
        let batch: Vec<Envelope> = subjects.iter().map(|subject| self.message(subject)).collect();
        assert_eq!(self.inbox.accept(LISTENER, &batch).await.unwrap(), batch.len() as u64);
        batch
    }

    async fn settle(&self, delivery: &Delivery, settlement: Settlement) {
        self.inbox.settle(&delivery.cause, settlement, self.clock.now()).await.unwrap();
    }
}

fn fact(subject: &str) -> EventDraft {
    EventDraft::new("store.order.paid.v1", subject, &serde_json::json!({"order_id": subject}))
}

fn about(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|delivery| delivery.envelope.subject.as_str()).collect()
}

async fn facts_are_numbered_per_subject_and_read_in_commit_order(it: &Subject) {
    (it.record)(None, vec![fact("a"), fact("b")], vec![]).await.unwrap();
    (it.record)(None, vec![fact("a")], vec![]).await.unwrap();
    let rows = it.outbox.after(0, 10, None).await.unwrap();
    let facts: Vec<&Envelope> = rows.iter().filter_map(|row| row.envelope.as_ref()).collect();
    let numbered: Vec<_> = facts.iter().map(|fact| (fact.subject.as_str(), fact.sequence)).collect();
    assert_eq!(numbered, [("a", 1), ("b", 1), ("a", 2)]);
    assert!(facts.iter().all(|fact| fact.source == "/order"));
    assert_eq!(it.outbox.after(rows[1].position, 10, None).await.unwrap(), rows[2..]);
    assert_eq!(it.outbox.after(0, 2, None).await.unwrap().len(), 2);
    let unwanted = it.outbox.after(0, 10, Some(&["store.order.placed.v1"])).await.unwrap();
    let places: Vec<_> = unwanted.iter().map(|row| (row.position, row.envelope.is_some())).collect();
    assert_eq!(places, rows.iter().map(|row| (row.position, false)).collect::<Vec<_>>(), "progress needs their places");
}

async fn progress_is_kept_for_each_destination_and_epoch(it: &Subject) {
    let (here, there) = (Destination::new("reports/sales"), Destination::new("customer/other"));
    assert_eq!(it.outbox.progress(&here).await.unwrap(), Progress::default());
    it.outbox.advance(&here, Progress { position: 7, epoch: 0, tip: 3 }).await.unwrap();
    assert_eq!(it.outbox.progress(&here).await.unwrap(), Progress { position: 7, epoch: 0, tip: 3 });
    assert_eq!(it.outbox.progress(&there).await.unwrap().position, 0);
    it.outbox.advance(&here, Progress { position: 9, epoch: 1, tip: 0 }).await.unwrap();
    it.outbox.advance(&here, Progress { position: 5, epoch: 0, tip: 2 }).await.unwrap();
    let kept = it.outbox.progress(&here).await.unwrap();
    assert_eq!((kept.position, kept.tip), (7, 3), "progress of another epoch, or behind what is kept, does not count");
    it.outbox.restart(&here, 1).await.unwrap();
    assert_eq!(it.outbox.progress(&here).await.unwrap(), Progress { position: 0, epoch: 1, tip: 0 });
}

async fn a_message_of_another_generation_is_not_kept(it: &Subject) {
    let message = it.message("early");
    assert_eq!(it.inbox.generation(LISTENER).await.unwrap(), 0);
    let refused = it.inbox.accept_in(LISTENER, 1, std::slice::from_ref(&message)).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    assert_eq!(it.inbox.accept_in(LISTENER, 0, &[message]).await.unwrap(), 1);
}

async fn a_lease_lasts_as_long_as_it_is_renewed(it: &Subject) {
    it.accept(&["long"]).await;
    let held = it.claim(10).await.remove(0);
    it.clock.advance(LEASE / 2);
    let later = it.clock.now().plus(LEASE);
    it.inbox.renew(LISTENER, LeaseToken(it.ids.uuid()), later).await.unwrap();
    it.inbox.renew(LISTENER, held.cause.lease, later).await.unwrap();
    it.clock.advance(LEASE / 2);
    assert!(it.claim(10).await.is_empty(), "renewed in time");
    it.clock.advance(LEASE / 2);
    let again = it.claim(10).await.remove(0);
    it.inbox.renew(LISTENER, held.cause.lease, later.plus(LEASE)).await.unwrap();
    it.clock.advance(LEASE);
    assert_eq!(it.claim(10).await.len(), 1, "anyone who has lost a lease cannot renew it");
    drop(again);
}

async fn a_message_is_kept_once_per_consumer(it: &Subject) {
    let batch = it.accept(&["once"]).await;
    assert_eq!(it.inbox.accept(LISTENER, &batch).await.unwrap(), 0);
    assert_eq!(it.inbox.accept(ConsumerName::new("other"), &batch).await.unwrap(), 1);
    let claimed = it.claim(10).await;
    assert_eq!((about(&claimed), claimed[0].attempt), (vec!["once"], 1));
    it.settle(&claimed[0], Settlement::Handled).await;
    assert_eq!(it.inbox.accept(LISTENER, &batch).await.unwrap(), 0, "a handled message stays known");
    assert!(it.claim(10).await.is_empty());
}

async fn a_lane_gives_out_its_oldest_message_only(it: &Subject) {
    it.accept(&["x", "x", "y"]).await;
    let first = it.claim(10).await;
    assert_eq!(about(&first), ["x", "y"]);
    assert!(it.claim(10).await.is_empty(), "the second of x waits for the first");
    it.settle(&first[0], Settlement::Handled).await;
    let second = it.claim(10).await;
    assert_eq!(about(&second), ["x"]);
    it.settle(&second[0], Settlement::Handled).await;
    it.settle(&first[1], Settlement::Handled).await;
    it.accept(&["p", "q", "r"]).await;
    let two = it.claim(2).await;
    assert_eq!(about(&two), ["p", "q"], "no more lanes than asked for, oldest first");
    for delivery in two.iter().chain(&it.claim(2).await) {
        it.settle(delivery, Settlement::Handled).await;
    }
}

async fn a_failure_parks_its_lane_until_it_is_due(it: &Subject) {
    it.accept(&["slow", "slow"]).await;
    let delivery = it.claim(1).await.remove(0);
    let due = it.clock.now().plus(Duration::from_secs(5));
    it.settle(&delivery, Settlement::Later(due, Failure::new("busy", "not now"))).await;
    assert!(it.claim(10).await.is_empty());
    it.clock.advance(Duration::from_secs(5));
    let again = it.claim(10).await;
    assert_eq!((again.len(), again[0].attempt, &again[0].envelope), (1, 2, &delivery.envelope));
    it.settle(&again[0], Settlement::Handled).await;
    let last = it.claim(10).await;
    it.settle(&last[0], Settlement::Handled).await;
}

async fn a_dead_letter_holds_its_lane_until_it_is_retried_or_discarded(it: &Subject) {
    it.accept(&["ill", "ill", "ill"]).await;
    let first = it.claim(10).await.remove(0);
    it.settle(&first, Settlement::Dead(Failure::new("unreadable", "no such field"))).await;
    assert!(it.claim(10).await.is_empty());
    let letters = it.inbox.dead_letters(10).await.unwrap();
    let letter = &letters[0];
    assert_eq!((letter.code.as_str(), letter.error.as_str(), letter.attempts), ("unreadable", "no such field", 1));
    assert_eq!(letter.message, serde_json::to_value(&first.envelope).unwrap());
    let key = DeadLetterId { consumer: letter.consumer.clone(), message: letter.message_id.clone() };
    assert!(it.inbox.resolve_dead_letter(&key, true, it.clock.now()).await.unwrap());
    let again = it.claim(10).await.remove(0);
    assert_eq!((again.attempt, &again.envelope.id), (1, &first.envelope.id), "a retried letter has all its attempts");
    it.settle(&again, Settlement::Dead(Failure::new("unreadable", "still"))).await;
    assert!(it.inbox.resolve_dead_letter(&key, false, it.clock.now()).await.unwrap());
    assert!(
        !it.inbox.resolve_dead_letter(&key, false, it.clock.now()).await.unwrap(),
        "there is no such letter any more"
    );
    for _ in 0..2 {
        let next = it.claim(10).await.remove(0);
        it.settle(&next, Settlement::Handled).await;
    }
}

async fn what_cannot_be_read_is_dead_from_the_start_and_holds_its_lane(it: &Subject) {
    let (letter, why) = (it.message("x"), Failure::new("unreadable", "no JSON"));
    assert!(matches!(it.inbox.dead_letter_unreadable(LISTENER, 1, &letter, &why).await, Err(StoreError::Stale)));
    it.inbox.dead_letter_unreadable(LISTENER, 0, &letter, &why).await.unwrap();
    it.inbox.dead_letter_unreadable(LISTENER, 0, &letter, &why).await.unwrap();
    it.accept(&["x", "y"]).await;
    assert_eq!(about(&it.claim(10).await), ["y"]);
    let letters = it.inbox.dead_letters(10).await.unwrap();
    let told: Vec<_> = letters.iter().map(|dead| (dead.message_id.as_str(), dead.code.as_str())).collect();
    assert_eq!(told, [(letter.id.as_str(), "unreadable")]);
    let key = DeadLetterId { consumer: LISTENER.as_str().to_owned(), message: letter.id.as_str().to_owned() };
    assert!(it.inbox.resolve_dead_letter(&key, false, it.clock.now()).await.unwrap());
    assert_eq!(about(&it.claim(10).await), ["x"], "discarded, it lets the next one pass");
}

async fn an_effect_is_committed_once_and_only_under_its_lease(it: &Subject) {
    it.accept(&["money"]).await;
    let stale = it.claim(10).await.remove(0);
    it.clock.advance(LEASE);
    let fresh = it.claim(10).await.remove(0);
    assert_eq!(fresh.attempt, 2, "the lease ran out, so it was given out again");
    let before = it.outbox.after(0, 1_000, None).await.unwrap().len();
    let lost = (it.record)(Some(stale.cause.clone()), vec![fact("money")], vec![]).await;
    assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
    (it.record)(Some(fresh.cause.clone()), vec![fact("money")], vec![]).await.unwrap();
    let twice = (it.record)(Some(fresh.cause.clone()), vec![fact("money")], vec![]).await;
    assert!(matches!(twice, Err(StoreError::AlreadyHandled)), "{twice:?}");
    let published = it.outbox.after(0, 1_000, None).await.unwrap();
    assert_eq!(published.len(), before + 1);
    let effect = published[before].envelope.as_ref().unwrap();
    assert_eq!(effect.causationid.as_deref(), Some(fresh.envelope.id.as_str()));
    assert_eq!(effect.correlationid, fresh.envelope.correlationid);
    it.settle(&stale, Settlement::Dead(Failure::new("late", "a zombie's word"))).await;
    assert!(it.inbox.dead_letters(10).await.unwrap().is_empty());
}

/// A worker that was held up past its lease settles nothing any more, however its work ended.
async fn a_stale_delivery_settles_nothing_while_a_fresh_lease_is_held(it: &Subject) {
    let late = || Failure::new("late", "a word of the past");
    let settlements =
        [Settlement::Handled, Settlement::Later(it.clock.now().plus(LEASE * 100), late()), Settlement::Dead(late())];
    for (number, settlement) in settlements.into_iter().enumerate() {
        it.accept(&[&format!("lane-{number}")]).await;
        let stale = it.claim(10).await.remove(0);
        it.clock.advance(LEASE);
        let fresh = it.claim(10).await.remove(0);
        it.settle(&stale, settlement.clone()).await;
        assert_eq!(it.inbox.counts().await.unwrap().open, 1, "{settlement:?} has ended it");
        assert!(it.inbox.dead_letters(10).await.unwrap().is_empty(), "{settlement:?}");
        assert!(it.claim(10).await.is_empty(), "{settlement:?} has ended the fresh lease");
        it.clock.advance(LEASE);
        let third = it.claim(10).await.remove(0);
        assert_eq!((fresh.attempt, third.attempt), (2, 3), "neither attempts nor the due time are touched");
        it.settle(&stale, settlement.clone()).await;
        let before = it.outbox.after(0, 1_000, None).await.unwrap().len();
        (it.record)(Some(third.cause.clone()), vec![fact("effect")], vec![]).await.unwrap();
        it.settle(&fresh, settlement).await;
        assert_eq!(it.outbox.after(0, 1_000, None).await.unwrap().len(), before + 1);
        assert_eq!(it.inbox.counts().await.unwrap(), InboxCounts::default());
    }
}

async fn a_clock_that_is_set_back_holds_nothing_up(it: &Subject) {
    it.accept(&["waiting"]).await;
    it.clock.set_back(Duration::from_hours(1));
    assert_eq!(it.correct_times().await, 1);
    let delivery = it.claim(10).await.remove(0);
    let pause = Duration::from_secs(50);
    it.settle(&delivery, Settlement::Later(it.clock.now().plus(pause), Failure::new("busy", "not now"))).await;
    it.clock.set_back(Duration::from_hours(72));
    assert_eq!(it.correct_times().await, 1);
    assert!(it.claim(10).await.is_empty(), "the pause is as long as before");
    it.clock.advance(pause);
    let again = it.claim(10).await.remove(0);
    assert_eq!(again.attempt, 2);
    assert!(again.received_at <= it.clock.now(), "its age is not a thing of the future");
    it.settle(&again, Settlement::Handled).await;
}

async fn a_task_that_has_to_wait_waits_as_long_when_the_clock_is_set_back(it: &Subject) {
    let wait = Duration::from_hours(2);
    let task = TaskDraft {
        consumer: LISTENER,
        key: "later".into(),
        lane: "later".into(),
        payload: serde_json::json!({}),
        not_before: Some(it.clock.now().plus(wait)),
    };
    (it.record)(None, vec![], vec![task]).await.unwrap();
    assert_eq!(it.correct_times().await, 0);
    it.clock.set_back(Duration::from_hours(24));
    assert_eq!(it.correct_times().await, 1);
    assert!(it.claim(10).await.is_empty());
    it.clock.advance(wait);
    let due = it.claim(10).await.remove(0);
    it.settle(&due, Settlement::Handled).await;
}

async fn a_clock_that_is_set_ends_no_lease_and_makes_none_longer(it: &Subject) {
    it.accept(&["at work"]).await;
    let held = it.claim(10).await.remove(0);
    it.clock.set_ahead(Duration::from_hours(24));
    assert!(it.claim(10).await.is_empty(), "its handler is still at work");
    it.clock.set_back(Duration::from_hours(48));
    it.correct_times().await;
    assert!(it.claim(10).await.is_empty(), "its handler is still at work");
    it.clock.advance(LEASE);
    let again = it.claim(10).await.remove(0);
    assert_eq!((again.attempt, &again.envelope.id), (2, &held.envelope.id));
    it.settle(&again, Settlement::Handled).await;
}

async fn a_lease_of_a_process_whose_clock_ran_ahead_runs_out_all_the_same(it: &Subject) {
    it.accept(&["left"]).await;
    let (now, ahead) = (it.clock.now(), it.clock.steady().plus(Duration::from_hours(1)));
    let lease = LeaseToken(it.ids.uuid());
    let claim = Claim { consumer: LISTENER, lanes: 10, now, steady: ahead, lease_for: LEASE, lease };
    assert_eq!(it.inbox.claim(claim).await.unwrap().len(), 1);
    assert!(it.correct_times().await >= 1);
    assert!(it.claim(10).await.is_empty(), "it may be at work");
    it.clock.advance(Duration::from_secs(15));
    let again = it.claim(10).await.remove(0);
    it.settle(&again, Settlement::Handled).await;
}

async fn times_that_are_right_stay_as_they_are(it: &Subject) {
    it.accept(&["new", "failed", "leased"]).await;
    let (now, steady, lease) = (it.clock.now(), it.clock.steady(), LeaseToken(it.ids.uuid()));
    let claim = Claim { consumer: LISTENER, lanes: 10, now, steady, lease_for: Duration::from_secs(15), lease };
    let claimed = it.inbox.claim(claim).await.unwrap();
    let due = it.clock.now().plus(Duration::from_hours(1));
    it.settle(&claimed[1], Settlement::Later(due, Failure::new("busy", "not now"))).await;
    assert_eq!(it.correct_times().await, 0);
    it.clock.advance(Duration::from_mins(1));
    assert_eq!(it.correct_times().await, 0);
    assert_eq!(about(&it.claim(10).await), ["new", "leased"]);
}

async fn a_task_is_left_once_and_waits_for_its_time(it: &Subject) {
    let task = || TaskDraft {
        consumer: LISTENER,
        key: "refund-7".into(),
        lane: "order-7".into(),
        payload: serde_json::json!({"amount": 7}),
        not_before: Some(it.clock.now().plus(Duration::from_secs(9))),
    };
    (it.record)(None, vec![], vec![task(), task()]).await.unwrap();
    (it.record)(None, vec![], vec![task()]).await.unwrap();
    assert!(it.claim(10).await.is_empty());
    it.clock.advance(Duration::from_secs(9));
    let due = it.claim(10).await;
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].envelope.id.as_str(), due[0].envelope.event_type.as_str()), ("refund-7", "task.listener"));
    it.settle(&due[0], Settlement::Handled).await;
    assert!(it.claim(10).await.is_empty());
}

async fn leases_end_when_a_process_starts_alone(it: &Subject) {
    it.accept(&["left"]).await;
    assert_eq!(it.claim(10).await.len(), 1);
    assert!(it.claim(10).await.is_empty());
    it.inbox.clear_leases().await.unwrap();
    let again = it.claim(10).await;
    assert_eq!((again.len(), again[0].attempt), (1, 2), "the attempt that crashed still counts");
    it.settle(&again[0], Settlement::Handled).await;
}

async fn what_waits_is_counted(it: &Subject) {
    it.accept(&["one", "two"]).await;
    let received = it.clock.now();
    let claimed = it.claim(1).await.remove(0);
    it.settle(&claimed, Settlement::Dead(Failure::new("x", "y"))).await;
    let counts = it.inbox.counts().await.unwrap();
    assert_eq!((counts.dead, counts.oldest), (1, Some(received)));
    let rest = it.claim(1).await.remove(0);
    it.settle(&rest, Settlement::Handled).await;
    assert_eq!(it.inbox.counts().await.unwrap().oldest, None);
}

/// What came onto the desk.
fn handed(desk: &mut UnboundedReceiver<Handed>) -> Vec<Handed> {
    std::iter::from_fn(|| desk.try_recv().ok()).collect()
}

async fn messages_alone_in_their_lane_come_onto_the_desk_while_it_has_places(it: &Subject) {
    let (desk, mut arrived) = Desk::new(2, it.clock.clone(), it.ids.clone());
    it.inbox.put_on_desk(LISTENER, desk);
    let batch = it.accept(&["a", "a", "b", "c"]).await;
    let on_desk = handed(&mut arrived);
    let found: Vec<_> = on_desk.iter().map(|it| (&it.delivery.envelope.id, it.delivery.attempt)).collect();
    let alone = [(&batch[0].id, 1), (&batch[2].id, 1)];
    assert_eq!(found, alone, "the second of a lane waits, and there is no third place");
    let claimed: Vec<_> = it.claim(10).await.into_iter().map(|delivery| delivery.envelope.id).collect();
    assert_eq!(claimed, [batch[3].id.clone()], "what has no place is claimed, and nothing twice");
    drop(on_desk);
    it.accept(&["d"]).await;
    assert!(handed(&mut arrived).is_empty(), "nothing new overtakes what found no place");
}

async fn what_cannot_be_read_comes_onto_no_desk(it: &Subject) {
    let (desk, mut arrived) = Desk::new(2, it.clock.clone(), it.ids.clone());
    it.inbox.put_on_desk(LISTENER, desk);
    let why = Failure::new("unreadable", "no JSON");
    it.inbox.dead_letter_unreadable(LISTENER, 0, &it.message("torn"), &why).await.unwrap();
    assert!(handed(&mut arrived).is_empty());
    assert_eq!(it.inbox.counts().await.unwrap().dead, 1);
}

async fn what_comes_onto_the_desk_is_committed_first_and_counts_as_claimed(it: &Subject) {
    let (desk, mut arrived) = Desk::new(8, it.clock.clone(), it.ids.clone());
    it.inbox.put_on_desk(LISTENER, desk);
    let task = |key: &str, not_before| TaskDraft {
        consumer: LISTENER,
        key: key.into(),
        lane: key.into(),
        payload: serde_json::json!({}),
        not_before,
    };
    let later = it.clock.now().plus(Duration::from_secs(1));
    (it.record)(None, vec![], vec![task("now", None), task("later", Some(later))]).await.unwrap();
    let on_desk: Vec<_> = handed(&mut arrived).into_iter().map(|it| it.delivery).collect();
    let keys: Vec<_> = on_desk.iter().map(|it| it.envelope.id.as_str()).collect();
    assert_eq!(keys, if it.hands_over_tasks { vec!["now"] } else { vec![] }, "what is not due stays in the inbox");
    it.clock.advance(LEASE);
    let again = it.claim(10).await;
    let attempts: Vec<_> = again.iter().map(|it| (it.envelope.id.as_str(), it.attempt)).collect();
    let counted = if it.hands_over_tasks { 2 } else { 1 };
    assert_eq!(attempts, [("now", counted), ("later", 1)], "a worker that is gone has made its attempt");
    if let Some(delivery) = on_desk.first() {
        let lost = (it.record)(Some(delivery.cause.clone()), vec![], vec![task("effect", None)]).await;
        assert!(matches!(lost, Err(StoreError::LeaseLost)), "{lost:?}");
        assert!(handed(&mut arrived).is_empty(), "what is not committed comes onto no desk");
    }
}

macro_rules! suite {
    ($($engine:ident: $make:expr;)*) => { $(mod $engine {
        use super::*;
        suite!(@cases $make;
            facts_are_numbered_per_subject_and_read_in_commit_order
            progress_is_kept_for_each_destination_and_epoch
            a_message_of_another_generation_is_not_kept
            a_lease_lasts_as_long_as_it_is_renewed
            a_message_is_kept_once_per_consumer
            a_lane_gives_out_its_oldest_message_only
            a_failure_parks_its_lane_until_it_is_due
            a_dead_letter_holds_its_lane_until_it_is_retried_or_discarded
            what_cannot_be_read_is_dead_from_the_start_and_holds_its_lane
            an_effect_is_committed_once_and_only_under_its_lease
            a_stale_delivery_settles_nothing_while_a_fresh_lease_is_held
            a_clock_that_is_set_back_holds_nothing_up
            a_task_that_has_to_wait_waits_as_long_when_the_clock_is_set_back
            a_clock_that_is_set_ends_no_lease_and_makes_none_longer
            a_lease_of_a_process_whose_clock_ran_ahead_runs_out_all_the_same
            times_that_are_right_stay_as_they_are
            a_task_is_left_once_and_waits_for_its_time
            leases_end_when_a_process_starts_alone
            messages_alone_in_their_lane_come_onto_the_desk_while_it_has_places
            what_cannot_be_read_comes_onto_no_desk
            what_comes_onto_the_desk_is_committed_first_and_counts_as_claimed
            what_waits_is_counted);
    })* };
    (@cases $make:expr; $($case:ident)*) => { $(
        #[tokio::test]
        async fn $case() {
            if let Some(subject) = $make { super::$case(&subject).await }
        }
    )* };
}

suite! {
    memory: Some(in_memory());
    sqlite: in_sqlite().await;
    postgres: in_postgres().await;
}
