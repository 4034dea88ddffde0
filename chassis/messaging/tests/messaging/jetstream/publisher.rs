//! The order on a stream, whatever is refused, repeated, sent too late or lost.

use std::sync::Arc;

use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use chassis_testing::NatsServer;
use shared_kernel::{Destination, Envelope, EventBus};

use super::{administrator, broker, fact, on_each_server};

const STREAM: &str = "store_order";

fn bus(server: &NatsServer) -> Arc<dyn EventBus> {
    broker(&server.url()).post("order").bus()
}

fn facts(numbers: impl IntoIterator<Item = u32>) -> Vec<Envelope> {
    numbers.into_iter().map(fact).collect()
}

fn stream() -> Destination {
    Destination::new(STREAM)
}

/// The numbers of the facts that the stream keeps, in its order.
async fn kept(server: &NatsServer) -> Vec<u64> {
    let stream = administrator(&server.url()).await.get_stream(STREAM).await.unwrap();
    let state = &stream.cached_info().state;
    let mut kept = Vec::new();
    for number in state.first_sequence..=state.last_sequence {
        if let Ok(message) = stream.get_raw_message(number).await {
            kept.push(serde_json::from_slice::<Envelope>(&message.payload).unwrap().sequence);
        }
    }
    kept
}

async fn the_stream_is_made_to_keep_everything(server: NatsServer) {
    let bus = bus(&server);
    assert_eq!(bus.destinations(), [stream()]);
    assert_eq!(bus.wanted(&stream()), None, "a stream takes every fact");
    let standing = bus.standing(&stream()).await.unwrap();
    let info = administrator(&server.url()).await.get_stream(STREAM).await.unwrap().cached_info().clone();
    assert_eq!(i128::from(standing.epoch), info.created.unix_timestamp_nanos() / 1_000);
    assert_eq!(standing.tip, 0);
    let Config { subjects, storage, discard, deny_delete, deny_purge, max_age, duplicate_window, .. } = info.config;
    assert_eq!(subjects, ["store.order.>"]);
    assert!(storage == StorageType::File && discard == DiscardPolicy::New && deny_delete && deny_purge);
    assert!(max_age.is_zero() && duplicate_window.as_secs() == 120);
}

async fn a_batch_lies_on_the_stream_in_its_order(server: NatsServer) {
    let bus = bus(&server);
    let epoch = bus.standing(&stream()).await.unwrap().epoch;
    let delivered = bus.deliver(&stream(), epoch, &facts(1..=200)).await.unwrap();
    assert_eq!((delivered.wanted, delivered.tip), (200, 200));
    assert_eq!(bus.deliver(&stream(), epoch, &facts(201..=256)).await.unwrap().tip, 256);
    assert_eq!(bus.standing(&stream()).await.unwrap().tip, 256);
    assert_eq!(kept(&server).await, (1..=256).collect::<Vec<_>>());
}

async fn repeats_anywhere_in_a_batch_change_nothing(server: NatsServer) {
    let bus = bus(&server);
    let epoch = bus.standing(&stream()).await.unwrap().epoch;
    bus.deliver(&stream(), epoch, &facts(1..=5)).await.unwrap();
    assert_eq!(bus.deliver(&stream(), epoch, &facts(1..=8)).await.unwrap().tip, 8);
    bus.deliver(&stream(), epoch, &facts([2, 9, 3, 10, 11, 1, 12])).await.unwrap();
    assert_eq!(kept(&server).await, (1..=12).collect::<Vec<_>>());
}

async fn nothing_overtakes_a_fact_that_is_refused(server: NatsServer) {
    let small = Config {
        name: STREAM.to_owned(),
        subjects: vec!["store.order.>".to_owned()],
        max_message_size: 2_000,
        ..Config::default()
    };
    administrator(&server.url()).await.create_stream(small).await.unwrap();
    let bus = bus(&server);
    let epoch = bus.standing(&stream()).await.unwrap().epoch;
    let mut batch = facts(1..=6);
    batch[2].data = serde_json::json!("x".repeat(3_000));
    assert!(bus.deliver(&stream(), epoch, &batch).await.is_err());
    assert_eq!(kept(&server).await, [1, 2], "what came behind it waits with it");
    let epoch = bus.standing(&stream()).await.unwrap().epoch;
    bus.deliver(&stream(), epoch, &facts(1..=6)).await.unwrap();
    assert_eq!(kept(&server).await, [1, 2, 3, 4, 5, 6]);
}

async fn a_process_that_should_have_stopped_puts_nothing_in_between(server: NatsServer) {
    let (old, new) = (bus(&server), bus(&server));
    let epoch = old.standing(&stream()).await.unwrap().epoch;
    old.deliver(&stream(), epoch, &facts(1..=3)).await.unwrap();
    new.standing(&stream()).await.unwrap();
    new.deliver(&stream(), epoch, &facts(3..=5)).await.unwrap();
    assert!(old.deliver(&stream(), epoch, &facts(7..=9)).await.is_err(), "it has not seen 4 to 6 on the stream");
    assert_eq!(kept(&server).await, [1, 2, 3, 4, 5]);
    old.standing(&stream()).await.unwrap();
    old.deliver(&stream(), epoch, &facts(4..=6)).await.unwrap();
    assert_eq!(kept(&server).await, [1, 2, 3, 4, 5, 6]);
}

async fn a_stream_made_again_behind_our_back_takes_nothing_but_its_first_facts(server: NatsServer) {
    let bus = bus(&server);
    let before = bus.standing(&stream()).await.unwrap();
    bus.deliver(&stream(), before.epoch, &facts(1..=3)).await.unwrap();
    let administrator = administrator(&server.url()).await;
    let config = administrator.get_stream(STREAM).await.unwrap().cached_info().config.clone();
    administrator.delete_stream(STREAM).await.unwrap();
    administrator.create_stream(config).await.unwrap();
    assert!(bus.deliver(&stream(), before.epoch, &facts(4..=6)).await.is_err(), "what is known of it is out of date");
    let after = bus.standing(&stream()).await.unwrap();
    assert!(after.epoch != before.epoch && after.tip == 0);
    assert!(bus.deliver(&stream(), before.epoch, &facts(4..=6)).await.is_err(), "that epoch is over");
    bus.standing(&stream()).await.unwrap();
    bus.deliver(&stream(), after.epoch, &facts(1..=6)).await.unwrap();
    assert_eq!(kept(&server).await, [1, 2, 3, 4, 5, 6]);
}

async fn a_hole_in_the_stream_sets_its_tip_back(server: NatsServer) {
    let administrator = administrator(&server.url()).await;
    let config = Config { name: STREAM.to_owned(), subjects: vec!["store.order.>".to_owned()], ..Config::default() };
    let made = administrator.create_stream(config).await.unwrap();
    let first = bus(&server);
    let epoch = first.standing(&stream()).await.unwrap().epoch;
    let tip = first.deliver(&stream(), epoch, &facts(1..=5)).await.unwrap().tip;
    made.delete_message(3).await.unwrap();
    let standing = bus(&server).standing(&stream()).await.unwrap();
    assert!(standing.epoch == epoch && standing.tip < tip, "everything will come again: {standing:?}");
}

on_each_server! {
    the_stream_is_made_to_keep_everything
    a_batch_lies_on_the_stream_in_its_order
    repeats_anywhere_in_a_batch_change_nothing
    nothing_overtakes_a_fact_that_is_refused
    a_process_that_should_have_stopped_puts_nothing_in_between
    a_stream_made_again_behind_our_back_takes_nothing_but_its_first_facts
    a_hole_in_the_stream_sets_its_tip_back
}
