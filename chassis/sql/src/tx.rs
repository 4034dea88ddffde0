//! A connection inside a unit of work, and the rows it reads.

use std::sync::Arc;

use shared_kernel::StoreError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{AssertSqlSafe, Executor as _, Postgres, Row as _, TypeInfo as _, ValueRef as _};
use tracing::Span;
use uuid::Uuid;

use super::Dialect;
use super::attachments::Attachments;
use super::sqlite::{SqliteConnection, SqliteRow};
use super::value::{Column, Params, Value};

/// The hands with which a job touches the database. Inside [`super::Database::write`] everything done through one `Tx`
/// is committed together or not at all; inside [`super::Database::read`] each statement sees the latest commit.
pub struct Tx {
    connection: Connection,
    pub(super) changes: u64,
    pub(super) statements: u64,
    pub(super) rows: u64,
    pub(super) touched: Touched,
    attachments: Attachments,
    /// The unit of work's; the writer of a file, which has many at once, keeps it with each.
    pub(super) span: Span,
    /// A statement has failed because another transaction was faster; the whole unit of work may succeed when repeated.
    pub(super) lost_a_race: bool,
}

/// What a unit of work has added to, so that those who wait for it can be woken after the commit.
#[derive(Default)]
pub(super) struct Touched {
    pub(super) outbox: bool,
    /// The consumers whose inbox has grown; seldom more than two.
    pub(super) inbox: Vec<&'static str>,
    /// The leases of messages that were settled.
    pub(super) settled: Vec<(Uuid, String)>,
    /// What is to be done after the commit, and only then.
    pub(super) after: Vec<Box<dyn FnOnce() + Send>>,
}

pub(super) enum Connection {
    /// Works on the thread that asks: nothing that is awaited of it ever waits.
    Sqlite(SqliteConnection),
    Postgres(PoolConnection<Postgres>),
}

impl Tx {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            changes: 0,
            statements: 0,
            rows: 0,
            touched: Touched::default(),
            attachments: Attachments::default(),
            span: Span::none(),
            lost_a_race: false,
        }
    }

    pub(super) fn with_span(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// For units of work that write.
    pub(super) fn with_attachments(self, attachments: &Attachments) -> Self {
        Self { attachments: attachments.clone(), ..self }
    }

    /// What [`super::Database::attachment`] answers, in a unit of work that writes.
    pub fn attachment<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        self.attachments.get()
    }

    /// Has this done when the unit of work is durable, on the thread that has committed it, so it must be quick. Without a
    /// commit it is dropped; a job that is run again says it again.
    pub fn after_commit(&mut self, act: impl FnOnce() + Send + 'static) {
        self.touched.after.push(Box::new(act));
    }

    /// Which engine is at work.
    pub fn dialect(&self) -> Dialect {
        match self.connection {
            Connection::Sqlite(_) => Dialect::Sqlite,
            Connection::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement that returns no rows; answers how many it changed.
    pub async fn execute(&mut self, sql: &'static str, params: Params) -> Result<u64, StoreError> {
        self.statements += 1;
        show(sql, &params);
        let changed = match &mut self.connection {
            Connection::Sqlite(connection) => connection.execute(sql, &params).map_err(StoreError::unavailable),
            Connection::Postgres(connection) => {
                let done = bound_postgres(sqlx::query(sql), params).execute(&mut **connection).await;
                done.map(|done| done.rows_affected()).map_err(|error| failed(&mut self.lost_a_race, error))
            }
        }?;
        self.changes += changed;
        Ok(changed)
    }

    /// Runs a statement and reads all its rows. A statement that changes and returns rows counts as a change.
    pub async fn fetch(&mut self, sql: &'static str, params: Params) -> Result<Vec<Row>, StoreError> {
        self.statements += 1;
        show(sql, &params);
        let rows: Vec<Row> = match &mut self.connection {
            Connection::Sqlite(connection) => {
                let rows = connection.fetch(sql, &params).map_err(StoreError::unavailable)?;
                rows.into_iter().map(|row| Row(Answer::Sqlite(row))).collect()
            }
            Connection::Postgres(connection) => {
                let rows = bound_postgres(sqlx::query(sql), params).fetch_all(&mut **connection).await;
                let rows = rows.map_err(|error| failed(&mut self.lost_a_race, error))?;
                rows.into_iter().map(|row| Row(Answer::Postgres(row))).collect()
            }
        };
        let found = rows.len() as u64;
        self.rows += found;
        if !sql.trim_start().starts_with("SELECT") {
            self.changes += found;
        }
        Ok(rows)
    }

    /// Like [`Tx::fetch`] for at most one row; further rows are dropped.
    pub async fn fetch_optional(&mut self, sql: &'static str, params: Params) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch(sql, params).await?.into_iter().next())
    }

    /// Reads rows in order to decide: no other transaction can change them before this unit of work is committed. `sql`
    /// is a plain `SELECT` over one table that could end in `FOR UPDATE`. Those who lock several rows do so in the
    /// order of their keys. Rows that do not exist cannot be held: two who insert the same key meet at its uniqueness,
    /// and the later one is run again and then sees the other's row.
    pub async fn fetch_for_update(&mut self, sql: &'static str, params: Params) -> Result<Vec<Row>, StoreError> {
        let Connection::Postgres(connection) = &mut self.connection else { return self.fetch(sql, params).await };
        self.statements += 1;
        show(sql, &params);
        let locking = sqlx::query(AssertSqlSafe(format!("{sql} FOR UPDATE")));
        let rows = bound_postgres(locking, params).fetch_all(&mut **connection).await;
        let rows = rows.map_err(|error| failed(&mut self.lost_a_race, error))?;
        self.rows += rows.len() as u64;
        Ok(rows.into_iter().map(|row| Row(Answer::Postgres(row))).collect())
    }

    /// From here to the commit a statement may take as long as it takes, for work on whole tables that a person waits for.
    /// (On SQLite no statement is ended for taking long.)
    pub async fn disable_statement_timeout(&mut self) -> Result<(), StoreError> {
        match self.dialect() {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => self.script("SET LOCAL statement_timeout = 0").await,
        }
    }

    /// Runs several statements without parameters, for migrations.
    pub(super) async fn script(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match &mut self.connection {
            Connection::Sqlite(connection) => connection.script(sql).map_err(StoreError::unavailable),
            Connection::Postgres(connection) => {
                let done = connection.execute(sqlx::raw_sql(sql)).await;
                done.map(|_| ()).map_err(|error| failed(&mut self.lost_a_race, error))
            }
        }
    }

    /// Begins or ends a transaction of a file, with a statement that stays prepared.
    pub(super) fn control(&mut self, sql: &'static str) -> Result<(), StoreError> {
        match &mut self.connection {
            Connection::Sqlite(connection) => connection.execute(sql, &[]).map(|_| ()).map_err(StoreError::unavailable),
            Connection::Postgres(_) => Err(StoreError::unavailable("not a file")),
        }
    }

    /// Says that the outbox has grown; the relay is woken after the commit.
    pub fn touch_outbox(&mut self) {
        self.touched.outbox = true;
    }

    /// Says that the message of this lease is settled; after the commit its worker need not settle it.
    pub fn touch_settled(&mut self, lease: Uuid, message: &str) {
        self.touched.settled.push((lease, message.to_owned()));
    }

    /// Says that a consumer's inbox has grown; its worker is woken after the commit.
    pub fn touch_inbox(&mut self, consumer: &'static str) {
        if !self.touched.inbox.contains(&consumer) {
            self.touched.inbox.push(consumer);
        }
    }

    /// Closes the connection, whose state is unknown, so that it is not used again.
    pub(super) async fn discard(self) {
        if let Connection::Postgres(connection) = self.connection {
            let _already_broken = connection.close().await;
        }
    }

    /// Whether the server is still there at all. A file always is.
    pub(super) async fn answers(&mut self) -> bool {
        match &mut self.connection {
            Connection::Sqlite(_) => true,
            Connection::Postgres(connection) => super::connections::answers(connection).await,
        }
    }

    /// The connection to a server that was put in.
    pub(super) fn into_postgres(self) -> Option<PoolConnection<Postgres>> {
        match self.connection {
            Connection::Sqlite(_) => None,
            Connection::Postgres(connection) => Some(connection),
        }
    }

    /// The connection to a file that was put in.
    pub(super) fn into_sqlite(self) -> Option<SqliteConnection> {
        match self.connection {
            Connection::Sqlite(connection) => Some(connection),
            Connection::Postgres(_) => None,
        }
    }
}

/// For those who look with `STORE_LOG=sql=trace` at what the shop asks its databases. Nothing is formatted for
/// others.
fn show(sql: &'static str, params: &Params) {
    tracing::trace!(target: "sql", parameters = kinds(params), "{sql}");
}

/// The types of parameters, whose values may be personal.
fn kinds(params: &Params) -> String {
    let kind = |value: &Value| match value {
        Value::Int(_) => "bigint",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytea",
    };
    params.iter().map(kind).collect::<Vec<_>>().join(", ")
}

/// What a server's refusal means. Notes when the unit of work has only lost a race: a serialization failure, a
/// deadlock, a lock not given in time, a key that another transaction has just taken.
fn failed(lost_a_race: &mut bool, error: sqlx::Error) -> StoreError {
    const RACES: [&str; 4] = ["40001", "40P01", "55P03", "23505"];
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    if code.is_some_and(|code| RACES.contains(&code.as_ref())) {
        *lost_a_race = true;
    }
    StoreError::unavailable(error)
}

/// No text of PostgreSQL's can hold NUL and none of ours does, but a search may hold one: it finds nothing.
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
pub struct Row(Answer);

enum Answer {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// Reads a column by its name.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] naming the column when it is missing or cannot be a `T`.
    pub fn get<T: Column>(&self, column: &'static str) -> Result<T, StoreError> {
        let corrupt = |problem: String| StoreError::Corrupt { table: "answer", row: column.to_owned(), problem };
        let value = match &self.0 {
            Answer::Sqlite(row) => row.get(column, &T::KIND),
            Answer::Postgres(row) => match T::KIND {
                Value::Int(_) => postgres_int(row, column).map(Value::Int),
                Value::Text(_) => row.try_get(column).map(Value::Text),
                Value::Bytes(_) => row.try_get(column).map(Value::Bytes),
            }
            .map_err(|error| error.to_string()),
        };
        T::from_value(value.map_err(corrupt)?).map_err(corrupt)
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
