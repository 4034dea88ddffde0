//! The database that rows are moved into: it must be empty before and unused meanwhile, and an interrupted move is
//! continued.
//!
//! The note that it is unfinished is a lease called `transfer`: leases are of the moment, and are never moved themselves.

use std::path::PathBuf;

use shared_kernel::{StoreError, Timestamp};

use super::digest::TableDigest;
use super::note::NOTED;
use super::rows::{bring, digest};
use super::session::Session;
use super::shape::{TableShape, quoted};
use super::snapshot::Snapshot;
use super::{Location, RESTORED, RESTORED_AT};
use crate::sqlite::SqliteConnection;
use crate::{Database, Migration, Value};

/// How the note begins when all places are filled.
const FILLED: &str = "filled: ";
const NOTE: &str = "INSERT INTO lease (name, holder, until) VALUES ('transfer', $1, 0)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder";
const NOTE_FILLED: &str = "UPDATE lease SET holder = $1 WHERE name = 'transfer'";
const UNNOTE: &str = "DELETE FROM lease WHERE name = 'transfer'";

/// What a database that goes back in time has to forget. Facts are carried to all subscribers again, which drop those
/// they know; holders of leases are gone; and the mark of an older restoration that has not been acted upon yet stays
/// the older one.
const FORGET: [&str; 3] = [
    "DELETE FROM outbox_progress",
    "UPDATE inbox SET lease = NULL, lease_until = NULL WHERE lease IS NOT NULL",
    "DELETE FROM marker WHERE name = 'reconciled'",
];
const MARK: &str = "INSERT INTO marker (name, made_at) VALUES ($1, $2) ON CONFLICT (name)
    DO UPDATE SET made_at = CASE WHEN marker.made_at < excluded.made_at THEN marker.made_at ELSE excluded.made_at END";
const MARK_AT: &str = "INSERT INTO marker (name, made_at) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET made_at = excluded.made_at";
const MARKED: &str = "SELECT name FROM marker WHERE name = $1";

/// Why nothing was moved.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The target holds other rows; it is left as it is.
    #[error("the table {0} of the target is not empty")]
    NotEmpty(String),
    /// The target was filled for another purpose, and only its note is left to be taken away.
    #[error("{0} was cut off just before its end: that has to be run again first")]
    Other(String),
    /// The target lacks a table or a column: it is of an older version.
    #[error("the target knows no {0}")]
    Unknown(String),
    /// The target would not hold what the source holds.
    #[error("the table {0} would not be the same in the target")]
    Differs(String),
    /// A database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is in a target before anything is moved into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing, or tables in which nothing has happened yet.
    New,
    /// What an interrupted transfer has left.
    Unfinished,
    /// Everything, for this purpose; the others, too, and only the notes are left to be taken away.
    Filled,
}

/// A database to move rows into.
pub struct Target {
    location: Location,
    owner: &'static str,
    migrations: &'static [Migration],
}

impl Target {
    /// The context's tables will be there.
    pub fn new(location: Location, owner: &'static str, migrations: &'static [Migration]) -> Self {
        Self { location, owner, migrations }
    }

    /// Looks whether rows may be moved there for this purpose; changes nothing, but a transaction that was cut off in a
    /// file is rolled back.
    pub async fn look(&self, purpose: &str) -> Result<Standing, TransferError> {
        if self.file().is_some_and(|path| !path.exists()) {
            return Ok(Standing::New);
        }
        let mut session = Session::writing(&self.location).await?;
        let tables = session.tables().await?;
        if tables.is_empty() {
            return Ok(Standing::New);
        }
        if let Some(noted) = session.texts(NOTED.to_owned(), Vec::new()).await?.pop() {
            return match noted.strip_prefix(FILLED) {
                Some(other) if other != purpose => Err(TransferError::Other(other.to_owned())),
                Some(_) => Ok(Standing::Filled),
                None => Ok(Standing::Unfinished),
            };
        }
        let mut fresh = Session::of_file(self.migrated(Session::in_memory()?).await?)?;
        let as_made = fresh.tables().await?;
        for table in tables {
            let same = as_made.iter().find(|fresh| fresh.name == table.name);
            let untouched = match same {
                Some(made) => {
                    let pair = (table.shared_with(made), made.shared_with(&table));
                    same_rows((&mut session, &pair.0), (&mut fresh, &pair.1)).await?.is_some()
                }
                None => count(&mut session, &table).await? == ["0"],
            };
            if !untouched {
                return Err(TransferError::NotEmpty(table.name));
            }
        }
        session.close().await?;
        Ok(Standing::New)
    }

    /// Makes the tables, unless they are there, and notes that they must not be used before this is done. What another
    /// purpose has left unfinished counts for nothing.
    pub async fn take(&self, purpose: &str) -> Result<(), TransferError> {
        match &self.location {
            Location::File(path) => {
                Session::of_file(self.migrated(Session::new_file(path)?).await?)?.close().await?;
            }
            Location::Schema(settings) => {
                let database = Database::postgres(settings).await?;
                database.migrate(self.owner, self.migrations).await?;
                database.close().await?;
            }
        }
        let mut session = self.lock_tables().await?;
        let taken = note(&mut session, purpose).await;
        end(session, taken).await
    }

    /// Moves everything in one transaction, and compares. A target that has exactly the same rows already is left alone,
    /// so that what was interrupted can be begun again; what else an interrupted transfer has left is replaced.
    pub async fn fill(&self, from: &mut Snapshot) -> Result<Vec<TableDigest>, TransferError> {
        let mut session = self.lock_tables().await?;
        let filled = copy(from, &mut session).await;
        end(session, filled).await
    }

    /// Moves everything as [`Target::fill`] does, and in the same transaction forgets and marks what a database must that
    /// has `now` gone back to `taken_at`. Nothing, if that was done before the transfer was interrupted.
    pub async fn restore(&self, from: &mut Snapshot, taken_at: Timestamp, now: Timestamp) -> Result<(), TransferError> {
        let mut session = self.lock_tables().await?;
        let restored = restore(from, &mut session, taken_at, now).await;
        end(session, restored).await
    }

    /// Notes that all places hold everything. Only when that is noted everywhere may a note be taken away: after an
    /// interruption in between, one of them still says so.
    pub async fn is_filled(&self, purpose: &str) -> Result<(), TransferError> {
        let mut session = Session::writing(&self.location).await?;
        let noted = Value::Text(Some(format!("{FILLED}{purpose}")));
        session.change(NOTE_FILLED.to_owned(), vec![noted]).await?;
        Ok(session.close().await?)
    }

    /// Takes the note away: the tables may be used.
    pub async fn finish(&self) -> Result<(), TransferError> {
        let mut session = Session::writing(&self.location).await?;
        if let Session::Postgres(_) = session {
            session.run("ANALYZE").await?; // the planner has never seen these rows
        }
        session.run(UNNOTE).await?;
        Ok(session.close().await?)
    }

    fn file(&self) -> Option<&PathBuf> {
        match &self.location {
            Location::File(path) => Some(path),
            Location::Schema(_) => None,
        }
    }

    async fn migrated(&self, file: SqliteConnection) -> Result<SqliteConnection, StoreError> {
        crate::migrate::migrate_file(file, self.owner, self.migrations).await
    }

    /// A transaction that is alone with the tables.
    async fn lock_tables(&self) -> Result<Session, StoreError> {
        let mut session = Session::writing(&self.location).await?;
        let begin = match session {
            Session::Sqlite(_) => "BEGIN IMMEDIATE",
            Session::Postgres(_) => "BEGIN; SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 2))",
        };
        session.run(begin).await?;
        Ok(session)
    }
}

async fn end<T>(mut session: Session, done: Result<T, TransferError>) -> Result<T, TransferError> {
    session.run(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    session.close().await?;
    done
}

async fn note(session: &mut Session, purpose: &str) -> Result<(), TransferError> {
    if session.texts(NOTED.to_owned(), Vec::new()).await? == [purpose] {
        return Ok(());
    }
    session.run("DELETE FROM marker").await?;
    Ok(session.change(NOTE.to_owned(), vec![Value::Text(Some(purpose.to_owned()))]).await?)
}

async fn restore(
    from: &mut Snapshot,
    target: &mut Session,
    taken_at: Timestamp,
    now: Timestamp,
) -> Result<(), TransferError> {
    let mark = || Value::Text(Some(RESTORED.to_owned()));
    if !target.texts(MARKED.to_owned(), vec![mark()]).await?.is_empty() {
        return Ok(());
    }
    copy(from, target).await?;
    for forget in FORGET {
        target.run(forget).await?;
    }
    let at = |moment: Timestamp| Value::Int(Some(moment.micros()));
    target.change(MARK_AT.to_owned(), vec![Value::Text(Some(RESTORED_AT.to_owned())), at(now)]).await?;
    Ok(target.change(MARK.to_owned(), vec![mark(), at(taken_at)]).await?)
}

async fn copy(from: &mut Snapshot, target: &mut Session) -> Result<Vec<TableDigest>, TransferError> {
    let theirs = target.tables().await?;
    let mut pairs = Vec::new();
    for table in &from.tables {
        let same = theirs.iter().find(|theirs| theirs.name == table.name);
        let same = same.ok_or_else(|| TransferError::Unknown(format!("table {}", table.name)))?;
        if let Some(column) = table.lacks(same) {
            return Err(TransferError::Unknown(format!("column {column} of the table {}", table.name)));
        }
        pairs.push((table.shared_with(same), same.shared_with(table)));
    }
    if let Some(there) = same_already(from, target, &pairs).await? {
        return Ok(there);
    }
    // Children go before their parents, and come after them.
    let parents = theirs.iter().rev().map(|table| table.name.clone());
    for table in target.derived().await?.into_iter().chain(parents) {
        target.run(format!("DELETE FROM {}", quoted(&table))).await?;
    }
    let mut digests = Vec::new();
    for (ours, same) in pairs {
        let brought = bring(&mut from.session, &ours, target).await?;
        number_on(target, &same).await?;
        if digest(target, &same).await? != brought {
            return Err(TransferError::Differs(ours.name));
        }
        digests.push(brought);
    }
    Ok(digests)
}

async fn same_already(
    from: &mut Snapshot,
    target: &mut Session,
    pairs: &[(TableShape, TableShape)],
) -> Result<Option<Vec<TableDigest>>, StoreError> {
    let mut digests = Vec::new();
    for (ours, same) in pairs {
        let Some(digest) = same_rows((&mut from.session, ours), (&mut *target, same)).await? else { return Ok(None) };
        digests.push(digest);
    }
    Ok(Some(digests))
}

/// The digest of both, if they have the same.
async fn same_rows(
    (one, table): (&mut Session, &TableShape),
    (other, its_table): (&mut Session, &TableShape),
) -> Result<Option<TableDigest>, StoreError> {
    if count(one, table).await? != count(other, its_table).await? {
        return Ok(None);
    }
    let (found, its) = (digest(one, table).await?, digest(other, its_table).await?);
    Ok((found == its).then_some(found))
}

async fn count(session: &mut Session, table: &TableShape) -> Result<Vec<String>, StoreError> {
    session.texts(format!("SELECT CAST(COUNT(*) AS TEXT) FROM {}", quoted(&table.name)), Vec::new()).await
}

/// Sets the engine's own counters behind the rows that were brought.
async fn number_on(target: &mut Session, table: &TableShape) -> Result<(), StoreError> {
    for column in table.columns.iter().filter(|column| column.numbered) {
        let (name, column) = (quoted(&table.name), &column.name);
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{name}', '{column}'), (SELECT MAX({}) FROM {name}))
             WHERE EXISTS (SELECT 1 FROM {name})",
            quoted(column)
        );
        target.run(sql).await?;
    }
    for counter in table.columns.iter().filter_map(|column| column.counter.as_ref()) {
        // What it had counted elsewhere is in the column now.
        target.run(format!("SELECT setval('{}', 0, false)", counter.replace('\'', "''"))).await?;
    }
    Ok(())
}
