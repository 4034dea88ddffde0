//! The suite that every bus passes, from the outbox of one context to the inbox of another: in process, and over
//! JetStream on a server that is years old and on a current one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chassis_messaging::memory::MemoryRecorder;
use chassis_messaging::{
    Delivery, Failure, Handled, Handler, InProcessBus, Inbox, JetStreamBus, Lease, Outbox, Record, Relay, Subscription,
};
use chassis_testing::{CountingIds, FixedClock, Nats, NatsServer, eventually};
use shared_kernel::{
    BusError, ConsumerName, Delivered, Destination, Envelope, EventBus, EventDraft, Standing, StoreError,
};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::jetstream::broker;

const SALES: ConsumerName = ConsumerName::new("sales");
const STOCK: ConsumerName = ConsumerName::new("stock");
const PAID: &str = "store.order.paid.v1";
const PLACED: &str = "store.order.placed.v1";
const SOON: Duration = Duration::from_secs(30);

/// An inbox that remembers in which order each consumer was given its messages, and can be out of reach.
struct Ear {
    store: MemoryRecorder,
    heard: Mutex<BTreeMap<&'static str, Vec<Envelope>>>,
    out_of_reach: AtomicBool,
}

impl Ear {
    async fn heard(&self, consumer: ConsumerName) -> Vec<Envelope> {
        self.heard.lock().await.get(consumer.as_str()).cloned().unwrap_or_default()
    }

    /// What a replay does: the consumer has never heard anything.
    async fn forget(&self, consumer: ConsumerName) {
        let mut heard = self.heard.lock().await;
        self.store.forget(consumer);
        heard.remove(consumer.as_str());
    }
}

#[async_trait]
impl Inbox for Ear {
    async fn generation(&self, consumer: ConsumerName) -> Result<i64, StoreError> {
        self.store.generation(consumer).await
    }
    async fn accept_in(&self, consumer: ConsumerName, generation: i64, batch: &[Envelope]) -> Result<u64, StoreError> {
        let mut heard = self.heard.lock().await;
        if self.out_of_reach.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("out of reach"));
        }
        let new = self.store.accept_in(consumer, generation, batch).await?;
        let heard = heard.entry(consumer.as_str()).or_default();
        let mut known: BTreeSet<_> = heard.iter().map(|envelope| envelope.id.as_str().to_owned()).collect();
        heard.extend(batch.iter().filter(|envelope| known.insert(envelope.id.as_str().to_owned())).cloned());
        Ok(new)
    }
}

/// A bus that counts how often it could not do its part.
struct Watched {
    bus: Arc<dyn EventBus>,
    failures: Arc<AtomicU64>,
}

impl Watched {
    fn count<T>(&self, done: Result<T, BusError>) -> Result<T, BusError> {
        self.failures.fetch_add(u64::from(done.is_err()), Ordering::SeqCst);
        done
    }
}

#[async_trait]
impl EventBus for Watched {
    fn destinations(&self) -> Vec<Destination> {
        self.bus.destinations()
    }
    fn wanted(&self, to: &Destination) -> Option<Vec<&'static str>> {
        self.bus.wanted(to)
    }
    async fn standing(&self, to: &Destination) -> Result<Standing, BusError> {
        self.count(self.bus.standing(to).await)
    }
    async fn deliver(&self, to: &Destination, epoch: i64, batch: &[Envelope]) -> Result<Delivered, BusError> {
        self.count(self.bus.deliver(to, epoch, batch).await)
    }
}

/// Never works on messages: only what arrives counts.
struct Deaf;

#[async_trait]
impl Handler for Deaf {
    async fn handle(&self, _: &Delivery) -> Handled {
        Handled::Retry(Failure::new("deaf", "nobody works here"))
    }
}

/// What is between the two contexts.
enum Road {
    InProcess,
    JetStream(NatsServer),
}

/// Two contexts and the bus under test.
struct World {
    road: Road,
    order: MemoryRecorder,
    reports: Arc<Ear>,
    grew: watch::Sender<u64>,
    failures: Arc<AtomicU64>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl World {
    fn on(road: Road) -> Self {
        let (clock, ids) = (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()));
        let order = MemoryRecorder::new("order", clock.clone(), ids.clone());
        let store = MemoryRecorder::new("reports", clock, ids);
        let reports = Ear { store, heard: Mutex::default(), out_of_reach: AtomicBool::new(false) };
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (grew, failures) = (watch::Sender::new(0), Arc::default());
        Self { road, order, reports: Arc::new(reports), grew, failures, stop, tasks }
    }

    fn state(&self, kind: &'static str, subject: &str, data: &serde_json::Value) {
        let events = vec![EventDraft::new(kind, subject, data)];
        self.order.record(Record { events, ..Record::default() }).unwrap();
        self.grew.send_modify(|grown| *grown += 1);
    }

    /// Facts about seven subjects in turn.
    fn state_many(&self, facts: usize) {
        for number in 0..facts {
            self.state(PAID, &format!("s{}", number % 7), &serde_json::json!({"number": number}));
        }
    }

    /// Starts relays and whatever else the road needs.
    fn carry_to(&self, subscriptions: &[Subscription]) {
        let inbox: Arc<dyn Inbox> = self.reports.clone();
        let bus: Arc<dyn EventBus> = match &self.road {
            Road::InProcess => {
                let mut bus = InProcessBus::default();
                bus.subscribe("reports", subscriptions, &inbox);
                Arc::new(bus)
            }
            Road::JetStream(server) => {
                let broker = broker(&server.url());
                let reports: JetStreamBus = broker.post("reports");
                reports.fetch(&inbox, subscriptions, &Lease::alone(), &self.tasks, &self.stop);
                broker.post("order").bus()
            }
        };
        let bus: Arc<dyn EventBus> = Arc::new(Watched { bus, failures: Arc::clone(&self.failures) });
        for destination in bus.destinations() {
            let relay = Relay::new(Arc::new(self.order.clone()), Arc::clone(&bus), destination);
            self.tasks.spawn(relay.run(Lease::alone(), self.grew.subscribe(), self.stop.clone()));
        }
    }

    /// Ends everything in order; it can be started again.
    async fn rest(&mut self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        (self.stop, self.tasks) = (CancellationToken::new(), TaskTracker::new());
    }

    /// Waits until the consumer has heard exactly these facts, in this order.
    async fn hears(&self, consumer: ConsumerName, facts: &[Envelope]) {
        let probe = || async { (self.reports.heard(consumer).await.len() >= facts.len()).then_some(()) };
        eventually(SOON, probe).await;
        assert_eq!(self.reports.heard(consumer).await, facts, "{consumer} hears what was stated, as it was stated");
    }

    fn cut(&mut self) {
        match &mut self.road {
            Road::InProcess => self.reports.out_of_reach.store(true, Ordering::SeqCst),
            Road::JetStream(server) => server.kill(),
        }
    }

    fn mend(&mut self) {
        match &mut self.road {
            Road::InProcess => self.reports.out_of_reach.store(false, Ordering::SeqCst),
            Road::JetStream(server) => server.start_again(),
        }
    }

    /// Has the bus forget whatever it was given.
    async fn lose_everything(&mut self) {
        match &mut self.road {
            Road::InProcess => self.reports.forget(SALES).await,
            Road::JetStream(server) => {
                server.wipe();
                server.start_again();
            }
        }
    }
}

fn sales() -> Subscription {
    Subscription::to(SALES, &[PAID], Arc::new(Deaf))
}

async fn facts_arrive_as_they_were_stated_and_in_their_order(mut world: World) {
    world.state_many(150);
    world.carry_to(&[sales()]);
    world.hears(SALES, &world.order.events()).await;
    world.state_many(450);
    world.hears(SALES, &world.order.events()).await;
    world.rest().await;
}

async fn a_consumer_hears_the_types_and_contents_that_it_asked_for(mut world: World) {
    let physical = Subscription::to(STOCK, &[PAID, PLACED], Arc::new(Deaf)).only("kind", &["physical"]);
    world.carry_to(&[sales(), physical]);
    world.state(PLACED, "a", &serde_json::json!({"kind": "physical"}));
    world.state(PAID, "a", &serde_json::json!({"kind": "physical"}));
    world.state(PLACED, "b", &serde_json::json!({"kind": "digital"}));
    world.state(PAID, "b", &serde_json::json!({"kind": "digital"}));
    world.state("store.order.expired.v1", "c", &serde_json::json!({"kind": "physical"}));
    world.state(PAID, "d", &serde_json::json!({"kind": "physical"}));
    let all = world.order.events();
    world.hears(SALES, &[all[1].clone(), all[3].clone(), all[5].clone()]).await;
    world.hears(STOCK, &[all[0].clone(), all[1].clone(), all[5].clone()]).await;
    world.rest().await;
}

async fn what_is_carried_twice_is_kept_once(mut world: World) {
    world.state_many(20);
    world.carry_to(&[sales()]);
    world.hears(SALES, &world.order.events()).await;
    world.rest().await;
    for destination in [Destination::new("reports/sales"), Destination::new("store_order")] {
        let epoch = world.order.progress(&destination).await.unwrap().epoch;
        world.order.restart(&destination, epoch).await.unwrap();
    }
    world.carry_to(&[sales()]);
    world.state_many(20);
    world.hears(SALES, &world.order.events()).await;
    world.rest().await;
}

async fn facts_wait_while_nobody_can_be_reached(mut world: World) {
    world.state_many(40);
    world.carry_to(&[sales()]);
    world.hears(SALES, &world.order.events()).await;
    for _ in 0..2 {
        world.cut();
        world.state_many(300);
        let failed = world.failures.load(Ordering::SeqCst);
        let again = || async { (world.failures.load(Ordering::SeqCst) > failed + 1).then_some(()) };
        eventually(SOON, again).await;
        world.mend();
        world.hears(SALES, &world.order.events()).await;
    }
    world.rest().await;
}

async fn carrying_goes_on_where_it_ended(mut world: World) {
    for round in 1..4 {
        world.state_many(100);
        world.carry_to(&[sales()]);
        let some = || async { (world.reports.heard(SALES).await.len() > round * 100 - 90).then_some(()) };
        eventually(SOON, some).await;
        world.rest().await;
    }
    world.carry_to(&[sales()]);
    world.hears(SALES, &world.order.events()).await;
    world.rest().await;
}

async fn a_new_consumer_hears_the_whole_archive(mut world: World) {
    world.state_many(200);
    world.carry_to(&[sales()]);
    world.hears(SALES, &world.order.events()).await;
    world.rest().await;
    world.carry_to(&[sales(), Subscription::to(STOCK, &[PAID], Arc::new(Deaf))]);
    world.state_many(50);
    world.hears(STOCK, &world.order.events()).await;
    world.hears(SALES, &world.order.events()).await;
    world.rest().await;
}

async fn a_consumer_that_is_rebuilt_hears_everything_again_in_order(mut world: World) {
    world.carry_to(&[sales(), Subscription::to(STOCK, &[PAID], Arc::new(Deaf))]);
    for _ in 0..3 {
        world.state_many(150);
        world.reports.forget(SALES).await;
    }
    world.hears(SALES, &world.order.events()).await;
    world.reports.forget(SALES).await;
    world.hears(SALES, &world.order.events()).await;
    world.hears(STOCK, &world.order.events()).await;
    world.rest().await;
}

async fn what_the_bus_has_forgotten_is_carried_again(mut world: World) {
    world.carry_to(&[sales()]);
    for _ in 0..3 {
        world.state_many(200);
        world.lose_everything().await;
        world.state_many(5);
    }
    world.hears(SALES, &world.order.events()).await;
    world.rest().await;
}

/// Each case on each bus.
macro_rules! every_bus {
    ($($case:ident)+) => { $(
        mod $case {
            use super::*;
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn in_process() {
                super::$case(World::on(Road::InProcess)).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn over_jetstream_as_installed() {
                let Some(server) = NatsServer::start(Nats::Installed) else { return };
                super::$case(World::on(Road::JetStream(server))).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn over_jetstream_of_today() {
                let Some(server) = NatsServer::start(Nats::Current) else { return };
                super::$case(World::on(Road::JetStream(server))).await;
            }
        }
    )+ };
}

every_bus! {
    facts_arrive_as_they_were_stated_and_in_their_order
    a_consumer_hears_the_types_and_contents_that_it_asked_for
    what_is_carried_twice_is_kept_once
    facts_wait_while_nobody_can_be_reached
    carrying_goes_on_where_it_ended
    a_new_consumer_hears_the_whole_archive
    a_consumer_that_is_rebuilt_hears_everything_again_in_order
    what_the_bus_has_forgotten_is_carried_again
}
