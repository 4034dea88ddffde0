//! Units of work: together or not at all, durable when answered, and never harmed by a neighbour.

use chassis::params;
use chassis::sql::{Database, Migration};
use chassis::testing::sqlite;
use futures_util::future::join_all;
use shared_kernel::StoreError;

const NOTES: &[Migration] = &[Migration {
    version: 1,
    name: "notes",
    sqlite: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL CHECK (text <> 'bad')) STRICT;",
}];

async fn put(database: &Database, id: i64, text: &'static str, then: Option<&'static str>) -> Result<(), StoreError> {
    let job = database.write(move |tx| {
        Box::pin(async move {
            tx.execute("INSERT INTO note (id, text) VALUES ($1, $2)", params![id, text]).await?;
            match then {
                Some("refuse") => Err(StoreError::Stale),
                Some(panic) => panic!("{panic}"),
                None => Ok(()),
            }
        })
    });
    job.await
}

async fn ids(database: &Database) -> Vec<i64> {
    let job = database.read(|tx| {
        Box::pin(async move {
            tx.fetch("SELECT id FROM note ORDER BY id", params![]).await?.iter().map(|row| row.get("id")).collect()
        })
    });
    job.await.unwrap()
}

#[tokio::test]
async fn a_failing_unit_of_work_leaves_nothing_and_harms_no_neighbour() {
    let database = sqlite("notes", NOTES).await;
    let jobs = (1..=60).map(|id| {
        let then = match id % 10 {
            3 => Some("refuse"),
            5 => Some("a fault of ours"),
            _ => None,
        };
        put(&database, id, if id % 10 == 7 { "bad" } else { "good" }, then)
    });
    let answers = join_all(jobs).await;
    for (id, answer) in (1..).zip(&answers) {
        match id % 10 {
            3 => assert!(matches!(answer, Err(StoreError::Stale)), "{id}: {answer:?}"),
            5 | 7 => assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{id}: {answer:?}"),
            _ => assert!(answer.is_ok(), "{id}: {answer:?}"),
        }
    }
    let kept: Vec<i64> = (1..=60).filter(|id| ![3, 5, 7].contains(&(id % 10))).collect();
    assert_eq!(ids(&database).await, kept);
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_a_whole_commit_or_none() {
    let database = sqlite("notes", NOTES).await;
    for id in 1..=50 {
        let job = put(&database, id, "good", None);
        let _dropped =
            tokio::time::timeout(std::time::Duration::from_micros(u64::try_from(id).unwrap() * 7), job).await;
    }
    put(&database, 1_000, "good", None).await.unwrap();
    assert!(ids(&database).await.contains(&1_000), "the writer still serves");
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let database = sqlite("notes", NOTES).await;
    let job = database
        .read(|tx| Box::pin(async move { tx.execute("INSERT INTO note (id, text) VALUES (1, 'x')", params![]).await }));
    assert!(job.await.is_err());
}

#[tokio::test]
async fn an_edited_migration_is_refused() {
    let database = sqlite("notes", NOTES).await;
    database.migrate("notes", NOTES).await.unwrap();
    let edited = [Migration { sqlite: "CREATE TABLE other (id INTEGER) STRICT;", ..NOTES[0] }];
    assert!(matches!(database.migrate("notes", &edited).await, Err(StoreError::Corrupt { .. })));
}

#[tokio::test]
async fn a_column_that_is_not_what_it_should_be_is_named() {
    let database = sqlite("notes", NOTES).await;
    put(&database, 1, "not a number", None).await.unwrap();
    let job = database.read(|tx| {
        Box::pin(async move {
            let row = tx.fetch_optional("SELECT text FROM note", params![]).await?;
            row.map(|row| row.get::<uuid::Uuid>("text")).transpose()
        })
    });
    let Err(StoreError::Corrupt { row, .. }) = job.await else { panic!("read a UUID out of prose") };
    assert_eq!(row, "text");
}
