//! Rows move from one engine to the other and back, and are the same.

use std::sync::Arc;

use chassis::messaging::{Inbox as _, Outbox as _, Record, Recorder, SqlMessages};
use chassis::params;
use chassis::sql::transfer::{CopyError, Location, Messages, Snapshot, copy};
use chassis::sql::{Database, Migration};
use chassis::testing::{CountingIds, FixedClock, shared_cluster};
use shared_kernel::{ConsumerName, EventDraft, Timestamp};

const THINGS: &[Migration] = &[Migration {
    version: 1,
    name: "things",
    sqlite: "CREATE TABLE thing (name TEXT PRIMARY KEY, size INTEGER, picture BLOB) STRICT;
        CREATE TABLE counter (one INTEGER PRIMARY KEY, next INTEGER NOT NULL) STRICT;
        INSERT INTO counter (one, next) VALUES (1, 100);",
    postgres: "CREATE TABLE thing (name TEXT PRIMARY KEY, size BIGINT, picture BYTEA);
        CREATE TABLE counter (one BIGINT PRIMARY KEY, next BIGINT NOT NULL);
        INSERT INTO counter (one, next) VALUES (1, 100);",
}];

struct Place {
    location: Location,
    database: Database,
}

async fn file(folder: &tempfile::TempDir, name: &str) -> Place {
    let path = folder.path().join(name);
    let database = Database::sqlite(&path).await.unwrap();
    database.migrate("things", THINGS).await.unwrap();
    Place { location: Location::File(path), database }
}

async fn schema(name: &str) -> Option<Place> {
    let settings = shared_cluster(name)?;
    let database = Database::postgres(&settings).await.unwrap();
    database.migrate("things", THINGS).await.unwrap();
    Some(Place { location: Location::Schema(settings), database })
}

/// Things with names that sort differently in different languages, facts, a message, a task and progress.
async fn fill(database: &Database) {
    let (clock, ids) = (Arc::new(FixedClock::at("2026-11-22T12:00:00Z")), Arc::new(CountingIds::default()));
    let recorder = Recorder::new("things", clock.clone(), ids);
    for (number, name) in (0_i64..).zip(["b", "B", "a", "\u{e4}", "Z", "_", "z z", ""]) {
        let recorder = recorder.clone();
        let size = (number % 3 != 0).then_some(number << 40);
        let job = database.write(move |tx| {
            let recorder = recorder.clone();
            Box::pin(async move {
                let picture = vec![0_u8, 255, u8::try_from(number).unwrap()];
                let sql = "INSERT INTO thing (name, size, picture) VALUES ($1, $2, $3)";
                tx.execute(sql, params![name, size, picture]).await?;
                tx.execute("UPDATE counter SET next = next + 1", params![]).await?;
                let events = vec![EventDraft::new("store.things.made.v1", format!("s{}", number % 2), &name)];
                recorder.record(tx, Record { events, ..Record::default() }).await
            })
        });
        job.await.unwrap();
    }
    let messages = SqlMessages::new(database.clone(), clock);
    let facts = messages.after(0, 100, None).await.unwrap();
    let facts: Vec<_> = facts.into_iter().filter_map(|row| row.envelope).collect();
    messages.accept(ConsumerName::new("listener"), &facts).await.unwrap();
}

async fn a_journey_leaves_everything_as_it_was(from: &Place, to: &Place) {
    fill(&from.database).await;
    let mut source = Snapshot::pin(&from.location).await.unwrap();
    let copied = copy(&mut source, &to.location).await.unwrap();
    let counts: Vec<(&str, u64)> = copied.iter().map(|table| (table.table.as_str(), table.rows)).collect();
    for expected in [("thing", 8), ("counter", 1), ("outbox", 8), ("inbox", 8)] {
        assert!(counts.contains(&expected), "{expected:?} in {counts:?}");
    }
    let again = copy(&mut source, &to.location).await.unwrap();
    assert_eq!(again, copied, "begun again, it finds everything there");
    // It goes on where the source stood: the next fact comes behind the others, the next message as well.
    let before = SqlMessages::new(to.database.clone(), Arc::new(FixedClock::at("2026-11-22T12:00:00Z")));
    let last = before.after(0, 100, None).await.unwrap().last().unwrap().position;
    let recorder = Recorder::new(
        "things",
        Arc::new(FixedClock::at("2026-11-22T13:00:00Z")),
        Arc::new(CountingIds::from(1_000_000)),
    );
    let job = to.database.write(move |tx| {
        let recorder = recorder.clone();
        Box::pin(async move {
            let events = vec![EventDraft::new("store.things.made.v1", "s1", &"late")];
            recorder.record(tx, Record { events, ..Record::default() }).await
        })
    });
    job.await.unwrap();
    let late = before.after(last, 100, None).await.unwrap();
    assert_eq!(late.len(), 1);
    assert_eq!(late[0].envelope.as_ref().unwrap().sequence, 5);
    let refused = copy(&mut source, &to.location).await;
    assert!(matches!(refused, Err(CopyError::NotEmpty(_))), "{refused:?}");
}

#[tokio::test]
async fn from_sqlite_to_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let Some(to) = schema("moved_in").await else { return };
    a_journey_leaves_everything_as_it_was(&file(&folder, "from.db").await, &to).await;
}

#[tokio::test]
async fn from_postgres_to_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let Some(from) = schema("moved_out").await else { return };
    a_journey_leaves_everything_as_it_was(&from, &file(&folder, "to.db").await).await;
}

#[tokio::test]
async fn from_sqlite_to_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    a_journey_leaves_everything_as_it_was(&file(&folder, "from.db").await, &file(&folder, "to.db").await).await;
}

#[tokio::test]
async fn a_snapshot_does_not_see_what_comes_later() {
    let folder = tempfile::tempdir().unwrap();
    let place = file(&folder, "living.db").await;
    let mut early = Snapshot::pin(&place.location).await.unwrap();
    fill(&place.database).await;
    let rows = |digests: &[chassis::sql::transfer::TableDigest]| digests.iter().map(|table| table.rows).sum::<u64>();
    assert_eq!(rows(&early.digest().await.unwrap()), 1, "the counter at its start");
    let mut late = Snapshot::pin(&place.location).await.unwrap();
    assert!(rows(&late.digest().await.unwrap()) > 20);
    let since = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
    let published = late.message_ids(Messages::Published { since }).await.unwrap();
    let mut received = late.message_ids(Messages::Received { source: "/things", since }).await.unwrap();
    assert_eq!(published.len(), 8);
    received.retain(|id| !published.contains(id));
    assert!(received.is_empty());
    assert!(early.message_ids(Messages::Published { since }).await.unwrap().is_empty());
}
