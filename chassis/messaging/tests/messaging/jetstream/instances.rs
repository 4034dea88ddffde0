//! Several instances of one context on one PostgreSQL schema: one of them reads, and another goes on when it dies.

use std::thread;
use std::time::Duration;

use chassis_sql::Database;
use chassis_sql::params;
use chassis_testing::{Nats, NatsServer, eventually, free_port, postgres, shared_cluster};
use tokio::runtime::{Builder, Runtime};

use super::shop::{Process, Shop, TALLY};

/// A process that can die where it stands: all its tasks run on a runtime of its own.
fn doomed(schema: &'static str, url: &str) -> Runtime {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let settings = shared_cluster(schema).unwrap();
        let process = Process::of_reports(&Database::postgres(&settings).await.unwrap(), url).await;
        std::mem::forget(process);
    });
    runtime
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_instance_that_reads_dies_another_goes_on() {
    const SCHEMA: &str = "reports_instances";
    let Some(server) = NatsServer::start(Nats::Installed) else { return };
    let (Some(order), Some(settings)) = (postgres("order", &[]).await, shared_cluster(SCHEMA)) else { return };
    let reports = Database::postgres(&settings).await.unwrap();
    reports.migrate("reports", TALLY).await.unwrap();
    let url = server.url();
    let first = thread::spawn(move || doomed(SCHEMA, &url)).join().unwrap();
    let mut shop = Shop::on(order, reports, &server.url()).await;
    shop.state(300).await;
    shop.is_in_the_middle().await;
    first.shutdown_background();
    shop.state(300).await;
    shop.has_counted_everything().await;
    shop.close().await;
}

async fn is_leased(database: &Database, name: &'static str) -> bool {
    let sql = "SELECT holder FROM lease WHERE name = $1 AND until > 0";
    let job = database.read(move |tx| Box::pin(async move { tx.fetch_optional(sql, params![name]).await }));
    job.await.unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_cannot_reach_the_broker_leaves_the_work_to_one_that_can() {
    let Some(server) = NatsServer::start(Nats::Installed) else { return };
    let (Some(order), Some(reports)) = (postgres("order", &[]).await, postgres("reports", TALLY).await) else { return };
    let nowhere = format!("nats://127.0.0.1:{}", free_port());
    let cut_off = [Process::of_order(&order, &nowhere).await, Process::of_reports(&reports, &nowhere).await];
    let both = || async { (is_leased(&order, "relays").await && is_leased(&reports, "pullers").await).then_some(()) };
    eventually(Duration::from_secs(10), both).await;
    let mut shop = Shop::on(order.clone(), reports.clone(), &server.url()).await;
    shop.state(30).await;
    shop.has_counted_everything().await;
    shop.close().await;
    for process in cut_off {
        process.end().await;
    }
}
