//! What this machine can do at best: single inserts, each in a transaction of its own that is on disk when it is answered,
//! by as many at once as there are buyers. An order is some thirty transactions; how many orders there are for so many of
//! these says more about the shop than a number of seconds, which says most about the machine.

use std::time::{Duration, Instant};

use chassis::params;
use chassis::sql::{Database, Migration, PostgresSettings};
use secrecy::SecretString;
use tokio::task::JoinSet;

use crate::CONCURRENCY;
use crate::support::process::Shop;

const ROWS: &[Migration] = &[Migration {
    version: 1,
    name: "rows",
    sqlite: "CREATE TABLE yard (id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;",
    postgres: "CREATE TABLE yard (id TEXT PRIMARY KEY, text TEXT NOT NULL);",
}];
const FOR: Duration = Duration::from_secs(5);

/// How many such transactions the engine of this shop commits in a second.
pub async fn commits_per_second(shop: &Shop) -> f64 {
    let database = match &shop.servers {
        None => chassis::testing::sqlite("yard", ROWS).await,
        Some(servers) => {
            let url = SecretString::from(servers.cluster().url("yard"));
            let connections = u32::try_from(CONCURRENCY).unwrap();
            let settings = PostgresSettings { url, schema: servers.database.clone(), connections, forgetful: false };
            let database = Database::postgres(&settings).await.unwrap();
            database.migrate("yard", ROWS).await.unwrap();
            database
        }
    };
    let (mut writers, begun) = (JoinSet::new(), Instant::now());
    for writer in 0..CONCURRENCY {
        let database = database.clone();
        writers.spawn(async move {
            let mut written = 0_u32;
            while begun.elapsed() < FOR {
                insert(&database, format!("{writer}-{written}")).await;
                written += 1;
            }
            written
        });
    }
    let written: u32 = writers.join_all().await.into_iter().sum();
    f64::from(written) / begun.elapsed().as_secs_f64()
}

async fn insert(database: &Database, id: String) {
    let row = database.write(move |tx| {
        let id = id.clone();
        Box::pin(async move {
            let sql = "INSERT INTO yard (id, text) VALUES ($1, $2)";
            tx.execute(sql, params![id, "x".repeat(1_000)]).await
        })
    });
    row.await.unwrap();
}
