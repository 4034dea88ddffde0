//! A connection inside a unit of work, and the rows it reads.

use shared_kernel::StoreError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{
    AssertSqlSafe, Executor as _, PgConnection, Postgres, Row as _, Sqlite, SqliteConnection, TypeInfo as _,
    ValueRef as _,
};
use uuid::Uuid;

use super::Dialect;
use super::value::{Column, Params, Value};

/// The hands with which a job touches the database. Inside [`super::Database::write`] everything done through one `Tx`
/// is committed together or not at all; inside [`super::Database::read`] each statement sees the latest commit.
pub struct Tx {
    connection: Connection,
    pub(super) changes: u64,
    pub(super) touched: Touched,
    /// A statement has failed because somebody else was faster; the whole job may go better again.
    pub(super) lost_a_race: bool,
}

/// What a unit of work has added to, so that those who wait for it can be woken after the commit.
#[derive(Debug, Default)]
pub(super) struct Touched {
    pub(super) outbox: bool,
    /// The consumers whose inbox has grown; seldom more than two.
    pub(super) inbox: Vec<&'static str>,
    /// The leases of messages that were settled.
    pub(super) settled: Vec<Uuid>,
}

pub(super) enum Connection {
    SqliteWriter(SqliteConnection),
    SqliteReader(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

enum Engine<'t> {
    Sqlite(&'t mut SqliteConnection),
    Postgres(&'t mut PgConnection),
}

impl Tx {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, changes: 0, touched: Touched::default(), lost_a_race: false }
    }

    /// Which engine is at work.
    pub fn dialect(&self) -> Dialect {
        match self.connection {
            Connection::SqliteWriter(_) | Connection::SqliteReader(_) => Dialect::Sqlite,
            Connection::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement that returns no rows; answers how many it changed.
    pub async fn execute(&mut self, sql: &'static str, params: Params) -> Result<u64, StoreError> {
        let changed = match self.engine() {
            Engine::Sqlite(connection) => bound(sql, params).execute(connection).await.map(|done| done.rows_affected()),
            Engine::Postgres(connection) => {
                bound_postgres(sqlx::query(sql), params).execute(connection).await.map(|done| done.rows_affected())
            }
        };
        let changed = changed.map_err(|error| self.failed(error))?;
        self.changes += changed;
        Ok(changed)
    }

    /// Runs a statement and reads all its rows. A statement that changes and returns rows counts as a change.
    pub async fn fetch(&mut self, sql: &'static str, params: Params) -> Result<Vec<Row>, StoreError> {
        let rows: Result<Vec<Row>, sqlx::Error> = match self.engine() {
            Engine::Sqlite(connection) => {
                let rows = bound(sql, params).fetch_all(connection).await;
                rows.map(|rows| rows.into_iter().map(Row::Sqlite).collect())
            }
            Engine::Postgres(connection) => {
                let rows = bound_postgres(sqlx::query(sql), params).fetch_all(connection).await;
                rows.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        };
        let rows = rows.map_err(|error| self.failed(error))?;
        if !sql.trim_start().starts_with("SELECT") {
            self.changes += rows.len() as u64;
        }
        Ok(rows)
    }

    /// Like [`Tx::fetch`] for at most one row; further rows are dropped.
    pub async fn fetch_optional(&mut self, sql: &'static str, params: Params) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch(sql, params).await?.into_iter().next())
    }

    /// Reads rows in order to decide: nobody else can change them before this unit of work is committed. `sql` is a plain
    /// `SELECT` over one table that could end in `FOR UPDATE`. Those who lock several rows do so in the order of their
    /// keys. Rows that do not exist cannot be held: two who insert the same key meet at its uniqueness, and the later one
    /// is run again and then sees the other's row.
    pub async fn fetch_for_update(&mut self, sql: &'static str, params: Params) -> Result<Vec<Row>, StoreError> {
        let Engine::Postgres(connection) = self.engine() else { return self.fetch(sql, params).await };
        let locking = sqlx::query(AssertSqlSafe(format!("{sql} FOR UPDATE")));
        let rows = bound_postgres(locking, params).fetch_all(connection).await;
        Ok(rows.map_err(|error| self.failed(error))?.into_iter().map(Row::Postgres).collect())
    }

    /// From here to the commit a statement may take as long as it takes, for work on whole tables that a person waits for.
    /// (On SQLite no statement is ended for taking long.)
    pub async fn disable_statement_timeout(&mut self) -> Result<(), StoreError> {
        match self.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => self.script("SET LOCAL statement_timeout = 0").await,
        }
    }

    /// Runs several statements without parameters, for migrations and transaction control.
    pub(super) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let done = match self.engine() {
            Engine::Sqlite(connection) => connection.execute(sqlx::raw_sql(sql)).await.map(|_| ()),
            Engine::Postgres(connection) => connection.execute(sqlx::raw_sql(sql)).await.map(|_| ()),
        };
        done.map_err(|error| self.failed(error))
    }

    /// Says that the outbox has grown; the relay is woken after the commit.
    pub fn touch_outbox(&mut self) {
        self.touched.outbox = true;
    }

    /// Says that the message of this lease is settled; anyone who works on it need not do so after the commit.
    pub fn touch_settled(&mut self, lease: Uuid) {
        self.touched.settled.push(lease);
    }

    /// Says that a consumer's inbox has grown; its worker is woken after the commit.
    pub fn touch_inbox(&mut self, consumer: &'static str) {
        if !self.touched.inbox.contains(&consumer) {
            self.touched.inbox.push(consumer);
        }
    }

    /// Never to be used again: nobody knows in what state it is.
    pub(super) async fn discard(self) {
        if let Connection::Postgres(connection) = self.connection {
            let _already_broken = connection.close().await;
        }
    }

    /// The connection of one's own that was put in.
    pub(super) fn into_file(self) -> Option<SqliteConnection> {
        match self.connection {
            Connection::SqliteWriter(connection) => Some(connection),
            Connection::SqliteReader(_) | Connection::Postgres(_) => None,
        }
    }

    fn engine(&mut self) -> Engine<'_> {
        match &mut self.connection {
            Connection::SqliteWriter(connection) => Engine::Sqlite(connection),
            Connection::SqliteReader(connection) => Engine::Sqlite(connection),
            Connection::Postgres(connection) => Engine::Postgres(connection),
        }
    }

    fn failed(&mut self, error: sqlx::Error) -> StoreError {
        let code = error.as_database_error().and_then(|error| error.code().map(std::borrow::Cow::into_owned));
        // Serialization failure, deadlock, a lock not given in time, a key that somebody else has just taken.
        let races = ["40001", "40P01", "55P03", "23505"];
        if self.dialect() == Dialect::Postgres && code.is_some_and(|code| races.contains(&code.as_str())) {
            self.lost_a_race = true;
        }
        StoreError::unavailable(error)
    }
}

fn bound(sql: &'static str, params: Params) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
    params.into_iter().fold(sqlx::query(sql), |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Bytes(value) => query.bind(value),
    })
}

/// No text of PostgreSQL's can hold NUL and none of ours does, but somebody may look for one: then they find nothing.
fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

type PostgresQuery<'q> = sqlx::query::Query<'q, Postgres, PgArguments>;

fn bound_postgres(query: PostgresQuery<'_>, params: Params) -> PostgresQuery<'_> {
    params.into_iter().fold(query, |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value.map(without_nul)),
        Value::Bytes(value) => query.bind(value),
    })
}

/// One row of an answer.
pub enum Row {
    /// From a SQLite file.
    Sqlite(SqliteRow),
    /// From a PostgreSQL server.
    Postgres(PgRow),
}

impl Row {
    /// Reads a column by its name.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] naming the column when it is missing or cannot be a `T`.
    pub fn get<T: Column>(&self, column: &'static str) -> Result<T, StoreError> {
        let corrupt = |problem: String| StoreError::Corrupt { table: "answer", row: column.to_owned(), problem };
        let value = match self {
            Self::Sqlite(row) => match T::KIND {
                Value::Int(_) => row.try_get(column).map(Value::Int),
                Value::Text(_) => row.try_get(column).map(Value::Text),
                Value::Bytes(_) => row.try_get(column).map(Value::Bytes),
            },
            Self::Postgres(row) => match T::KIND {
                Value::Int(_) => postgres_int(row, column).map(Value::Int),
                Value::Text(_) => row.try_get(column).map(Value::Text),
                Value::Bytes(_) => row.try_get(column).map(Value::Bytes),
            },
        };
        T::from_value(value.map_err(|error| corrupt(error.to_string()))?).map_err(corrupt)
    }
}

/// Columns are BIGINT, but what an expression yields may be narrower.
fn postgres_int(row: &PgRow, column: &'static str) -> Result<Option<i64>, sqlx::Error> {
    match row.try_get_raw(column)?.type_info().name() {
        "BOOL" => Ok(row.try_get::<Option<bool>, _>(column)?.map(i64::from)),
        "INT2" => Ok(row.try_get::<Option<i16>, _>(column)?.map(i64::from)),
        "INT4" => Ok(row.try_get::<Option<i32>, _>(column)?.map(i64::from)),
        _ => row.try_get(column),
    }
}
