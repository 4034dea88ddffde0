//! Brings a database's tables up to date, once per version, each owner counting for themselves.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use shared_kernel::{StoreError, Timestamp};

use super::sqlite::SqliteConnection;
use super::tx::Connection;
use super::{Database, Dialect, Tx};
use crate::params;

/// One step of one owner's schema. Steps are never edited once they are released; a changed one is refused.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Counts from 1.
    pub version: i64,
    /// What it does, as in its file name.
    pub name: &'static str,
    /// The statements for SQLite.
    pub sqlite: &'static str,
    /// The statements for PostgreSQL, which make the same tables.
    pub postgres: &'static str,
}

impl Migration {
    fn script(&self, dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::Sqlite => self.sqlite,
            Dialect::Postgres => self.postgres,
        }
    }
}

/// A step from the folder of an owner: `migration!("../migrations/order", 1, "0001_orders.sql", "orders")`
/// reads `sqlite/0001_orders.sql` and `postgres/0001_orders.sql` in it.
#[macro_export]
macro_rules! migration {
    ($folder:literal, $version:literal, $file:literal, $name:literal) => {
        $crate::Migration {
            version: $version,
            name: $name,
            sqlite: include_str!(concat!($folder, "/sqlite/", $file)),
            postgres: include_str!(concat!($folder, "/postgres/", $file)),
        }
    };
}

const LEDGER_SQLITE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    owner TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL,
    PRIMARY KEY (owner, version)) STRICT";
const LEDGER_POSTGRES: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    owner TEXT NOT NULL, version BIGINT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL,
    PRIMARY KEY (owner, version))";

/// One process at a time, or two that start together would both make the same tables.
const LOCK_MIGRATIONS: &str = "SELECT 1 AS held FROM pg_advisory_xact_lock(hashtextextended($1, 1))";
/// Another process may be at work on large tables.
const DISABLE_LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = 0";
/// A transaction that waits for a table blocks all that want it later, so it is better to give up and retry.
const SET_LOCK_TIMEOUT: &str = "SET LOCAL lock_timeout = '3s'";
/// Only if it is missing: a role that may not make schemas may be given one.
const MAKE_SCHEMA: &str = "DO $make$ BEGIN
    IF current_schema() IS NULL THEN EXECUTE 'CREATE SCHEMA ' || current_setting('search_path'); END IF;
END $make$";

const MESSAGING: &[Migration] = &[
    crate::migration!("../migrations", 1, "0001_messaging.sql", "messaging"),
    crate::migration!("../migrations", 2, "0002_several_processes.sql", "several processes"),
    crate::migration!("../migrations", 3, "0003_security_log.sql", "security log"),
    crate::migration!("../migrations", 4, "0004_handled_marks.sql", "handled marks"),
    crate::migration!("../migrations", 5, "0005_security_log_of_subject.sql", "security log of subject"),
];

impl Database {
    /// The steps that make the messaging tables, which every context has.
    pub const fn messaging_migrations() -> &'static [Migration] {
        MESSAGING
    }

    /// Applies those of `migrations` that are missing, after the messaging tables that every context has. All of it is
    /// one transaction. Steps that a newer program has applied do not disturb.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when an applied step differs from the one in the program; [`StoreError::Unavailable`].
    pub async fn migrate(&self, owner: &'static str, migrations: &[Migration]) -> Result<(), StoreError> {
        let (migrations, schema) = (migrations.to_vec(), self.schema().map(str::to_owned));
        self.write(move |tx| {
            let (migrations, schema) = (migrations.clone(), schema.clone());
            Box::pin(async move {
                match schema {
                    None => tx.script(LEDGER_SQLITE).await?,
                    Some(schema) => {
                        tx.disable_statement_timeout().await?;
                        tx.script(DISABLE_LOCK_TIMEOUT).await?;
                        tx.fetch(LOCK_MIGRATIONS, params![schema]).await?;
                        tx.script(SET_LOCK_TIMEOUT).await?;
                        tx.script(MAKE_SCHEMA).await?;
                        tx.script(LEDGER_POSTGRES).await?;
                    }
                }
                apply(tx, "chassis", MESSAGING).await?;
                apply(tx, owner, &migrations).await
            })
        })
        .await
    }

    /// Whether this call is the first to make this mark in the life of the database.
    pub async fn mark(&self, name: &'static str, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "INSERT INTO marker (name, made_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        self.write(move |tx| Box::pin(async move { Ok(tx.execute(sql, params![name, now]).await? > 0) })).await
    }

    /// Whether that mark has been made.
    pub async fn is_marked(&self, name: &'static str) -> Result<bool, StoreError> {
        Ok(self.marked_at(name).await?.is_some())
    }

    /// The time that stands on that mark.
    pub async fn marked_at(&self, name: &'static str) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT made_at FROM marker WHERE name = $1";
        let found = self.read(move |tx| Box::pin(tx.fetch_optional(sql, params![name])));
        found.await?.map(|row| row.get("made_at")).transpose()
    }
}

/// Waits until no other process is at work on the tables of this schema; on SQLite there is one writer anyway.
pub(super) async fn hold_alone(tx: &mut Tx, schema: Option<String>) -> Result<(), StoreError> {
    match schema {
        Some(schema) => tx.fetch(LOCK_MIGRATIONS, params![schema]).await.map(|_| ()),
        None => Ok(()),
    }
}

/// The same as [`Database::migrate`] for a file that no other process has open, on a connection of its own.
pub(super) async fn migrate_file(
    file: SqliteConnection,
    owner: &'static str,
    migrations: &[Migration],
) -> Result<SqliteConnection, StoreError> {
    let mut tx = Tx::new(Connection::Sqlite(file));
    tx.script("BEGIN IMMEDIATE").await?;
    tx.script(LEDGER_SQLITE).await?;
    apply(&mut tx, "chassis", MESSAGING).await?;
    apply(&mut tx, owner, migrations).await?;
    tx.script("COMMIT").await?;
    tx.into_sqlite().ok_or_else(|| StoreError::unavailable("not a file"))
}

async fn apply(tx: &mut Tx, owner: &'static str, migrations: &[Migration]) -> Result<(), StoreError> {
    for step in migrations {
        let script = step.script(tx.dialect());
        let checksum = URL_SAFE_NO_PAD.encode(Sha256::digest(script));
        let known = "SELECT checksum FROM schema_migration WHERE owner = $1 AND version = $2";
        if let Some(row) = tx.fetch_optional(known, params![owner, step.version]).await? {
            if row.get::<String>("checksum")? != checksum {
                let row = format!("{owner} {}", step.version);
                let problem = format!("migration {} is not the one that was applied", step.name);
                return Err(StoreError::Corrupt { table: "schema_migration", row, problem });
            }
            continue;
        }
        tx.script(script).await?;
        let applied = "INSERT INTO schema_migration (owner, version, name, checksum) VALUES ($1, $2, $3, $4)";
        tx.execute(applied, params![owner, step.version, step.name, checksum]).await?;
    }
    Ok(())
}
