//! Brings a database's tables up to date, once per version, each owner counting for himself.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use shared_kernel::StoreError;

use super::{Database, Tx};
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
}

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    owner TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL,
    PRIMARY KEY (owner, version)) STRICT";

const MESSAGING: &[Migration] =
    &[Migration { version: 1, name: "messaging", sqlite: include_str!("../../migrations/sqlite/0001_messaging.sql") }];

impl Database {
    /// Applies those of `migrations` that are missing, after the messaging tables that every context has. All of it is
    /// one transaction.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when an applied step differs from the one in the program; [`StoreError::Unavailable`].
    pub async fn migrate(&self, owner: &'static str, migrations: &[Migration]) -> Result<(), StoreError> {
        let migrations = migrations.to_vec();
        self.write(move |tx| {
            let migrations = migrations.clone();
            Box::pin(async move {
                tx.execute(LEDGER, params![]).await?;
                apply(tx, "chassis", MESSAGING).await?;
                apply(tx, owner, &migrations).await
            })
        })
        .await
    }
}

async fn apply(tx: &mut Tx, owner: &'static str, migrations: &[Migration]) -> Result<(), StoreError> {
    for step in migrations {
        let checksum = URL_SAFE_NO_PAD.encode(Sha256::digest(step.sqlite));
        let known = "SELECT checksum FROM schema_migration WHERE owner = $1 AND version = $2";
        if let Some(row) = tx.fetch_optional(known, params![owner, step.version]).await? {
            if row.get::<String>("checksum")? != checksum {
                let row = format!("{owner} {}", step.version);
                let problem = format!("migration {} is not the one that was applied", step.name);
                return Err(StoreError::Corrupt { table: "schema_migration", row, problem });
            }
            continue;
        }
        tx.script(step.sqlite).await?;
        let applied = "INSERT INTO schema_migration (owner, version, name, checksum) VALUES ($1, $2, $3, $4)";
        tx.execute(applied, params![owner, step.version, step.name, checksum]).await?;
    }
    Ok(())
}
