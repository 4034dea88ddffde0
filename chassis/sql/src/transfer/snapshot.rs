//! One moment of one or several databases, held while it is read; the databases go on meanwhile.

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, try_join_all};
use serde::{Deserialize, Serialize};
use shared_kernel::{StoreError, Timestamp};

use super::Location;
use super::digest::TableDigest;
use super::note::NOTED;
use super::rows::digest;
use super::session::Session;
use super::shape::{TableShape, quoted};
use crate::Value;

/// Ids in one question.
const PAGE_SIZE: usize = 500;

/// A connection that sees one moment only.
pub struct Snapshot {
    pub(super) session: Session,
    pub(super) tables: Vec<TableShape>,
    held: bool,
}

/// How far an owner's tables have come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Whose tables: the context's, or the chassis's beside them.
    pub owner: String,
    /// The number of the last step.
    pub version: i64,
}

impl Snapshot {
    /// Holds the present moment of a database.
    pub async fn pin(location: &Location) -> Result<Self, StoreError> {
        let mut pinned = [Self::unpinned(Session::reading(location).await?)];
        Self::pin_all(&mut pinned).await?;
        let [pinned] = pinned;
        Ok(pinned)
    }

    /// Connects to several databases, to hold a moment of them with [`Snapshot::pin_all`].
    pub async fn connect(locations: &[Location]) -> Result<Vec<Self>, StoreError> {
        let mut all = Vec::new();
        for location in locations {
            all.push(Self::unpinned(Session::reading(location).await?));
        }
        Ok(all)
    }

    fn unpinned(session: Session) -> Self {
        Self { session, tables: Vec::new(), held: false }
    }

    /// Holds the present moment of all of them, and lets go the one that was held before: not exactly the same moment for
    /// all, but one within the time that a statement takes.
    pub async fn pin_all(all: &mut [Self]) -> Result<(), StoreError> {
        for pinned in all.iter_mut() {
            pinned.release().await?;
        }
        let holding: Vec<BoxFuture<'_, _>> = all.iter_mut().map(|pinned| pinned.begin_read().boxed()).collect();
        try_join_all(holding).await?;
        for pinned in all {
            pinned.tables = pinned.session.tables().await?;
        }
        Ok(())
    }

    async fn release(&mut self) -> Result<(), StoreError> {
        if std::mem::take(&mut self.held) { self.session.run("ROLLBACK").await } else { Ok(()) }
    }

    /// Both engines take the moment with the first statement that reads.
    async fn begin_read(&mut self) -> Result<(), StoreError> {
        let hold = match self.session {
            Session::Sqlite(_) => "BEGIN; SELECT COUNT(*) FROM sqlite_master",
            Session::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1",
        };
        self.session.run(hold).await?;
        self.held = true;
        Ok(())
    }

    /// Counts and digests every table, all columns.
    pub async fn digest(&mut self) -> Result<Vec<TableDigest>, StoreError> {
        let mut digests = Vec::new();
        for table in &self.tables {
            digests.push(digest(&mut self.session, table).await?);
        }
        Ok(digests)
    }

    /// The last step that each owner's tables have made.
    pub async fn versions(&mut self) -> Result<Vec<Version>, StoreError> {
        let sql =
            "SELECT owner || '|' || CAST(MAX(version) AS TEXT) FROM schema_migration GROUP BY owner ORDER BY owner";
        let lines = self.session.texts(sql.to_owned(), Vec::new()).await?;
        let read = |line: &String| {
            let (owner, version) = line.split_once('|')?;
            Some(Version { owner: owner.to_owned(), version: version.parse().ok()? })
        };
        Ok(lines.iter().filter_map(read).collect())
    }

    /// Whether rows were still on their way into the database.
    pub async fn is_unfinished(&mut self) -> Result<bool, StoreError> {
        Ok(!self.session.texts(NOTED.to_owned(), Vec::new()).await?.is_empty())
    }

    /// The ids of messages that the context was given by `source` (such as `/order`) since a moment.
    pub async fn received(&mut self, source: &str, since: Timestamp) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT id FROM inbox WHERE received_at >= $1 AND lane LIKE $2";
        let values = vec![Value::Int(Some(since.micros())), Value::Text(Some(format!("{source}|%")))];
        self.session.texts(sql.to_owned(), values).await
    }

    /// Those of the messages that the context has not published.
    pub async fn never_published(&mut self, ids: &[String]) -> Result<Vec<String>, StoreError> {
        let mut outsiders = Vec::new();
        for ids in ids.chunks(PAGE_SIZE) {
            let places: Vec<String> = (1..=ids.len()).map(|place| format!("${place}")).collect();
            let sql = format!("SELECT id FROM {} WHERE id IN ({})", quoted("outbox"), places.join(", "));
            let values = ids.iter().map(|id| Value::Text(Some(id.clone()))).collect();
            let known = self.session.texts(sql, values).await?;
            outsiders.extend(ids.iter().filter(|id| !known.contains(id)).cloned());
        }
        Ok(outsiders)
    }
}
