//! What is remembered of files: the handles that they use, and the last ones that came in.

use std::collections::HashSet;

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Row;
use serde::{Deserialize, Serialize};
use shared_kernel::{Sku, StoreError};
use uuid::Uuid;

use super::SqlCatalogue;
use crate::domain::{Handle, ImportRun, ImportRunId, ImportState, Touched, WrittenHandle};
use crate::ports::{FileHandles, ImportLog};

const ADDRESS_OF: &str =
    "SELECT handle FROM product WHERE id = (SELECT product_id FROM source_handle WHERE written = $1)";
const WRITTEN_OF: &str =
    "SELECT written FROM source_handle WHERE product_id = (SELECT id FROM product WHERE handle = $1)";
const COUNTED: &str = "SELECT sku FROM stock_count WHERE import_id = $1";
const KEEP: &str = "INSERT INTO import_run (id, file_name, file, options, state, at, before, touched)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET file = excluded.file,
    state = excluded.state, at = excluded.at, before = excluded.before, touched = excluded.touched";
const FORGET: &str = "DELETE FROM import_run WHERE state = $2
    AND id NOT IN (SELECT id FROM import_run WHERE state = $2 ORDER BY at DESC, id DESC LIMIT $1)";
const FIND: &str = "SELECT id, file_name, file, options, state, at, before, touched FROM import_run WHERE id = $1";
const RECENT: &str = "SELECT id, file_name, options, state, at, touched FROM import_run ORDER BY at DESC, id DESC";

#[async_trait]
impl FileHandles for SqlCatalogue {
    async fn address_of(&self, written: &WrittenHandle) -> Result<Option<Handle>, StoreError> {
        let written = written.to_string();
        let read = self.database.read(move |tx| {
            let params = params![&written];
            Box::pin(async move {
                let row = tx.fetch_optional(ADDRESS_OF, params).await?;
                row.map(|row| row.get::<String>("handle").map(Handle::restore)).transpose()
            })
        });
        read.await
    }

    async fn written_of(&self, address: &Handle) -> Result<Option<WrittenHandle>, StoreError> {
        let address = address.to_string();
        let read = self.database.read(move |tx| {
            let params = params![&address];
            Box::pin(async move {
                let row = tx.fetch_optional(WRITTEN_OF, params).await?;
                row.map(|row| row.get::<String>("written").map(WrittenHandle::restore)).transpose()
            })
        });
        read.await
    }
}

#[async_trait]
impl ImportLog for SqlCatalogue {
    async fn counted(&self, import_id: Uuid) -> Result<HashSet<Sku>, StoreError> {
        let read = self.database.read_long(move |tx| {
            Box::pin(
                async move { tx.fetch(COUNTED, params![import_id]).await?.iter().map(|row| row.get("sku")).collect() },
            )
        });
        read.await
    }

    async fn keep(&self, run: ImportRun) -> Result<(), StoreError> {
        let touched: Vec<TouchedRow> = run.touched.iter().map(TouchedRow::from).collect();
        let touched = serde_json::to_string(&touched).map_err(StoreError::unavailable)?;
        let write = self.database.write(move |tx| {
            let params = params![
                run.id.uuid(),
                run.file_name.as_str(),
                run.file.as_slice(),
                run.options.as_str(),
                run.state.name(),
                run.at,
                run.before.as_str(),
                touched.as_str(),
            ];
            Box::pin(async move {
                tx.execute(KEEP, params).await?;
                tx.execute(FORGET, params![ImportRun::MAX_KEPT, run.state.name()]).await.map(|_| ())
            })
        });
        write.await
    }

    async fn find(&self, id: ImportRunId) -> Result<Option<ImportRun>, StoreError> {
        let read = self.database.read(move |tx| {
            Box::pin(async move {
                let Some(row) = tx.fetch_optional(FIND, params![id.uuid()]).await? else { return Ok(None) };
                let run = run_of(&row)?;
                Ok(Some(ImportRun { file: row.get("file")?, before: row.get("before")?, ..run }))
            })
        });
        read.await
    }

    async fn recent(&self) -> Result<Vec<ImportRun>, StoreError> {
        let read = self
            .database
            .read(|tx| Box::pin(async move { tx.fetch(RECENT, params![]).await?.iter().map(run_of).collect() }));
        read.await
    }
}

/// A product that was made or changed, as JSON.
#[derive(Serialize, Deserialize)]
struct TouchedRow {
    handle: String,
    version: i64,
}

impl From<&Touched> for TouchedRow {
    fn from(touched: &Touched) -> Self {
        Self { handle: touched.handle.to_string(), version: touched.version }
    }
}

fn run_of(row: &Row) -> Result<ImportRun, StoreError> {
    let id: Uuid = row.get("id")?;
    let corrupt = |problem: String| StoreError::Corrupt { table: "import_run", row: id.to_string(), problem };
    let state: String = row.get("state")?;
    let touched: Vec<TouchedRow> =
        serde_json::from_str(&row.get::<String>("touched")?).map_err(|error| corrupt(error.to_string()))?;
    let touch = |row: TouchedRow| Touched { handle: Handle::restore(row.handle), version: row.version };
    Ok(ImportRun {
        id: ImportRunId::new(id),
        file_name: row.get("file_name")?,
        file: Vec::new(),
        options: row.get("options")?,
        state: ImportState::parse(&state).ok_or_else(|| corrupt(format!("state {state:?}")))?,
        at: row.get("at")?,
        before: String::new(),
        touched: touched.into_iter().map(touch).collect(),
    })
}
