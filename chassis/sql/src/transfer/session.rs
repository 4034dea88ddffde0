//! A separate connection to a context's tables, beside those that the context uses.

use std::path::Path;
use std::time::Duration;

use shared_kernel::StoreError;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, Row as _};

use super::Location;
use super::shape::{self, TableShape};
use crate::sqlite::{Access, SqliteConnection, SqliteRow, in_background};
use crate::{Value, postgres};

/// How long a statement waits for another connection that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) enum Session {
    Sqlite(FileSession),
    Postgres(PgConnection),
}

/// A connection to a file whose statements may take long: they run on a thread that may block.
pub(super) struct FileSession(Option<SqliteConnection>);

impl FileSession {
    /// Rows come from a database in which their references hold, parents first; in a file they need not be checked again.
    fn new(mut connection: SqliteConnection) -> Result<Self, StoreError> {
        connection.script("PRAGMA foreign_keys = OFF").map_err(StoreError::unavailable)?;
        Ok(Self(Some(connection)))
    }

    /// Works with the connection. One that was lost with an earlier piece of work serves no more.
    pub(super) async fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut SqliteConnection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut connection = self.take()?;
        let worked = in_background(move || {
            let done = work(&mut connection);
            Ok((connection, done))
        });
        let (connection, done) = worked.await?;
        self.0 = Some(connection);
        done.map_err(StoreError::unavailable)
    }

    pub(super) fn take(&mut self) -> Result<SqliteConnection, StoreError> {
        self.0.take().ok_or_else(|| StoreError::unavailable("the connection was lost"))
    }

    pub(super) fn give_back(&mut self, connection: SqliteConnection) {
        self.0 = Some(connection);
    }
}

impl Session {
    /// To read. A file is never changed by it.
    pub(super) async fn reading(location: &Location) -> Result<Self, StoreError> {
        match location {
            Location::File(path) => Self::file(path, Access::Read),
            Location::Schema(_) => Self::writing(location).await,
        }
    }

    /// To write; a file must be there.
    pub(super) async fn writing(location: &Location) -> Result<Self, StoreError> {
        match location {
            Location::File(path) => Self::file(path, Access::Write),
            Location::Schema(settings) => {
                let connection = postgres::options(settings)?.connect().await.map_err(StoreError::unavailable)?;
                let mut session = Self::Postgres(connection);
                // Large tables take their time, and a moment that is held waits while others are read.
                let timeouts =
                    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '10s'";
                session.run(format!("{}; {timeouts}", postgres::search_path(settings))).await?;
                Ok(session)
            }
        }
    }

    /// A file of that name, made if it is not there.
    pub(super) fn new_file(path: &Path) -> Result<SqliteConnection, StoreError> {
        SqliteConnection::open(path, Access::Create, BUSY_TIMEOUT).map_err(StoreError::unavailable)
    }

    /// A database that is gone with the connection.
    pub(super) fn in_memory() -> Result<SqliteConnection, StoreError> {
        SqliteConnection::in_memory().map_err(StoreError::unavailable)
    }

    fn file(path: &Path, access: Access) -> Result<Self, StoreError> {
        Self::of_file(SqliteConnection::open(path, access, BUSY_TIMEOUT).map_err(StoreError::unavailable)?)
    }

    /// A session on a connection that was opened before.
    pub(super) fn of_file(connection: SqliteConnection) -> Result<Self, StoreError> {
        Ok(Self::Sqlite(FileSession::new(connection)?))
    }

    /// Runs statements that answer nothing.
    pub(super) async fn run(&mut self, sql: impl Into<String>) -> Result<(), StoreError> {
        let sql = sql.into();
        match self {
            Self::Sqlite(file) => file.run(move |connection| connection.script(&sql)).await,
            Self::Postgres(connection) => {
                let ran = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await;
                ran.map(|_| ()).map_err(StoreError::unavailable)
            }
        }
    }

    /// Runs one statement with parameters.
    pub(super) async fn change(&mut self, sql: String, values: Vec<Value>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(file) => file.run(move |connection| connection.each_row(&sql, &values, |_| Ok(()))).await,
            Self::Postgres(connection) => {
                let ran = bound_postgres(sqlx::query(AssertSqlSafe(sql)), values).execute(connection).await;
                ran.map(|_| ()).map_err(StoreError::unavailable)
            }
        }
    }

    /// The first column of the answer.
    pub(super) async fn texts(&mut self, sql: String, values: Vec<Value>) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Sqlite(file) => {
                let found = file.run(move |connection| {
                    let mut rows = Vec::new();
                    connection.each_row(&sql, &values, |row| {
                        rows.push(row);
                        Ok(())
                    })?;
                    Ok(rows)
                });
                found.await?.iter().map(first_text).collect()
            }
            Self::Postgres(connection) => {
                let query = sqlx::query(AssertSqlSafe(sql)).persistent(false);
                let rows =
                    bound_postgres(query, values).fetch_all(connection).await.map_err(StoreError::unavailable)?;
                rows.iter().map(|row| row.try_get(0).map_err(StoreError::unavailable)).collect()
            }
        }
    }

    /// All tables whose rows move.
    pub(super) async fn tables(&mut self) -> Result<Vec<TableShape>, StoreError> {
        match self {
            Self::Sqlite(file) => file.run(shape::of_sqlite).await,
            Self::Postgres(connection) => shape::of_postgres(connection).await,
        }
    }

    /// All tables that follow from others and refer to them.
    pub(super) async fn derived(&mut self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(Vec::new()),
            Self::Postgres(connection) => shape::derived_on_postgres(connection).await,
        }
    }

    /// Ends the connection in good order.
    pub(super) async fn close(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(mut file) => file.take()?.close().map_err(StoreError::unavailable),
            Self::Postgres(connection) => connection.close().await.map_err(StoreError::unavailable),
        }
    }
}

fn first_text(row: &SqliteRow) -> Result<String, StoreError> {
    match row.at(0, &Value::Text(None)).map_err(StoreError::unavailable)? {
        Value::Text(Some(text)) => Ok(text),
        other => Err(StoreError::unavailable(format!("the answer is no text: {other:?}"))),
    }
}

type PostgresQuery<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bound_postgres(query: PostgresQuery<'_>, values: Vec<Value>) -> PostgresQuery<'_> {
    values.into_iter().fold(query, |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}
