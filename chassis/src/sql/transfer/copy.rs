//! Brings a snapshot into an empty database: all of it, proven, or nothing.

use futures_util::TryStreamExt as _;
use shared_kernel::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};

use super::Location;
use super::digest::{Digester, TableDigest};
use super::shape::{self, TableShape, quoted};
use super::snapshot::{Snapshot, Source, digest, rows};
use crate::sql::{Value, postgres};

/// Rows per statement; more parameters than this makes no engine faster.
const PARAMETERS: usize = 900;

/// Why nothing was copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The target holds other rows; it is left as it is.
    #[error("the table {0} of the target is not empty")]
    NotEmpty(String),
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

/// Copies everything in one transaction of the target, whose tables must be there already and empty, and compares. A
/// target that holds exactly the same rows already is left alone, so that what was interrupted can be begun again.
///
/// # Errors
/// [`CopyError`]; then nothing was copied.
pub async fn copy(from: &mut Snapshot, target: &Location) -> Result<Vec<TableDigest>, CopyError> {
    let mut target = open(target).await?;
    let done = copy_into(from, &mut target).await;
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    run(&mut target, end.to_owned()).await?;
    done
}

async fn copy_into(from: &mut Snapshot, target: &mut Source) -> Result<Vec<TableDigest>, CopyError> {
    let theirs = match target {
        Source::Sqlite(connection) => shape::of_sqlite(connection).await?,
        Source::Postgres(connection) => shape::of_postgres(connection).await?,
    };
    let mut pairs = Vec::new();
    for table in from.shapes() {
        let same = theirs.iter().find(|theirs| theirs.name == table.name);
        let same = same.ok_or_else(|| CopyError::Unknown(format!("table {}", table.name)))?;
        pairs.push((table.shared_with(same), same.shared_with(table), table.lacks(same)));
    }
    let unused = is_unused(target, &theirs).await?;
    let mut digests = Vec::new();
    for (ours, same, lacking) in pairs {
        if let Some(column) = lacking {
            return Err(CopyError::Unknown(format!("column {column} of the table {}", ours.name)));
        }
        let there = digest(target, &same).await?;
        if there.rows > 0 && !(unused && there.rows == 1) {
            if there != digest(&mut from.source, &ours).await? {
                return Err(CopyError::NotEmpty(ours.name));
            }
            digests.push(there);
            continue;
        }
        run(target, format!("DELETE FROM {}", quoted(&same.name))).await?;
        let brought = bring(&mut from.source, &ours, target).await?;
        number_on(target, &same).await?;
        if digest(target, &same).await? != brought {
            return Err(CopyError::Differs(ours.name));
        }
        digests.push(brought);
    }
    Ok(digests)
}

/// Whether nothing has ever happened in the target. It may then hold single rows that its making has left, such as a
/// counter at its start.
async fn is_unused(target: &mut Source, tables: &[TableShape]) -> Result<bool, StoreError> {
    let mut rows = 0;
    for table in tables.iter().filter(|table| ["outbox", "inbox", "marker"].contains(&table.name.as_str())) {
        rows += digest(target, table).await?.rows;
    }
    Ok(rows == 0)
}

/// A connection with a transaction that is alone with the tables.
async fn open(location: &Location) -> Result<Source, StoreError> {
    match location {
        Location::File(path) => {
            let options = SqliteConnectOptions::new()
                .filename(path)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(false)
                .disable_statement_logging();
            let mut connection = options.connect().await.map_err(StoreError::unavailable)?;
            connection.execute("BEGIN IMMEDIATE").await.map_err(StoreError::unavailable)?;
            Ok(Source::Sqlite(connection))
        }
        Location::Schema(settings) => {
            let options = postgres::options(settings)?;
            let mut connection = options.connect().await.map_err(StoreError::unavailable)?;
            let session = format!(
                "{}; BEGIN; SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), 2))",
                postgres::search_path(settings)
            );
            connection.execute(sqlx::raw_sql(AssertSqlSafe(session))).await.map_err(StoreError::unavailable)?;
            Ok(Source::Postgres(connection))
        }
    }
}

async fn bring(source: &mut Source, table: &TableShape, target: &mut Source) -> Result<TableDigest, StoreError> {
    let batch = (PARAMETERS / table.columns.len().max(1)).max(1);
    let mut digester = Digester::new();
    let mut waiting: Vec<Vec<Value>> = Vec::with_capacity(batch);
    let mut rows = rows(source, table);
    while let Some(values) = rows.try_next().await? {
        digester.row(&values);
        waiting.push(values);
        if waiting.len() == batch {
            insert(target, table, std::mem::take(&mut waiting)).await?;
        }
    }
    if !waiting.is_empty() {
        insert(target, table, waiting).await?;
    }
    Ok(digester.finish(table))
}

async fn insert(target: &mut Source, table: &TableShape, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let width = columns.len();
    let row = |row: usize| {
        let places: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
        format!("({})", places.join(", "))
    };
    let places: Vec<String> = (0..rows.len()).map(row).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES {}", quoted(&table.name), columns.join(", "), places.join(", "));
    let values = rows.into_iter().flatten();
    let inserted = match target {
        Source::Sqlite(connection) => {
            let query = values.fold(sqlx::query(AssertSqlSafe(sql)), |query, value| match value {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            });
            query.persistent(false).execute(connection).await.map(|_| ())
        }
        Source::Postgres(connection) => {
            let query = values.fold(sqlx::query(AssertSqlSafe(sql)), |query, value| match value {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            });
            query.execute(connection).await.map(|_| ())
        }
    };
    inserted.map_err(StoreError::unavailable)
}

/// Where the engine counts by itself, it goes on behind what was brought.
async fn number_on(target: &mut Source, table: &TableShape) -> Result<(), StoreError> {
    for column in table.columns.iter().filter(|column| column.numbered) {
        let (name, column) = (quoted(&table.name), &column.name);
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{name}', '{column}'), (SELECT MAX({}) FROM {name}))
             WHERE EXISTS (SELECT 1 FROM {name})",
            quoted(column)
        );
        run(target, sql).await?;
    }
    Ok(())
}

async fn run(target: &mut Source, sql: String) -> Result<(), StoreError> {
    let ran = match target {
        Source::Sqlite(connection) => connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(|_| ()),
        Source::Postgres(connection) => connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(|_| ()),
    };
    ran.map_err(StoreError::unavailable)
}
