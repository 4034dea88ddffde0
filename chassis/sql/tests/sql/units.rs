//! Units of work: together or not at all, durable when answered, and never harmed by a neighbour.

use chassis_sql::params;
use chassis_sql::{Database, Dialect, Migration};
use chassis_testing::sqlite;
use futures_util::future::join_all;
use shared_kernel::StoreError;

const NOTES: &[Migration] = &[Migration {
    version: 1,
    name: "notes",
    sqlite: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL CHECK (text <> 'bad')) STRICT;",
    postgres: "CREATE TABLE note (id BIGINT PRIMARY KEY, text TEXT NOT NULL CHECK (text <> 'bad'));",
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

async fn a_failing_unit_of_work_leaves_nothing_and_harms_no_neighbour(database: Database) {
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

async fn a_caller_who_goes_away_leaves_a_whole_commit_or_none(database: Database) {
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

async fn an_edited_migration_is_refused(database: Database) {
    database.migrate("notes", NOTES).await.unwrap();
    let other = "CREATE TABLE other (id INTEGER);";
    let edited = [Migration { sqlite: other, postgres: other, ..NOTES[0] }];
    assert!(matches!(database.migrate("notes", &edited).await, Err(StoreError::Corrupt { .. })));
}

async fn a_column_that_is_not_what_it_should_be_is_named(database: Database) {
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

async fn those_who_decide_on_the_same_row_do_so_one_after_the_other(database: Database) {
    put(&database, 1, "0", None).await.unwrap();
    let count = || {
        database.write(|tx| {
            Box::pin(async move {
                let rows = tx.fetch_for_update("SELECT text FROM note WHERE id = 1", params![]).await?;
                let counted: i64 = rows[0].get::<String>("text")?.parse().unwrap();
                let next = (counted + 1).to_string();
                tx.execute("UPDATE note SET text = $1 WHERE id = 1", params![next]).await.map(|_| ())
            })
        })
    };
    join_all((0..100).map(|_| count())).await.into_iter().for_each(Result::unwrap);
    let job = database.read(|tx| {
        Box::pin(async move { tx.fetch("SELECT text FROM note", params![]).await?[0].get::<String>("text") })
    });
    assert_eq!(job.await.unwrap(), "100");
}

/// Each looks whether the key is there, and takes it if it is not: the ones that come too late see it when they are run
/// again.
async fn those_who_take_the_same_key_end_with_one_of_it(database: Database) {
    let take = || {
        database.write(|tx| {
            Box::pin(async move {
                if tx.fetch_optional("SELECT id FROM note WHERE id = 7", params![]).await?.is_some() {
                    return Err(StoreError::Conflict("the note"));
                }
                tx.execute("INSERT INTO note (id, text) VALUES (7, 'mine')", params![]).await.map(|_| ())
            })
        })
    };
    let answers = join_all((0..50).map(|_| take())).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let refused = answers.iter().filter(|answer| matches!(answer, Err(StoreError::Conflict("the note"))));
    assert_eq!(refused.count(), 49);
}

async fn a_text_with_a_nul_is_looked_for_in_vain(database: Database) {
    put(&database, 1, "good", None).await.unwrap();
    let found = |text: &'static str| {
        database.read(move |tx| {
            Box::pin(async move { tx.fetch("SELECT id FROM note WHERE text = $1", params![text]).await })
        })
    };
    let counts =
        (found("good").await.unwrap().len(), found("good\0").await.unwrap().len(), found("\0").await.unwrap().len());
    assert_eq!(counts, (1, 0, 0));
}

async fn a_mark_is_made_once(database: Database) {
    let now = shared_kernel::Timestamp::from_micros(1);
    assert!(!database.is_marked("furnished").await.unwrap());
    let made = join_all((0..20).map(|_| database.mark("furnished", now))).await;
    assert_eq!(made.into_iter().filter(|made| *made.as_ref().unwrap()).count(), 1);
    assert!(database.is_marked("furnished").await.unwrap());
}

async fn only_work_that_asks_for_it_may_take_all_the_time_it_needs(database: Database) {
    let limits = |asks: bool| {
        database.write(move |tx| {
            Box::pin(async move {
                if asks {
                    tx.disable_statement_timeout().await?;
                }
                let limit = match tx.dialect() {
                    Dialect::Sqlite => return Ok(!asks),
                    Dialect::Postgres => "SELECT current_setting('statement_timeout') AS most",
                };
                Ok(tx.fetch(limit, params![]).await?[0].get::<String>("most")? != "0")
            })
        })
    };
    for asks in [false, true, false] {
        assert_eq!(limits(asks).await.unwrap(), !asks);
    }
}

async fn work_is_counted(database: Database) {
    let before = database.work();
    join_all((1..=20).map(|id| put(&database, id, "good", None))).await.into_iter().for_each(Result::unwrap);
    let _refused = put(&database, 21, "good", Some("refuse")).await;
    assert_eq!(ids(&database).await.len(), 20);
    let after = database.work();
    assert_eq!((after.reads - before.reads, after.rows - before.rows), (1, 20));
    assert!(after.statements - before.statements >= 21, "{before:?} {after:?}");
    let (writes, commits) = (after.writes - before.writes, after.commits - before.commits);
    assert!((20..=21).contains(&writes) && (1..=writes).contains(&commits), "{before:?} {after:?}");
}

async fn long_reads_see_what_short_ones_see(database: Database) {
    put(&database, 1, "good", None).await.unwrap();
    let found =
        database.read_long(|tx| Box::pin(async move { Ok(tx.fetch("SELECT id FROM note", params![]).await?.len()) }));
    assert_eq!(found.await.unwrap(), ids(&database).await.len());
}

async fn as_many_read_as_want_to(database: Database) {
    put(&database, 1, "good", None).await.unwrap();
    let reading = (0..100).map(|_| async { (ids(&database).await, ids(&database).await) });
    for found in join_all(reading).await {
        assert_eq!(found, (vec![1], vec![1]));
    }
}

#[tokio::test]
async fn however_many_read_for_long_there_is_room_for_those_who_read_a_moment() {
    let database = sqlite("notes", NOTES).await;
    let open = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let reading = (0..20).map(|_| {
        let (database, open) = (database.clone(), std::sync::Arc::clone(&open));
        tokio::spawn(async move {
            let waiting = database.read_long(move |_| {
                let open = std::sync::Arc::clone(&open);
                Box::pin(async move { open.acquire().await.map(drop).map_err(StoreError::unavailable) })
            });
            waiting.await.unwrap();
        })
    });
    let reading: Vec<_> = reading.collect();
    tokio::task::yield_now().await;
    assert_eq!(tokio::time::timeout(std::time::Duration::from_secs(30), ids(&database)).await.unwrap(), [0_i64; 0]);
    open.add_permits(1);
    join_all(reading).await.into_iter().for_each(Result::unwrap);
}

chassis_testing::on_both_engines! {
    #[tokio::test] chassis_testing::sqlite("notes", super::NOTES).await, chassis_testing::postgres("notes", super::NOTES).await =>
    a_failing_unit_of_work_leaves_nothing_and_harms_no_neighbour
    a_caller_who_goes_away_leaves_a_whole_commit_or_none
    an_edited_migration_is_refused
    a_column_that_is_not_what_it_should_be_is_named
    those_who_decide_on_the_same_row_do_so_one_after_the_other
    those_who_take_the_same_key_end_with_one_of_it
    a_text_with_a_nul_is_looked_for_in_vain
    a_mark_is_made_once
    only_work_that_asks_for_it_may_take_all_the_time_it_needs
    work_is_counted
    long_reads_see_what_short_ones_see
    as_many_read_as_want_to
}
