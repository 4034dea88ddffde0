//! Consumers that fail, panic, hang or block their thread hold up no other consumer.
//!
//! The engine itself over real databases: the shop has no switch that makes a consumer ill.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chassis::messaging::{
    ContextEngine, DeadLetters, Delivery, Engine, Failure, Handled, Handler, Record, Recorder, RetryPolicy,
    Subscription, Transport,
};
use chassis::sql::Database;
use chassis::testing::{eventually, sqlite};
use chassis::{SystemClock, SystemIds};
use shared_kernel::{Clock, ConsumerName, EventDraft, Ids};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

const FACT: &str = "store.source.happened.v1";
const FACTS: usize = 300;
const SUBJECTS: usize = 30;
const TIMEOUT: Duration = Duration::from_mins(1);
/// Far longer than a healthy consumer needs for everything; far shorter than an ill one holds out.
const HEALTHY_TIMEOUT: Duration = Duration::from_secs(20);
/// The longest that a single write may take while others are ill.
const WRITE: Duration = Duration::from_secs(2);

/// What ails a consumer until it is cured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ConsumerFault {
    None,
    Fails,
    Panics,
    Hangs,
    HoldsItsThread,
}

/// Cures all ill consumers at once.
struct Recovery {
    told: watch::Sender<bool>,
    threads: (Mutex<bool>, Condvar),
}

impl Recovery {
    fn is_here(&self) -> bool {
        *self.told.borrow()
    }

    fn give(&self) {
        self.told.send_replace(true);
        *self.threads.0.lock().unwrap() = true;
        self.threads.1.notify_all();
    }

    fn hold_thread(&self) {
        let cured = self.threads.0.lock().unwrap();
        drop(self.threads.1.wait_while(cured, |cured| !*cured).unwrap());
    }
}

/// Notes what it hears, once it is well.
struct Patient {
    illness: ConsumerFault,
    cure: Arc<Recovery>,
    heard: Mutex<BTreeMap<String, Vec<u64>>>,
}

impl Patient {
    fn count(&self) -> usize {
        self.heard.lock().unwrap().values().map(Vec::len).sum()
    }
}

#[async_trait]
impl Handler for Patient {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        if !self.cure.is_here() {
            match self.illness {
                ConsumerFault::None => {}
                ConsumerFault::Fails => return Handled::Retry(Failure::new("ill", "not well")),
                ConsumerFault::Panics => panic!("not well at all"),
                ConsumerFault::Hangs => drop(self.cure.told.subscribe().wait_for(|here| *here).await),
                ConsumerFault::HoldsItsThread => self.cure.hold_thread(),
            }
        }
        let mut heard = self.heard.lock().unwrap();
        let envelope = &delivery.envelope;
        heard.entry(envelope.subject.clone()).or_default().push(envelope.sequence);
        Handled::Done
    }
}

/// A context that tells facts, and two that listen: in each, healthy consumers beside ill ones.
struct FaultyConsumers {
    source: Database,
    recorder: Recorder,
    cure: Arc<Recovery>,
    patients: BTreeMap<&'static str, Arc<Patient>>,
    listeners: Vec<Database>,
    letters: DeadLetters,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// A context that listens: its consumers, what ails each, and how many lanes it works on at once.
type ConsumerUnderTest = (&'static str, [(&'static str, ConsumerFault, usize); 3]);

const WARDS: [ConsumerUnderTest; 2] = [
    (
        "east",
        [
            ("east-well", ConsumerFault::None, 16),
            ("east-fails", ConsumerFault::Fails, 16),
            ("east-panics", ConsumerFault::Panics, 16),
        ],
    ),
    (
        "west",
        [
            ("west-well", ConsumerFault::None, 16),
            ("west-hangs", ConsumerFault::Hangs, 16),
            ("west-holds", ConsumerFault::HoldsItsThread, 1),
        ],
    ),
];

impl FaultyConsumers {
    async fn open() -> Self {
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let cure = Arc::new(Recovery { told: watch::Sender::new(false), threads: Default::default() });
        let source = sqlite("source", &[]).await;
        let first = ContextEngine { name: "source", database: source.clone(), subscriptions: vec![], jobs: vec![] };
        let (mut contexts, mut patients, mut listeners) = (vec![first], BTreeMap::new(), Vec::new());
        for (ward, beds) in WARDS {
            let database = sqlite(ward, &[]).await;
            let mut subscriptions = Vec::new();
            for (name, illness, lanes) in beds {
                let patient = Arc::new(Patient { illness, cure: Arc::clone(&cure), heard: Mutex::default() });
                patients.insert(name, Arc::clone(&patient));
                let subscription = Subscription::to(ConsumerName::new(name), &[FACT], patient).lanes(lanes);
                subscriptions.push(subscription.retry(RetryPolicy::money()).first_pause(Duration::from_millis(5)));
            }
            listeners.push(database.clone());
            contexts.push(ContextEngine { name: ward, database, subscriptions, jobs: vec![] });
        }
        let engine = Engine::new(contexts, Transport::InProcess, Arc::clone(&clock), Arc::clone(&ids));
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let letters = engine.dead_letters();
        engine.start(&tasks, &stop).await.unwrap();
        let recorder = Recorder::new("source", clock, ids);
        Self { source, recorder, cure, patients, listeners, letters, stop, tasks }
    }

    /// Tells a fact; answers how long its commit took.
    async fn publish(&self, subject: usize) -> Duration {
        let (recorder, begun) = (self.recorder.clone(), Instant::now());
        let told = self.source.write(move |tx| {
            let recorder = recorder.clone();
            Box::pin(async move {
                let fact = EventDraft::new(FACT, format!("s-{subject}"), &serde_json::json!({"about": subject}));
                recorder.record(tx, Record { events: vec![fact], ..Record::default() }).await
            })
        });
        told.await.unwrap();
        begun.elapsed()
    }

    async fn hears_all(&self, name: &str, within: Duration) {
        let patient = &self.patients[name];
        let all = || async { (patient.count() == FACTS).then_some(()) };
        let heard = tokio::time::timeout(within, eventually(TIMEOUT * 2, all)).await;
        assert!(heard.is_ok(), "{name} has heard {} of {FACTS}", patient.count());
    }

    async fn dead(&self) -> Vec<String> {
        self.letters.list(10_000).await.unwrap().iter().map(chassis::messaging::DeadLetter::id).collect()
    }
}

/// Gives the cure even if the test fails: a thread that is held would keep the process permanently.
struct Released(Arc<Recovery>);

impl Drop for Released {
    fn drop(&mut self) {
        self.0.give();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_is_ill_delays_no_other_and_loses_nothing() {
    let clinic = FaultyConsumers::open().await;
    let _released = Released(Arc::clone(&clinic.cure));
    let mut slowest = Duration::ZERO;
    for fact in 0..FACTS {
        slowest = slowest.max(clinic.publish(fact % SUBJECTS).await);
    }
    let begun = Instant::now();
    for well in ["east-well", "west-well"] {
        clinic.hears_all(well, HEALTHY_TIMEOUT).await;
    }
    println!(
        "the healthy heard the last fact {:?} after it was told; the slowest write took {slowest:?}",
        begun.elapsed()
    );
    for ill in ["east-fails", "east-panics", "west-hangs", "west-holds"] {
        assert_eq!(clinic.patients[ill].count(), 0, "{ill} was not ill at all");
    }
    for database in clinic.listeners.iter().chain([&clinic.source]) {
        let begun = Instant::now();
        database.write(|_| Box::pin(async { Ok(()) })).await.unwrap();
        slowest = slowest.max(begun.elapsed());
    }
    assert!(slowest < WRITE, "a write took {slowest:?}");
    // Each panicking lane gives up after three attempts; nothing else is given up.
    let dead = eventually(TIMEOUT, || async { Some(clinic.dead().await).filter(|dead| dead.len() == SUBJECTS) }).await;
    assert!(dead.iter().all(|id| id.starts_with("east/east-panics/")), "{dead:?}");

    clinic.cure.give();
    for id in &dead {
        assert!(clinic.letters.retry(id).await.unwrap());
    }
    for (name, patient) in &clinic.patients {
        clinic.hears_all(name, TIMEOUT).await;
        for (subject, numbers) in patient.heard.lock().unwrap().iter() {
            assert!(numbers.iter().copied().eq(1..=numbers.len() as u64), "{name} heard {subject} as {numbers:?}");
        }
    }
    assert!(clinic.dead().await.is_empty());
    clinic.stop.cancel();
    clinic.tasks.close();
    let ended = tokio::time::timeout(TIMEOUT, clinic.tasks.wait()).await;
    assert!(ended.is_ok(), "the engine did not end");
}
