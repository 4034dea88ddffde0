//! Reads the rows of a table in the order of its key, and writes them elsewhere.

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use shared_kernel::StoreError;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Row as _};
use tokio::sync::mpsc;

use super::digest::{Digester, TableDigest};
use super::session::{FileSession, Session};
use super::shape::{ColumnShape, Kind, TableShape, quoted};
use crate::Value;
use crate::sqlite::{SqliteRow, in_background};

/// Parameters per statement; more than this makes no engine faster.
const MAX_PARAMETERS: usize = 900;
/// Rows that are read ahead.
const BATCH_SIZE: usize = 64;
/// Bytes per statement; a single row may be larger.
const MAX_BYTES: usize = 4 << 20;

/// All rows of a table, by key.
pub(super) fn rows<'s>(
    session: &'s mut Session,
    table: &'s TableShape,
) -> BoxStream<'s, Result<Vec<Value>, StoreError>> {
    match session {
        Session::Sqlite(file) => rows_of_file(file, table.clone()),
        Session::Postgres(connection) => {
            let mut numbering = Numbering::of(table);
            let rows = sqlx::query(AssertSqlSafe(table.select())).persistent(false).fetch(connection);
            rows.map(move |row| {
                let mut values = from_postgres(&row.map_err(StoreError::unavailable)?, table)?;
                numbering.complete(&mut values);
                Ok(values)
            })
            .boxed()
        }
    }
}

/// Reads on a thread that may block, a batch ahead of the one that takes the rows. The connection comes back to the
/// session with the last row; if not all rows are taken, it is closed.
fn rows_of_file(file: &mut FileSession, table: TableShape) -> BoxStream<'_, Result<Vec<Value>, StoreError>> {
    let mut connection = match file.take() {
        Ok(connection) => connection,
        Err(lost) => return stream::iter([Err(lost)]).boxed(),
    };
    let (sender, receiver) = mpsc::channel::<Vec<SqliteRow>>(1);
    let sql = table.select();
    let reading = tokio::spawn(in_background(move || {
        let mut batch = Vec::with_capacity(BATCH_SIZE);
        let read = connection.each_row(&sql, &[], |row| {
            batch.push(row);
            if batch.len() < BATCH_SIZE {
                return Ok(());
            }
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH_SIZE));
            sender.blocking_send(full).map_err(|_| rusqlite::Error::QueryReturnedNoRows)
        });
        read.map_err(StoreError::unavailable)?;
        let _gone = sender.blocking_send(batch);
        Ok(connection)
    }));
    let batches = stream::unfold((receiver, Some((reading, file))), |(mut receiver, mut end)| async move {
        if let Some(batch) = receiver.recv().await {
            return Some((Ok(batch), (receiver, end)));
        }
        let (reading, file) = end.take()?;
        match reading.await.map_err(StoreError::unavailable).and_then(|read| read) {
            Ok(connection) => {
                file.give_back(connection);
                None
            }
            Err(error) => Some((Err(error), (receiver, None))),
        }
    });
    let rows = batches.map_ok(|batch| stream::iter(batch.into_iter().map(Ok::<_, StoreError>))).try_flatten();
    rows.map(move |row| from_sqlite(&row?, &table)).boxed()
}

/// Counts and digests one table.
pub(super) async fn digest(session: &mut Session, table: &TableShape) -> Result<TableDigest, StoreError> {
    let mut digester = Digester::new();
    let mut rows = rows(session, table);
    while let Some(values) = rows.try_next().await? {
        digester.row(&values);
    }
    Ok(digester.finish(table))
}

/// Writes all rows of the source's table into the target's, which is empty; answers what it has read.
pub(super) async fn bring(
    source: &mut Session,
    table: &TableShape,
    target: &mut Session,
) -> Result<TableDigest, StoreError> {
    let most = (MAX_PARAMETERS / table.columns.len().max(1)).max(1);
    let mut digester = Digester::new();
    let (mut waiting, mut bytes): (Vec<Vec<Value>>, usize) = (Vec::with_capacity(most), 0);
    let mut rows = rows(source, table);
    while let Some(values) = rows.try_next().await? {
        digester.row(&values);
        bytes += values.iter().map(size).sum::<usize>();
        waiting.push(values);
        if waiting.len() == most || bytes >= MAX_BYTES {
            insert(target, table, std::mem::take(&mut waiting)).await?;
            bytes = 0;
        }
    }
    if !waiting.is_empty() {
        insert(target, table, waiting).await?;
    }
    Ok(digester.finish(table))
}

fn size(value: &Value) -> usize {
    match value {
        Value::Int(_) => 8,
        Value::Text(text) => text.as_ref().map_or(0, String::len),
        Value::Bytes(bytes) => bytes.as_ref().map_or(0, Vec::len),
    }
}

async fn insert(target: &mut Session, table: &TableShape, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
    let columns: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let width = columns.len();
    let row = |row: usize| {
        let places: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
        format!("({})", places.join(", "))
    };
    let places: Vec<String> = (0..rows.len()).map(row).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES {}", quoted(&table.name), columns.join(", "), places.join(", "));
    target.change(sql, rows.into_iter().flatten().collect()).await
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
    let value = |(at, column): (usize, &ColumnShape)| {
        let empty = match column.kind {
            Kind::Int => Value::Int(None),
            Kind::Text => Value::Text(None),
            Kind::Bytes => Value::Bytes(None),
        };
        row.at(at, &empty).map_err(|problem| {
            StoreError::unavailable(format!("column {} of the table {}: {problem}", column.name, table.name))
        })
    };
    table.columns.iter().enumerate().map(value).collect()
}

fn from_postgres(row: &PgRow, table: &TableShape) -> Result<Vec<Value>, StoreError> {
    let value = |(at, column): (usize, &ColumnShape)| match column.kind {
        Kind::Int => row.try_get(at).map(Value::Int),
        Kind::Text => row.try_get(at).map(Value::Text),
        Kind::Bytes => row.try_get(at).map(Value::Bytes),
    };
    table.columns.iter().enumerate().map(|column| value(column).map_err(StoreError::unavailable)).collect()
}
