//! A connection of one's own to a context's tables, beside those by which the context works.

use std::time::Duration;

use shared_kernel::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection, SqliteConnection};

use super::Location;
use super::shape::{self, TableShape};
use crate::{Value, postgres};

pub(super) enum Session {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Session {
    /// To read. A file is never changed by it.
    pub(super) async fn reading(location: &Location) -> Result<Self, StoreError> {
        match location {
            Location::File(path) => {
                let options = SqliteConnectOptions::new().filename(path).read_only(true);
                Self::file(options).await
            }
            Location::Schema(_) => Self::writing(location).await,
        }
    }

    /// To write; a file must be there.
    pub(super) async fn writing(location: &Location) -> Result<Self, StoreError> {
        match location {
            Location::File(path) => Self::file(SqliteConnectOptions::new().filename(path)).await,
            Location::Schema(settings) => {
                let connection = postgres::options(settings)?.connect().await.map_err(StoreError::unavailable)?;
                let mut session = Self::Postgres(connection);
                // Large tables take their time, and a moment that is held waits while others are read.
                let patience =
                    "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '10s'";
                session.run(format!("{}; {patience}", postgres::search_path(settings))).await?;
                Ok(session)
            }
        }
    }

    /// A new file, which must not be there.
    pub(super) async fn new_file(path: &std::path::Path) -> Result<SqliteConnection, StoreError> {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        settled(options).connect().await.map_err(StoreError::unavailable)
    }

    /// A database that is gone with the connection.
    pub(super) async fn in_memory() -> Result<SqliteConnection, StoreError> {
        let options = SqliteConnectOptions::new().in_memory(true);
        settled(options).connect().await.map_err(StoreError::unavailable)
    }

    async fn file(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        Ok(Self::Sqlite(settled(options).connect().await.map_err(StoreError::unavailable)?))
    }

    /// Runs statements that answer nothing.
    pub(super) async fn run(&mut self, sql: impl Into<String>) -> Result<(), StoreError> {
        let script = sqlx::raw_sql(AssertSqlSafe(sql.into()));
        let ran = match self {
            Self::Sqlite(connection) => connection.execute(script).await.map(|_| ()),
            Self::Postgres(connection) => connection.execute(script).await.map(|_| ()),
        };
        ran.map_err(StoreError::unavailable)
    }

    /// Runs one statement with parameters.
    pub(super) async fn change(&mut self, sql: String, values: Vec<Value>) -> Result<(), StoreError> {
        macro_rules! bound {
            ($connection:expr) => {{
                let query = sqlx::query(AssertSqlSafe(sql));
                let query = values.into_iter().fold(query, |query, value| match value {
                    Value::Int(value) => query.bind(value),
                    Value::Text(value) => query.bind(value),
                    Value::Bytes(value) => query.bind(value),
                });
                query.execute($connection).await.map(|_| ())
            }};
        }
        let ran = match self {
            Self::Sqlite(connection) => bound!(connection),
            Self::Postgres(connection) => bound!(connection),
        };
        ran.map_err(StoreError::unavailable)
    }

    /// The first column of the answer.
    pub(super) async fn texts(&mut self, sql: String, values: Vec<Value>) -> Result<Vec<String>, StoreError> {
        macro_rules! asked {
            ($connection:expr) => {{
                let query = sqlx::query_scalar(AssertSqlSafe(sql)).persistent(false);
                let query = values.into_iter().fold(query, |query, value| match value {
                    Value::Int(value) => query.bind(value),
                    Value::Text(value) => query.bind(value),
                    Value::Bytes(value) => query.bind(value),
                });
                query.fetch_all($connection).await
            }};
        }
        let found = match self {
            Self::Sqlite(connection) => asked!(connection),
            Self::Postgres(connection) => asked!(connection),
        };
        found.map_err(StoreError::unavailable)
    }

    /// All tables whose rows move.
    pub(super) async fn tables(&mut self) -> Result<Vec<TableShape>, StoreError> {
        match self {
            Self::Sqlite(connection) => shape::of_sqlite(connection).await,
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
        let closed = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
        };
        closed.map_err(StoreError::unavailable)
    }
}

/// Rows come from a database in which their references hold, parents first; in a file they need not be checked again.
fn settled(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(false)
        .busy_timeout(Duration::from_secs(10))
        .disable_statement_logging()
}
