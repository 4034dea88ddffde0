//! A stream forgets persons that the outbox has forgotten, and its consumers do not notice.

use std::time::Duration;

use async_nats::jetstream::Context;
use chassis_messaging::{Record, Recorder, erase_fields, scrub};
use chassis_sql::Database;
use chassis_system::SystemClock;
use chassis_testing::{NatsServer, eventually};
use serde_json::json;
use shared_kernel::{Clock as _, EventDraft};

use super::shop::Shop;
use super::{administrator, broker, on_each_server};

const SOON: Duration = Duration::from_secs(30);
/// A fact that the other process does not listen to.
const PLACED: &str = "store.order.placed.v1";

async fn state_a_name(database: &Database, recorder: &Recorder) {
    let recorder = recorder.clone();
    let stated = database.write(move |tx| {
        let recorder = recorder.clone();
        Box::pin(async move {
            let draft = EventDraft::new(PLACED, "kea", &json!({"email": "kea@example.org", "quantity": 2}));
            recorder.record(tx, Record { events: vec![draft], ..Record::default() }).await
        })
    });
    stated.await.unwrap();
}

/// How many messages the stream holds, if one of them holds this text.
async fn on_the_stream(bus: &Context, text: &str) -> Option<u64> {
    let mut stream = bus.get_stream("store_order").await.ok()?;
    let state = stream.info().await.ok()?.state.clone();
    let mut found = false;
    for number in state.first_sequence..=state.last_sequence {
        let message = stream.get_raw_message(number).await.ok()?;
        found |= String::from_utf8_lossy(&message.payload).contains(text);
    }
    found.then_some(state.messages)
}

async fn a_stream_forgets_whom_the_outbox_has_forgotten(server: NatsServer) {
    let mut shop = Shop::open(&server.url()).await;
    let bus = administrator(&server.url()).await;
    shop.state(50).await;
    state_a_name(&shop.order, &shop.recorder()).await;
    eventually(SOON, || on_the_stream(&bus, "kea@example.org")).await;
    let (now, post) = (SystemClock.now(), broker(&server.url()).post("order"));
    let scrubbed = shop.order.write(move |tx| {
        Box::pin(async move { scrub(tx, "kea", |_, data| erase_fields(data, &["email"]), now).await })
    });
    assert_eq!(scrubbed.await.unwrap(), 1);
    post.renew_if_older(SystemClock.now(), SystemClock.now()).await.unwrap();
    eventually(SOON, || async { on_the_stream(&bus, "\"email\":\"erased\"").await.filter(|facts| *facts == 51) }).await;
    assert_eq!(on_the_stream(&bus, "kea@example.org").await, None);
    shop.state(20).await;
    shop.has_counted_everything().await;
    shop.close().await;
}

on_each_server! {
    a_stream_forgets_whom_the_outbox_has_forgotten
}
