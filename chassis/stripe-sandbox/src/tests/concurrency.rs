//! Two processes of one sandbox, at two handles on its database: together they are one provider.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chassis_sql::Database;
use chassis_testing::{FixedClock, eventually, shared_cluster, sqlite};
use futures_util::future::join_all;
use futures_util::join;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{Answered, Wire, World};
use crate::store::MIGRATIONS;
use crate::webhooks::Sender;

/// Two processes, which live at the same time.
struct Two {
    one: World,
    other: World,
    clock: Arc<FixedClock>,
}

impl Two {
    async fn at([one, other]: [Database; 2]) -> Self {
        let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
        let one = World::on(one, Arc::clone(&clock), 0).await;
        let other = World::on(other, Arc::clone(&clock), 1 << 40).await;
        Self { one, other, clock }
    }

    async fn on_sqlite() -> Self {
        let database = sqlite("sandbox", MIGRATIONS).await;
        Self::at([database.clone(), database]).await
    }

    async fn on_postgres() -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let settings = shared_cluster(&format!("two_sandboxes_{}", NEXT.fetch_add(1, Ordering::Relaxed)))?;
        let one = Database::postgres(&settings).await.unwrap();
        Some(Self::at([one, Database::postgres(&settings).await.unwrap()]).await)
    }

    /// By turns the one and the other.
    fn turn(&self, number: usize) -> &World {
        if number.is_multiple_of(2) { &self.one } else { &self.other }
    }

    async fn event_types(&self) -> Vec<String> {
        let told = self.one.get("events?limit=100").await.body;
        let mut told: Vec<String> =
            told["data"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect();
        told.sort_unstable();
        told
    }
}

fn statuses(answers: &[Answered]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

async fn a_key_has_one_effect_at_every_process(two: Two) {
    let form = "amount=5990&currency=nzd&metadata[order_id]=o-1";
    let answers = join_all((0..20).map(|n| two.turn(n).keyed("intent-1", "payment_intents", form))).await;
    let given: Vec<&Answered> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert!(answers.iter().all(|answer| [200, 409].contains(&answer.status)));
    assert_eq!(given.iter().filter(|answer| !answer.replayed).count(), 1);
    assert!(given.iter().all(|answer| answer.body == given[0].body));
    assert_eq!(two.event_types().await, ["payment_intent.created"]);

    two.clock.advance(Duration::from_hours(24 * 40));
    two.one.sandbox.core.settle().await.unwrap();
    let (forgotten, late) = join!(two.other.sandbox.core.forget(), two.one.keyed("intent-1", "payment_intents", form));
    forgotten.unwrap();
    assert!(!late.replayed && late.id() != given[0].id(), "a key is forgotten after a day");
    let again = two.other.keyed("intent-1", "payment_intents", form).await;
    assert!(again.replayed && again.id() == late.id(), "but not when it has just been used again");
}

async fn an_intent_is_paid_once(two: Two) {
    let intent = two.one.intent().await.id();
    let confirm = format!("payment_intents/{intent}/confirm");
    let answers = join_all((0..10).map(|n| two.turn(n).post(&confirm, "payment_method=pm_card_visa"))).await;
    assert_eq!(statuses(&answers), [vec![200], vec![400; 9]].concat());
    assert_eq!(two.event_types().await, ["payment_intent.created", "payment_intent.succeeded"]);
}

async fn an_intent_is_paid_or_cancelled(two: Two) {
    for round in 0..6 {
        let intent = two.one.intent().await.id();
        let (confirm, cancel) =
            (format!("payment_intents/{intent}/confirm"), format!("payment_intents/{intent}/cancel"));
        let (paid, cancelled) =
            join!(two.turn(round).post(&confirm, "payment_method=pm_card_visa"), two.turn(round + 1).post(&cancel, ""));
        let status = two.one.status(&intent).await;
        let outcome = (paid.status, cancelled.status, status.as_str());
        assert!([(200, 400, "succeeded"), (400, 200, "canceled")].contains(&outcome), "{outcome:?}");
    }
}

async fn refunds_by_intent_and_by_charge_never_exceed_what_came(two: Two) {
    let intent = two.one.paid().await;
    let charge = two.one.get(&format!("payment_intents/{intent}")).await.body["latest_charge"].clone();
    let by_intent = format!("payment_intent={intent}&amount=900");
    let by_charge = format!("charge={}&amount=900", charge.as_str().unwrap());
    let form = |n: usize| if n % 4 < 2 { &by_intent } else { &by_charge };
    let answers = join_all((0..20).map(|n| two.turn(n).post("refunds", form(n)))).await;
    assert_eq!(statuses(&answers), [vec![200; 6], vec![400; 14]].concat(), "59.90 gives 9.00 six times");
}

async fn a_session_is_paid_or_expires(two: Two) {
    let form = "mode=payment&success_url=http://shop.test/done&line_items[0][price_data][currency]=nzd\
        &line_items[0][price_data][unit_amount]=1000&line_items[0][price_data][product_data][name]=Mug";
    for round in 0..6 {
        let made = two.one.post_as_of("2020-08-27", "checkout/sessions", form).await;
        let (session, intent) = (made.id(), made.body["payment_intent"].as_str().unwrap().to_owned());
        let (confirm, expire) =
            (format!("payment_intents/{intent}/confirm"), format!("checkout/sessions/{session}/expire"));
        let (paid, expired) =
            join!(two.turn(round).post(&confirm, "payment_method=pm_card_visa"), two.turn(round + 1).post(&expire, ""));
        let status = two.one.get(&format!("checkout/sessions/{session}")).await.status_of_object().to_owned();
        let outcome = (paid.status, expired.status, status.as_str());
        assert!([(200, 400, "complete"), (400, 200, "expired")].contains(&outcome), "{outcome:?}");
    }
}

async fn what_is_slow_comes_to_its_end_once(two: Two) {
    let pay = |method: &str| format!("amount=500&currency=nzd&confirm=true&payment_method={method}");
    two.one.post("payment_intents", &pay("pm_usBankAccount_success")).await;
    let failing = two.one.post("payment_intents", &pay("pm_card_refundFail")).await.id();
    two.one.post("refunds", &format!("payment_intent={failing}")).await;
    two.clock.advance(Duration::from_secs(6));
    let (one, other) = (&two.one.sandbox.core, &two.other.sandbox.core);
    let settled = join!(one.settle(), other.settle(), one.settle(), other.settle());
    for settled in [settled.0, settled.1, settled.2, settled.3] {
        settled.unwrap();
    }
    let told = two.event_types().await;
    let times = |kind: &str| told.iter().filter(|told| *told == kind).count();
    assert_eq!((times("payment_intent.succeeded"), times("refund.failed")), (2, 1), "{told:?}");
    assert_eq!(two.other.post("refunds", &format!("payment_intent={failing}")).await.status, 200);
}

chassis_testing::on_both_engines! {
    #[actix_web::test] super::Two::on_sqlite().await, super::Two::on_postgres().await =>
    a_key_has_one_effect_at_every_process
    an_intent_is_paid_once
    an_intent_is_paid_or_cancelled
    refunds_by_intent_and_by_charge_never_exceed_what_came
    a_session_is_paid_or_expires
    what_is_slow_comes_to_its_end_once
}

/// Posts over `wire` until it is stopped.
fn sender(world: &World, wire: &Arc<Wire>, stop: &CancellationToken) -> impl Future<Output = ()> + use<> {
    Sender::new(Arc::clone(&world.sandbox.core), Arc::clone(wire) as _).run(stop.clone())
}

/// What came over the wire, by event.
fn arrived(wire: &Wire) -> Vec<String> {
    let posted = wire.posted.lock().unwrap();
    let event = |body: &str| serde_json::from_str::<Value>(body).unwrap()["id"].as_str().unwrap().to_owned();
    let mut events: Vec<String> = posted.iter().map(|(_, body)| event(body)).collect();
    events.sort_unstable();
    events
}

#[actix_web::test]
async fn one_process_posts_and_the_other_takes_over_when_it_stops() {
    let Some(two) = Two::on_postgres().await else { return };
    let (wire, stop_one, stop_other) = (Arc::new(Wire::default()), CancellationToken::new(), CancellationToken::new());
    let all_arrived = |count: usize| {
        let (wire, world) = (Arc::clone(&wire), &two.one);
        eventually(Duration::from_secs(20), move || {
            let wire = Arc::clone(&wire);
            async move { (world.waiting_webhooks().await.is_empty() && arrived(&wire).len() >= count).then_some(()) }
        })
    };
    let watch = async {
        for n in 0..10 {
            two.turn(n).paid().await;
        }
        all_arrived(10).await;
        stop_one.cancel();
        for n in 0..10 {
            two.turn(n).paid().await;
        }
        all_arrived(20).await;
        stop_other.cancel();
    };
    join!(sender(&two.one, &wire, &stop_one), sender(&two.other, &wire, &stop_other), watch);
    let mut events = arrived(&wire);
    let posted = events.len();
    events.dedup();
    assert_eq!((posted, events.len()), (20, 20), "each event is posted once");
}
