//! One moment of a database, held while it is read; the database goes on meanwhile.

use futures_util::stream::BoxStream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use shared_kernel::{StoreError, Timestamp};
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection, Row as _, SqliteConnection};

use super::Location;
use super::digest::{Digester, TableDigest};
use super::shape::{self, ColumnShape, Kind, TableShape};
use crate::sql::{Value, postgres};

/// A connection that sees one moment only.
pub struct Snapshot {
    pub(super) source: Source,
    tables: Vec<TableShape>,
}

pub(super) enum Source {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Snapshot {
    /// Holds the present moment of a database.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn pin(location: &Location) -> Result<Self, StoreError> {
        let mut source = match location {
            Location::File(path) => {
                let options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
                Source::Sqlite(options.connect().await.map_err(StoreError::unavailable)?)
            }
            Location::Schema(settings) => {
                let options: PgConnectOptions = postgres::options(settings)?;
                let mut connection = options.connect().await.map_err(StoreError::unavailable)?;
                let session = postgres::search_path(settings);
                connection.execute(sqlx::raw_sql(AssertSqlSafe(session))).await.map_err(StoreError::unavailable)?;
                Source::Postgres(connection)
            }
        };
        // Both engines take the moment with the first statement that reads.
        let tables = match &mut source {
            Source::Sqlite(connection) => {
                connection.execute("BEGIN").await.map_err(StoreError::unavailable)?;
                shape::of_sqlite(connection).await?
            }
            Source::Postgres(connection) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                connection.execute(begin).await.map_err(StoreError::unavailable)?;
                shape::of_postgres(connection).await?
            }
        };
        Ok(Self { source, tables })
    }

    /// The names of the tables that hold facts.
    #[must_use]
    pub fn tables(&self) -> Vec<&str> {
        self.tables.iter().map(|table| table.name.as_str()).collect()
    }

    pub(super) fn shapes(&self) -> &[TableShape] {
        &self.tables
    }

    /// Counts and digests every table, all columns.
    ///
    /// # Errors
    /// The store's.
    pub async fn digest(&mut self) -> Result<Vec<TableDigest>, StoreError> {
        let mut digests = Vec::new();
        for table in self.tables.clone() {
            digests.push(digest(&mut self.source, &table).await?);
        }
        Ok(digests)
    }

    /// The ids of messages on record since a moment: those that the context has published, or those that it was given by
    /// `source`.
    ///
    /// # Errors
    /// The store's.
    pub async fn message_ids(&mut self, of: Messages<'_>) -> Result<Vec<String>, StoreError> {
        let published = "SELECT id FROM outbox WHERE recorded_at >= $1 AND $2 = ''";
        let received = "SELECT DISTINCT id FROM inbox WHERE received_at >= $1 AND lane LIKE $2";
        let (sql, since, lane) = match of {
            Messages::Published { since } => (published, since, String::new()),
            Messages::Received { source, since } => (received, since, format!("{source}|%")),
        };
        let ids: Result<Vec<String>, sqlx::Error> = match &mut self.source {
            Source::Sqlite(connection) => {
                sqlx::query_scalar(sql).bind(since.micros()).bind(lane).fetch_all(connection).await
            }
            Source::Postgres(connection) => {
                sqlx::query_scalar(sql).bind(since.micros()).bind(lane).fetch_all(connection).await
            }
        };
        ids.map_err(StoreError::unavailable)
    }
}

/// Which messages are asked for.
#[derive(Debug, Clone, Copy)]
pub enum Messages<'m> {
    /// Those published.
    Published {
        /// From then on.
        since: Timestamp,
    },
    /// Those received.
    Received {
        /// From this context, as `/order`.
        source: &'m str,
        /// From then on.
        since: Timestamp,
    },
}

/// All rows of a table, by key.
pub(super) fn rows<'s>(source: &'s mut Source, table: &'s TableShape) -> BoxStream<'s, Result<Vec<Value>, StoreError>> {
    match source {
        Source::Sqlite(connection) => {
            let rows = sqlx::query(AssertSqlSafe(table.select())).fetch(connection);
            rows.map(move |row| from_sqlite(&row.map_err(StoreError::unavailable)?, table)).boxed()
        }
        Source::Postgres(connection) => {
            let mut numbering = Numbering::of(table);
            let rows = sqlx::query(AssertSqlSafe(table.select())).fetch(connection);
            rows.map(move |row| {
                let mut values = from_postgres(&row.map_err(StoreError::unavailable)?, table)?;
                numbering.complete(&mut values);
                Ok(values)
            })
            .boxed()
        }
    }
}

/// Facts that were committed the moment before have no place yet; they come behind all that have one.
struct Numbering {
    column: Option<usize>,
    last: i64,
}

impl Numbering {
    fn of(table: &TableShape) -> Self {
        let column = table.columns.iter().position(|column| column.name == "position");
        Self { column: column.filter(|_| table.name == "outbox"), last: 0 }
    }

    fn complete(&mut self, values: &mut [Value]) {
        let Some(Value::Int(place)) = self.column.and_then(|column| values.get_mut(column)) else { return };
        self.last = place.unwrap_or(self.last + 1);
        *place = Some(self.last);
    }
}

fn from_sqlite(row: &SqliteRow, table: &TableShape) -> Result<Vec<Value>, StoreError> {
    let value = |(at, column): (usize, &ColumnShape)| match column.kind {
        Kind::Int => row.try_get(at).map(Value::Int),
        Kind::Text => row.try_get(at).map(Value::Text),
        Kind::Bytes => row.try_get(at).map(Value::Bytes),
    };
    table.columns.iter().enumerate().map(|column| value(column).map_err(StoreError::unavailable)).collect()
}

fn from_postgres(row: &PgRow, table: &TableShape) -> Result<Vec<Value>, StoreError> {
    let value = |(at, column): (usize, &ColumnShape)| match column.kind {
        Kind::Int => row.try_get(at).map(Value::Int),
        Kind::Text => row.try_get(at).map(Value::Text),
        Kind::Bytes => row.try_get(at).map(Value::Bytes),
    };
    table.columns.iter().enumerate().map(|column| value(column).map_err(StoreError::unavailable)).collect()
}

/// Counts and digests one table.
pub(super) async fn digest(source: &mut Source, table: &TableShape) -> Result<TableDigest, StoreError> {
    let mut digester = Digester::new();
    let mut rows = rows(source, table);
    while let Some(values) = rows.try_next().await? {
        digester.row(&values);
    }
    Ok(digester.finish(table))
}
