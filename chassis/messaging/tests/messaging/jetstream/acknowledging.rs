//! A message is acknowledged when its inbox has committed it, and not before.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chassis_messaging::{Delivery, Handled, Handler, Inbox, InboxAdmin as _, Lease, SqlMessages, Subscription};
use chassis_sql::Database;
use chassis_sql::params;
use chassis_system::SystemClock;
use chassis_testing::{NatsServer, eventually, sqlite};
use futures_util::TryStreamExt as _;
use shared_kernel::ConsumerName;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{administrator, broker, fact, on_each_server};

/// The stream by itself hands out again after half a minute what was not acknowledged; nothing here waits for that.
const BEFORE_REDELIVERY: Duration = Duration::from_secs(15);
const FACTS: u32 = 5;

struct Deaf;

#[async_trait]
impl Handler for Deaf {
    async fn handle(&self, _: &Delivery) -> Handled {
        Handled::Ignored
    }
}

async fn run(database: &Database, sql: &'static str) {
    let ran = database.write(move |tx| Box::pin(async move { tx.execute(sql, params![]).await.map(|_| ()) }));
    ran.await.unwrap();
}

async fn what_the_inbox_could_not_commit_comes_again(server: NatsServer) {
    let bus = broker(&server.url()).post("order").bus();
    let stream = bus.destinations().remove(0);
    let epoch = bus.standing(&stream).await.unwrap().epoch;
    bus.deliver(&stream, epoch, &(1..=FACTS).map(fact).collect::<Vec<_>>()).await.unwrap();
    let database = sqlite("reports", &[]).await;
    run(&database, "CREATE TRIGGER refuse BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'disk full'); END").await;
    let inbox = Arc::new(SqlMessages::new(database.clone(), Arc::new(SystemClock)));
    let hear = Subscription::to(ConsumerName::new("hear"), &["store.order.paid.v1"], Arc::new(Deaf));
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let reports = broker(&server.url()).post("reports");
    reports.fetch(&(inbox.clone() as Arc<dyn Inbox>), &[hear], &Lease::alone(), &tasks, &stop);
    let administrator = administrator(&server.url()).await;
    let received = || async {
        let stream = administrator.get_stream("store_order").await.ok()?;
        let readers: Vec<_> = stream.consumers().try_collect().await.ok()?;
        readers.iter().any(|reader| reader.delivered.consumer_sequence > 0).then_some(())
    };
    eventually(BEFORE_REDELIVERY, received).await;
    assert_eq!(inbox.counts().await.unwrap().open, 0, "nothing could be committed");
    run(&database, "DROP TRIGGER refuse").await;
    let all = || async { (inbox.counts().await.unwrap().open == u64::from(FACTS)).then_some(()) };
    eventually(BEFORE_REDELIVERY, all).await;
    stop.cancel();
    tasks.close();
    tasks.wait().await;
}

on_each_server! { what_the_inbox_could_not_commit_comes_again }
