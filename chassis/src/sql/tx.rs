//! A connection inside a unit of work, and the rows it reads.

use shared_kernel::StoreError;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row as _, Sqlite, SqliteConnection};

use super::value::{Column, Params, Value};

/// The hands with which a job touches the database. Inside [`super::Database::write`] everything done through one `Tx`
/// is committed together or not at all; inside [`super::Database::read`] each statement sees the latest commit.
pub struct Tx {
    connection: Connection,
    pub(super) changes: u64,
    pub(super) touched: Touched,
}

/// What a unit of work has added to, so that those who wait for it can be woken after the commit.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub(super) outbox: bool,
    /// The consumers whose inbox has grown; seldom more than two.
    pub(super) inbox: Vec<&'static str>,
}

pub(super) enum Connection {
    Writer(SqliteConnection),
    Reader(sqlx::pool::PoolConnection<Sqlite>),
}

impl Tx {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, changes: 0, touched: Touched::default() }
    }

    /// Runs a statement that returns no rows; answers how many it changed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with the engine's reason.
    pub async fn execute(&mut self, sql: &'static str, params: Params) -> Result<u64, StoreError> {
        let done = bound(sql, params).execute(self.sqlite()).await.map_err(StoreError::unavailable)?;
        self.changes += done.rows_affected();
        Ok(done.rows_affected())
    }

    /// Runs a statement and reads all its rows. A statement that changes and returns rows counts as a change.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with the engine's reason.
    pub async fn fetch(&mut self, sql: &'static str, params: Params) -> Result<Vec<Row>, StoreError> {
        let rows = bound(sql, params).fetch_all(self.sqlite()).await.map_err(StoreError::unavailable)?;
        if !sql.trim_start().starts_with("SELECT") {
            self.changes += rows.len() as u64;
        }
        Ok(rows.into_iter().map(Row).collect())
    }

    /// Like [`Tx::fetch`] for at most one row; further rows are dropped.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with the engine's reason.
    pub async fn fetch_optional(&mut self, sql: &'static str, params: Params) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch(sql, params).await?.into_iter().next())
    }

    /// Runs several statements without parameters, for migrations and transaction control.
    pub(super) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        sqlx::raw_sql(sql).execute(self.sqlite()).await.map(|_| ()).map_err(StoreError::unavailable)
    }

    /// Says that the outbox has grown; the relay is woken after the commit.
    pub(crate) fn touch_outbox(&mut self) {
        self.touched.outbox = true;
    }

    /// Says that a consumer's inbox has grown; its worker is woken after the commit.
    pub(crate) fn touch_inbox(&mut self, consumer: &'static str) {
        if !self.touched.inbox.contains(&consumer) {
            self.touched.inbox.push(consumer);
        }
    }

    fn sqlite(&mut self) -> &mut SqliteConnection {
        match &mut self.connection {
            Connection::Writer(connection) => connection,
            Connection::Reader(connection) => connection,
        }
    }
}

fn bound(sql: &'static str, params: Params) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
    params.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

/// One row of an answer.
pub struct Row(SqliteRow);

impl Row {
    /// Reads a column by its name.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] naming the column when it is missing or cannot be a `T`.
    pub fn get<T: Column>(&self, column: &'static str) -> Result<T, StoreError> {
        let corrupt = |problem: String| StoreError::Corrupt { table: "answer", row: column.to_owned(), problem };
        let value = match T::KIND {
            Value::Int(_) => self.0.try_get(column).map(Value::Int),
            Value::Text(_) => self.0.try_get(column).map(Value::Text),
            Value::Bytes(_) => self.0.try_get(column).map(Value::Bytes),
        };
        T::from_value(value.map_err(|error| corrupt(error.to_string()))?).map_err(corrupt)
    }
}
