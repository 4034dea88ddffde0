//! Orders that are brought to another engine: the shop goes on there where it stood.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;

use chassis::SystemIds;
use chassis::messaging::Recorder;
use chassis::sql::Database;
use chassis::sql::transfer::{Location, Snapshot, Target};
use chassis::testing::{FixedClock, shared_cluster};
use order::adapters::outbound::sql::{MIGRATIONS, OrderChangeNotifier, SqlOrderStore};
use order::testing::suites::orders::placed;

async fn open(place: &Location) -> SqlOrderStore {
    let database = match place {
        Location::File(path) => Database::sqlite(path).await.unwrap(),
        Location::Schema(settings) => Database::postgres(settings).await.unwrap(),
    };
    database.migrate("order", MIGRATIONS).await.unwrap();
    let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
    let recorder = Recorder::new("order", clock.clone(), Arc::new(SystemIds));
    SqlOrderStore::new(database, recorder, clock, "BS-", OrderChangeNotifier::default())
}

#[tokio::test]
async fn numbers_go_on_from_sqlite_to_postgres_and_back() {
    let folder = tempfile::tempdir().unwrap();
    let Some(schema) = shared_cluster("order_moved") else { return };
    let file = |name| Location::File(folder.path().join(name));
    let mut next = 1;
    let mut before: Option<Location> = None;
    for place in [file("first.db"), Location::Schema(schema), file("last.db")] {
        if let Some(before) = &before {
            let target = Target::new(place.clone(), "order", MIGRATIONS);
            target.take("a test").await.unwrap();
            target.fill(&mut Snapshot::pin(before).await.unwrap()).await.unwrap();
            target.finish().await.unwrap();
        }
        let orders = open(&place).await;
        for _ in 0..9 {
            let number = placed(&orders, next).await.number().to_string();
            assert_eq!(number, format!("BS-{}", 100_000 + next));
            next += 1;
        }
        before = Some(place);
    }
}
