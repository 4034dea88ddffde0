//! What this machine can do at best, measured in the same run: how many orders there are for so many of these says more
//! about the shop than a number of seconds, which says most about the machine.

use std::io::Write as _;
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use chassis::params;
use chassis::sql::{Database, Migration, PostgresSettings};
use secrecy::SecretString;
use serde::Serialize;
use tokio::task::JoinSet;

use crate::support::process::Shop;

const ROWS: &[Migration] = &[Migration {
    version: 1,
    name: "rows",
    sqlite: "CREATE TABLE yard (id TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;",
    postgres: "CREATE TABLE yard (id TEXT PRIMARY KEY, text TEXT NOT NULL);",
}];
const DURATION: Duration = Duration::from_secs(3);

/// The machine itself.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Machine {
    pub cores: usize,
    /// Blocks of 4 KiB that one file takes one after the other, each on the disk before the next.
    pub syncs_per_second: u64,
}

pub async fn machine() -> Machine {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let syncs_per_second = tokio::task::spawn_blocking(syncs_per_second).await.unwrap();
    Machine { cores, syncs_per_second }
}

fn syncs_per_second() -> u64 {
    let mut file = tempfile::tempfile().unwrap();
    let (begun, mut synced) = (Instant::now(), 0);
    while begun.elapsed() < DURATION {
        file.write_all(&[7; 4_096]).unwrap();
        file.sync_data().unwrap();
        synced += 1;
    }
    synced / DURATION.as_secs()
}

/// The engine of this shop.
pub struct Engine(Database);

impl Engine {
    pub async fn open(shop: &Shop, clients: usize) -> Self {
        let Some(servers) = &shop.servers else { return Self(chassis::testing::sqlite("yard", ROWS).await) };
        let url = SecretString::from(servers.cluster().url("yard"));
        let connections = u32::try_from(clients).unwrap();
        let settings = PostgresSettings { url, schema: servers.database.clone(), connections, forgetful: false };
        let database = Database::postgres(&settings).await.unwrap();
        database.migrate("yard", ROWS).await.unwrap();
        Self(database)
    }

    /// How many times a second `clients` do `commits` transactions, one after the other, of `statements` single inserts in
    /// all, as bare as it gets through this engine.
    pub async fn rate(&self, clients: usize, commits: u64, statements: u64) -> f64 {
        let each = statements.div_ceil(commits.max(1));
        let (mut writers, begun) = (JoinSet::new(), Instant::now());
        for client in 0..clients {
            let database = self.0.clone();
            writers.spawn(async move {
                let mut done = 0_u32;
                while begun.elapsed() < DURATION {
                    for commit in 0..commits {
                        insert(&database, format!("{commits}-{client}-{done}-{commit}"), each).await;
                    }
                    done += 1;
                }
                done
            });
        }
        let done: u32 = writers.join_all().await.into_iter().sum();
        f64::from(done) / begun.elapsed().as_secs_f64()
    }
}

async fn insert(database: &Database, id: String, rows: u64) {
    let inserted = database.write(move |tx| {
        let id = id.clone();
        Box::pin(async move {
            let sql = "INSERT INTO yard (id, text) VALUES ($1, $2)";
            for row in 0..rows {
                tx.execute(sql, params![format!("{id}-{row}"), "x".repeat(1_000)]).await?;
            }
            Ok(())
        })
    });
    inserted.await.unwrap();
}

/// A server that answers every request with these bytes and does nothing else; ends with the process.
pub fn bare_server(bytes: Vec<u8>) -> String {
    let server = HttpServer::new(move || {
        let bytes = web::Bytes::from(bytes.clone());
        App::new().default_service(web::to(move || {
            let bytes = bytes.clone();
            async move { HttpResponse::Ok().content_type("text/html; charset=utf-8").body(bytes) }
        }))
    });
    let server = server.workers(2).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    std::thread::spawn(move || actix_web::rt::System::new().block_on(running));
    format!("http://{address}/")
}
