//! A worker at its desk, in a time that the tests tell.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use chassis_testing::{CountingIds, FixedClock};
use shared_kernel::{ConsumerName, Envelope, MessageId, Timestamp};

use super::*;
use crate::memory::MemoryRecorder;
use crate::{Handler, Inbox};

const LISTENER: ConsumerName = ConsumerName::new("listener");
const LANES: usize = 2;

/// Fails the first attempt at messages about `bad`; counts all.
#[derive(Default)]
struct Listening(Mutex<BTreeMap<String, u32>>);

#[async_trait]
impl Handler for Listening {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let subject = delivery.envelope.subject.clone();
        let first_of_bad = subject == "bad" && delivery.attempt == 1;
        *self.0.lock().unwrap().entry(subject).or_default() += 1;
        if first_of_bad { Handled::Retry(Failure::new("ill", "at first")) } else { Handled::Done }
    }
}

/// A store that shows the desk it was given.
struct Queue {
    store: MemoryRecorder,
    desk: Mutex<Option<Desk>>,
}

#[async_trait]
impl WorkQueue for Queue {
    async fn claim(&self, claim: Claim) -> Result<Vec<Delivery>, StoreError> {
        self.store.claim(claim).await
    }
    async fn settle(&self, cause: &shared_kernel::Cause, how: Settlement, now: Timestamp) -> Result<(), StoreError> {
        self.store.settle(cause, how, now).await
    }
    async fn renew(&self, consumer: ConsumerName, lease: LeaseToken, until: Timestamp) -> Result<(), StoreError> {
        self.store.renew(consumer, lease, until).await
    }
    async fn correct_times(&self, now: Timestamp, steady: Timestamp) -> Result<u64, StoreError> {
        self.store.correct_times(now, steady).await
    }
    async fn clear_leases(&self) -> Result<(), StoreError> {
        self.store.clear_leases().await
    }
    fn put_on_desk(&self, consumer: ConsumerName, desk: Desk) {
        *self.desk.lock().unwrap() = Some(desk.clone());
        self.store.put_on_desk(consumer, desk);
    }
}

struct Office {
    queue: Arc<Queue>,
    listening: Arc<Listening>,
    clock: Arc<FixedClock>,
    ids: Arc<CountingIds>,
    /// Never tells of anything, as the desk does not.
    _grew: watch::Sender<u64>,
}

impl Office {
    async fn open() -> Self {
        let (clock, ids) = (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()));
        let store = MemoryRecorder::new("order", clock.clone(), ids.clone());
        let queue = Arc::new(Queue { store, desk: Mutex::default() });
        let listening = Arc::new(Listening::default());
        let subscription = Subscription::to(LISTENER, &["fact"], listening.clone()).lanes(LANES);
        let worker = Worker::new(queue.clone(), subscription, clock.clone(), ids.clone());
        let (grew, receiver) = watch::channel(0);
        tokio::spawn(Arc::new(worker).run(receiver, CancellationToken::new()));
        let office = Self { queue, listening, clock, ids, _grew: grew };
        office.pass(Duration::from_millis(1)).await;
        office
    }

    async fn pass(&self, span: Duration) {
        self.clock.advance(span);
        tokio::time::sleep(span).await; // paused: only the runtime's own clock goes on
    }

    async fn accept(&self, subject: &str) {
        let id = self.ids.uuid().to_string();
        let envelope = Envelope {
            specversion: "1.0".to_owned(),
            id: MessageId::new(id.clone()),
            source: "/catalogue".to_owned(),
            event_type: "fact".to_owned(),
            subject: subject.to_owned(),
            time: self.clock.now(),
            datacontenttype: "application/json".to_owned(),
            sequence: 1,
            correlationid: id,
            causationid: None,
            traceparent: None,
            data: serde_json::Value::Null,
        };
        assert_eq!(Inbox::accept(&self.queue.store, LISTENER, &[envelope]).await.unwrap(), 1);
    }

    fn attempts(&self, subject: &str) -> u32 {
        self.listening.0.lock().unwrap().get(subject).copied().unwrap_or(0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_is_tried_again_however_steadily_others_are_handed_over() {
    let office = Office::open().await;
    office.accept("bad").await;
    for other in 0..100 {
        office.accept(&format!("other {other}")).await;
        office.pass(Duration::from_millis(300)).await;
    }
    assert_eq!(office.attempts("other 99"), 1);
    assert_eq!(office.attempts("bad"), 2, "it waited for a pause that never came");
}

#[tokio::test(start_paused = true)]
async fn places_that_were_given_back_unused_are_noticed() {
    let office = Office::open().await;
    let desk = office.queue.desk.lock().unwrap().clone().unwrap();
    let places = [desk.reserve(), desk.reserve()];
    assert!(places.iter().all(Option::is_some) && desk.reserve().is_none());
    office.pass(Duration::from_secs(3)).await;
    drop(places); // the transaction was rolled back
    assert!(desk.reserve().is_none(), "something waits, as far as the desk knows");
    office.accept("new").await;
    office.pass(Duration::from_secs(3)).await;
    assert_eq!(office.attempts("new"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_lease_has_run_out_on_the_desk_is_left_to_the_next_claim() {
    let office = Office::open().await;
    let desk = office.queue.desk.lock().unwrap().clone().unwrap();
    office.accept("late").await; // handed over, and not begun before this test waits
    office.clock.advance(LEASE * 2);
    office.pass(Duration::from_millis(1)).await;
    assert_eq!(office.attempts("late"), 0);
    assert!(!desk.is_full());
    office.pass(Duration::from_secs(3)).await;
    assert_eq!(office.attempts("late"), 1);
}
