//! Whatever happens to the broker in the middle of a day: nothing is lost, nothing has two effects, order is kept.

use std::time::Duration;

use chassis_sql::transfer::RESTORED_AT;
use chassis_system::SystemClock;
use chassis_testing::{NatsServer, eventually, sqlite};
use futures_util::TryStreamExt as _;
use shared_kernel::{Clock as _, Destination};

use super::shop::{Process, Shop, TALLY};
use super::{administrator, broker, on_each_server};

const SOON: Duration = Duration::from_secs(30);

async fn a_broker_that_is_killed_goes_on(mut server: NatsServer) {
    let mut shop = Shop::open(&server.url()).await;
    for _ in 0..3 {
        shop.state(250).await;
        shop.is_in_the_middle().await;
        server.kill();
        shop.state(50).await;
        server.start_again();
    }
    shop.has_counted_everything().await;
    shop.close().await;
}

async fn a_broker_that_has_lost_its_store_is_given_everything_again(mut server: NatsServer) {
    let mut shop = Shop::open(&server.url()).await;
    for _ in 0..3 {
        shop.state(250).await;
        shop.is_in_the_middle().await;
        server.wipe();
        shop.state(50).await;
        server.start_again();
    }
    shop.has_counted_everything().await;
    shop.close().await;
}

async fn a_stream_that_is_deleted_is_made_again(server: NatsServer) {
    let mut shop = Shop::open(&server.url()).await;
    let administrator = administrator(&server.url()).await;
    for _ in 0..3 {
        shop.state(250).await;
        shop.is_in_the_middle().await;
        eventually(SOON, || async { administrator.delete_stream("store_order").await.ok() }).await;
        shop.state(50).await;
    }
    shop.has_counted_everything().await;
    shop.close().await;
}

/// A restored shop finds the broker of the lost one, with facts on it that the restored shop has neither published nor
/// heard.
async fn a_stream_of_a_past_that_is_gone_is_heard_by_nobody(server: NatsServer) {
    let mut lost = Shop::open(&server.url()).await;
    lost.state(30).await;
    lost.has_counted_everything().await;
    lost.processes.pop().unwrap().end().await;
    lost.state(30).await;
    let administrator = administrator(&server.url()).await;
    let all_there = || async {
        let stream = administrator.get_stream("store_order").await.ok()?;
        (stream.cached_info().state.messages == 60).then_some(())
    };
    eventually(SOON, all_there).await;
    lost.close().await;

    let (order, reports) = (sqlite("order", &[]).await, sqlite("reports", TALLY).await);
    let now = SystemClock.now();
    for database in [&order, &reports] {
        database.mark(RESTORED_AT, now).await.unwrap();
    }
    let mut shop = Shop::on(order, reports, &server.url()).await;
    shop.state(10).await;
    let refused = broker(&server.url()).post("order").restored_at(Some(now)).bus();
    let refused = refused.standing(&Destination::new("store_order")).await.unwrap_err();
    assert!(format!("{refused:?}").contains("older than the restoration"), "{refused:?}");
    administrator.delete_stream("store_order").await.unwrap();
    shop.has_counted_everything().await;
    shop.close().await;
}

async fn a_durable_that_is_deleted_is_made_again(server: NatsServer) {
    let mut shop = Shop::open(&server.url()).await;
    let administrator = administrator(&server.url()).await;
    for _ in 0..3 {
        shop.state(250).await;
        shop.is_in_the_middle().await;
        let delete = async || {
            let durable = durables(&administrator).await.pop()?;
            administrator.delete_consumer_from_stream(&durable, "store_order").await.ok()
        };
        eventually(SOON, delete).await;
        shop.state(50).await;
    }
    shop.has_counted_everything().await;
    shop.close().await;
}

async fn processes_end_and_begin_again_while_facts_come(server: NatsServer) {
    let mut shop = Shop::open(&server.url()).await;
    for _ in 0..3 {
        shop.state(250).await;
        shop.is_in_the_middle().await;
        for process in shop.processes.drain(..) {
            process.end().await;
        }
        shop.state(50).await;
        shop.processes.push(Process::of_reports(&shop.reports, &server.url()).await);
        shop.processes.push(Process::of_order(&shop.order, &server.url()).await);
    }
    shop.has_counted_everything().await;
    shop.close().await;
}

async fn a_consumer_is_rebuilt_while_facts_come(server: NatsServer) {
    let mut shop = Shop::open(&server.url()).await;
    for _ in 0..3 {
        shop.state(250).await;
        shop.is_in_the_middle().await;
        shop.processes[1].replay.start("reports/tally").await.unwrap();
        shop.state(50).await;
    }
    shop.has_counted_everything().await;
    let durables = durables(&administrator(&server.url()).await).await;
    assert!(durables.len() == 1 && durables[0].starts_with("reports-3-"), "older ones are cleared away: {durables:?}");
    shop.close().await;
}

async fn two_readers_who_should_be_one_keep_the_order_all_the_same(server: NatsServer) {
    let mut shop = Shop::open(&server.url()).await;
    shop.processes.push(Process::of_reports(&shop.reports, &server.url()).await);
    for _ in 0..5 {
        shop.state(300).await;
        shop.is_in_the_middle().await;
    }
    shop.has_counted_everything().await;
    shop.close().await;
}

async fn durables(administrator: &async_nats::jetstream::Context) -> Vec<String> {
    let stream = administrator.get_stream("store_order").await.unwrap();
    stream.consumer_names().try_collect().await.unwrap()
}

on_each_server! {
    a_broker_that_is_killed_goes_on
    a_broker_that_has_lost_its_store_is_given_everything_again
    a_stream_that_is_deleted_is_made_again
    a_stream_of_a_past_that_is_gone_is_heard_by_nobody
    a_durable_that_is_deleted_is_made_again
    processes_end_and_begin_again_while_facts_come
    a_consumer_is_rebuilt_while_facts_come
    two_readers_who_should_be_one_keep_the_order_all_the_same
}
