//! What makes a commit durable, connection by connection, and servers that could forget one.

use chassis_sql::params;
use chassis_sql::{Database, Tx};
use chassis_testing::{Cluster, shared_cluster, sqlite};
use secrecy::SecretString;
use shared_kernel::StoreError;

/// `synchronous` by its number: `NORMAL` is 1 and loses the last commits in a power cut.
const FULL: i64 = 2;

#[derive(Debug, PartialEq, Eq)]
struct Pragmas {
    journal: String,
    synchronous: i64,
    foreign_keys: i64,
    trusted_schema: i64,
    query_only: i64,
    mmap_size: i64,
}

async fn pragmas(tx: &mut Tx) -> Result<Pragmas, StoreError> {
    Ok(Pragmas {
        journal: tx.fetch("PRAGMA journal_mode", params![]).await?[0].get("journal_mode")?,
        synchronous: tx.fetch("PRAGMA synchronous", params![]).await?[0].get("synchronous")?,
        foreign_keys: tx.fetch("PRAGMA foreign_keys", params![]).await?[0].get("foreign_keys")?,
        trusted_schema: tx.fetch("PRAGMA trusted_schema", params![]).await?[0].get("trusted_schema")?,
        query_only: tx.fetch("PRAGMA query_only", params![]).await?[0].get("query_only")?,
        mmap_size: tx.fetch("PRAGMA mmap_size", params![]).await?[0].get("mmap_size")?,
    })
}

#[tokio::test]
async fn every_connection_of_a_file_syncs_each_commit_and_checks_what_refers() {
    let database = sqlite("order", &[]).await;
    let expected = |query_only| Pragmas {
        journal: "wal".to_owned(),
        synchronous: FULL,
        foreign_keys: 1,
        trusted_schema: 0,
        query_only,
        mmap_size: 0,
    };
    let writer = database.write(|tx| Box::pin(pragmas(tx))).await.unwrap();
    assert_eq!(writer, expected(0), "the writer");
    // Two readers at once are two connections.
    let read = || database.read(|tx| Box::pin(pragmas(tx)));
    let (one, other) = tokio::join!(read(), read());
    assert_eq!((one.unwrap(), other.unwrap()), (expected(1), expected(1)), "the readers");
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let database = sqlite("order", &[]).await;
    let written = database.read(|tx| {
        Box::pin(async move {
            tx.execute("INSERT INTO marker (name, made_at) VALUES ('by a reader', 1)", params![]).await.map(|_| ())
        })
    });
    assert!(written.await.is_err());
}

/// What opening a schema of this server answers, by its causes.
async fn refused(url: &str, schema: &str) -> Option<String> {
    let mut settings = shared_cluster(schema)?;
    (settings.url, settings.forgetful) = (SecretString::from(url), false);
    let error = Database::postgres(&settings).await.err()?;
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    Some(text)
}

#[tokio::test]
async fn a_server_that_may_forget_commits_is_refused_by_the_name_of_the_setting() {
    let Some(mut cluster) = Cluster::start(true) else { return };
    let url = cluster.url("postgres");
    assert_eq!(refused(&url, "durable").await, None, "it keeps its promises");
    let set = |cluster: &Cluster, setting: &str| {
        for statement in [format!("ALTER SYSTEM SET {setting} = off"), "SELECT pg_reload_conf()".to_owned()] {
            assert!(cluster.psql("postgres", &statement).status.success(), "{statement}");
        }
    };
    set(&cluster, "full_page_writes");
    let said = chassis_testing::eventually(std::time::Duration::from_secs(10), || refused(&url, "torn")).await;
    assert!(said.contains("full_page_writes = off") && said.contains("can lose commits"), "{said}");
    cluster.kill();
    let Some(forgetful) = shared_cluster("forgetful") else { return };
    let url = secrecy::ExposeSecret::expose_secret(&forgetful.url).to_owned();
    let said = refused(&url, "forgetful").await.unwrap();
    assert!(said.contains("fsync = off") && said.contains("can lose commits"), "{said}");
}

/// The server's process that serves a connection, by a unit of work that reads.
async fn backend(database: &Database) -> i64 {
    let pid = database.read(|tx| {
        Box::pin(
            async move { tx.fetch("SELECT CAST(pg_backend_pid() AS BIGINT) AS pid", params![]).await?[0].get("pid") },
        )
    });
    pid.await.unwrap()
}

#[tokio::test]
async fn a_connection_that_has_died_between_two_units_of_work_is_replaced_before_anyone_notices() {
    let Some(database) = chassis_testing::postgres("order", &[]).await else { return };
    let Some(other) = chassis_testing::postgres("order", &[]).await else { return };
    for writes in [false, true, false] {
        let dead = backend(&database).await;
        assert_eq!(backend(&database).await, dead, "the same connection serves again");
        let ended = other.read(move |tx| {
            Box::pin(async move {
                let sql = "SELECT CASE WHEN pg_terminate_backend(CAST($1 AS INTEGER), 5000) THEN 1 ELSE 0 END AS ended";
                tx.fetch(sql, params![dead]).await?[0].get::<i64>("ended")
            })
        });
        assert_eq!(ended.await.unwrap(), 1);
        if writes {
            database.probe().await.unwrap();
        }
        assert_ne!(backend(&database).await, dead);
    }
}
