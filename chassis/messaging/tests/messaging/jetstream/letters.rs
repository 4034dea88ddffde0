//! Messages that are not what their subject promises are not lost: they are dead letters of those who hear it.

use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_trait::async_trait;
use chassis_messaging::{
    Delivery, Handled, Handler, Inbox, InboxAdmin as _, Lease, SqlMessages, Subscription, WorkQueue as _,
};
use chassis_system::SystemClock;
use chassis_testing::{NatsServer, eventually, sqlite};
use shared_kernel::ConsumerName;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{administrator, broker, fact, on_each_server};

const HEAR: ConsumerName = ConsumerName::new("hear");
const OTHER: ConsumerName = ConsumerName::new("other");

struct Deaf;

#[async_trait]
impl Handler for Deaf {
    async fn handle(&self, _: &Delivery) -> Handled {
        Handled::Ignored
    }
}

async fn what_cannot_be_read_is_a_dead_letter_in_its_place(server: NatsServer) {
    let post = broker(&server.url()).post("order");
    let bus = post.bus();
    let stream = bus.destinations().remove(0);
    let epoch = bus.standing(&stream).await.unwrap().epoch;
    bus.deliver(&stream, epoch, &[fact(1)]).await.unwrap();
    let administrator = administrator(&server.url()).await;
    let put = async |subject: &'static str, payload: String| {
        let headers = HeaderMap::new();
        administrator.publish_with_headers(subject, headers, payload.into()).await.unwrap().await.unwrap();
    };
    let mut forged = fact(2);
    "/customer".clone_into(&mut forged.source);
    put("store.order.paid.v1", serde_json::to_string(&forged).unwrap()).await;
    put("store.order.paid.v1", "no JSON at all".to_owned()).await;
    put("store.order.placed.v1", serde_json::to_string(&fact(3)).unwrap()).await;
    put("store.order.paid.v1", serde_json::to_string(&fact(4)).unwrap()).await;

    let database = sqlite("reports", &[]).await;
    let inbox = Arc::new(SqlMessages::new(database, Arc::new(SystemClock)));
    let hear = Subscription::to(HEAR, &["store.order.paid.v1"], Arc::new(Deaf)).only("colour", &["blue"]);
    let other = Subscription::to(OTHER, &["store.order.paid.v1", "store.order.refunded.v1"], Arc::new(Deaf));
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let reports = broker(&server.url()).post("reports");
    reports.fetch(&(inbox.clone() as Arc<dyn Inbox>), &[hear, other], &Lease::alone(), &tasks, &stop);
    let arrived = || async { (inbox.counts().await.unwrap().open == 2).then_some(()) };
    eventually(Duration::from_secs(30), arrived).await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;

    let letters = inbox.dead_letters(10).await.unwrap();
    let of = |consumer: ConsumerName| letters.iter().filter(move |letter| letter.consumer == consumer.as_str());
    assert_eq!(
        (of(HEAR).count(), of(OTHER).count()),
        (2, 2),
        "no filter keeps an operator from seeing them: {letters:?}"
    );
    assert!(letters.iter().all(|letter| letter.code == "unreadable" && letter.event_type == "store.order.paid.v1"));
    let forged = of(OTHER).find(|letter| letter.subject == "s").unwrap();
    assert!(forged.error.contains("/customer") && forged.message["data"]["id"] == "fact-2");
    let torn = of(OTHER).find(|letter| letter.subject != "s").unwrap();
    assert_eq!(torn.message["data"], "no JSON at all");
    let claimable = inbox.claim(claim(OTHER)).await.unwrap();
    let numbers: Vec<u64> = claimable.iter().map(|delivery| delivery.envelope.sequence).collect();
    assert_eq!(numbers, [1], "fact 4 waits behind the letter in its lane");
}

fn claim(consumer: ConsumerName) -> chassis_messaging::Claim {
    use shared_kernel::{Clock as _, Ids as _};
    chassis_messaging::Claim {
        consumer,
        lanes: 10,
        now: SystemClock.now().plus(Duration::from_secs(1)),
        steady: SystemClock.steady(),
        lease_for: Duration::from_mins(1),
        lease: shared_kernel::LeaseToken(chassis_system::SystemIds.uuid()),
    }
}

on_each_server! { what_cannot_be_read_is_a_dead_letter_in_its_place }
