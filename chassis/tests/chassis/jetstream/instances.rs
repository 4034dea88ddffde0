//! Several instances of one context on one PostgreSQL schema: one of them reads, and another goes on when it dies.

use std::thread;

use chassis::sql::Database;
use chassis::testing::{Nats, NatsServer, postgres, shared_cluster};
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
