//! What tables there are and how their rows are read in the order of their keys.

use shared_kernel::StoreError;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::{is_derived, moves};
use crate::Value;
use crate::sqlite::{SqliteConnection, SqliteRow};

/// The kinds of values that we keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Text,
    Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ColumnShape {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Its place in the primary key, from 1.
    pub(super) key: Option<i64>,
    /// The engine numbers it by itself.
    pub(super) numbered: bool,
    /// A sequence of its own that counts, from 0, what has been added to it; the number of record is the sum.
    pub(super) counter: Option<String>,
}

/// One table. Columns are sorted by name, so that both engines agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableShape {
    pub(super) name: String,
    pub(super) columns: Vec<ColumnShape>,
    /// What its rows are sorted by, ready for a statement.
    order: Vec<String>,
}

impl TableShape {
    fn new(name: String, mut columns: Vec<ColumnShape>, postgres: bool) -> Self {
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        let mut keys: Vec<&ColumnShape> = columns.iter().filter(|column| column.key.is_some()).collect();
        keys.sort_by_key(|column| column.key);
        let mut order: Vec<String> = keys.into_iter().map(|column| sort_key(column, postgres)).collect();
        if name == "outbox" {
            // Facts are known by their places; those that have none yet come last, as they were written.
            order.insert(0, quoted("position"));
        }
        Self { name, columns, order }
    }

    /// The table with only those columns that `other` has, too.
    pub(super) fn shared_with(&self, other: &Self) -> Self {
        let known = |column: &&ColumnShape| other.columns.iter().any(|theirs| theirs.name == column.name);
        let columns = self.columns.iter().filter(known).cloned().collect();
        Self { name: self.name.clone(), columns, order: self.order.clone() }
    }

    /// A column that `other` lacks, though it holds more than what an engine counts for itself.
    pub(super) fn lacks(&self, other: &Self) -> Option<String> {
        let known = |column: &ColumnShape| other.columns.iter().any(|theirs| theirs.name == column.name);
        let lacking = self.columns.iter().find(|column| !column.numbered && !known(column));
        lacking.map(|column| column.name.clone())
    }

    /// Reads all rows by key. Texts sort by their bytes, on every engine and whatever its language.
    pub(super) fn select(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(value_of).collect();
        let order = if self.order.is_empty() { String::new() } else { format!(" ORDER BY {}", self.order.join(", ")) };
        format!("SELECT {} FROM {}{order}", columns.join(", "), quoted(&self.name))
    }
}

fn value_of(column: &ColumnShape) -> String {
    let name = quoted(&column.name);
    let Some(counter) = &column.counter else { return name };
    format!("{name} + (SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END FROM {counter})")
}

fn sort_key(column: &ColumnShape, postgres: bool) -> String {
    let collation = if postgres && column.kind == Kind::Text { " COLLATE \"C\"" } else { "" };
    format!("{}{collation}", quoted(&column.name))
}

/// A name as a part of a statement. Names come from our own migrations, by way of the engine's catalogue.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Parents come before their children: tables are in the order in which they were made. Columns that triggers keep up
/// (`derived_..`) are left out: the triggers of the target do so as rows arrive.
pub(super) fn of_sqlite(connection: &mut SqliteConnection) -> rusqlite::Result<Vec<TableShape>> {
    let names = "SELECT m.name AS name FROM sqlite_master AS m JOIN pragma_table_list AS l ON l.name = m.name
        WHERE m.type = 'table' AND l.type = 'table' AND l.schema = 'main' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.rowid";
    // `rewound` is a counter of the version before this one.
    let columns = "SELECT name, type, pk FROM pragma_table_info($1)
        WHERE name <> 'rewound' AND substr(name, 1, 8) <> 'derived_'";
    let mut tables = Vec::new();
    for name in connection.fetch(names, &[])?.iter().map(|row| text(row, "name")).filter(|name| moves(name)) {
        let rows = connection.fetch(columns, &[Value::Text(Some(name.clone()))])?;
        tables.push(TableShape::new(name, rows.iter().map(column_of_sqlite).collect(), false));
    }
    Ok(tables)
}

fn column_of_sqlite(row: &SqliteRow) -> ColumnShape {
    let key = match row.get("pk", &Value::Int(None)) {
        Ok(Value::Int(Some(place))) if place > 0 => Some(place),
        _ => None,
    };
    ColumnShape { name: text(row, "name"), kind: kind(&text(row, "type")), key, numbered: false, counter: None }
}

/// A text of SQLite's own catalogue, which has one in each of these columns.
fn text(row: &SqliteRow, column: &str) -> String {
    match row.get(column, &Value::Text(None)) {
        Ok(Value::Text(Some(text))) => text,
        _ => String::new(),
    }
}

/// Like [`of_sqlite`]. Columns that the server computes are left out, too.
pub(super) async fn of_postgres(connection: &mut PgConnection) -> Result<Vec<TableShape>, StoreError> {
    let sql = "SELECT c.relname AS table_name, a.attname AS name, format_type(a.atttypid, NULL) AS type,
            COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0)::int8 AS key, a.attidentity <> '' AS numbered,
            CASE WHEN a.attidentity = '' THEN pg_get_serial_sequence(c.oid::regclass::text, a.attname) END AS counter
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            AND NOT starts_with(a.attname::text, 'derived_')
        LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY c.oid, a.attname";
    let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await.map_err(StoreError::unavailable)?;
    let mut tables: Vec<(String, Vec<ColumnShape>)> = Vec::new();
    for row in rows {
        let read = || -> Result<(String, ColumnShape), sqlx::Error> {
            let (declared, key): (String, i64) = (row.try_get("type")?, row.try_get("key")?);
            let (name, key) = (row.try_get("name")?, (key > 0).then_some(key));
            let (numbered, counter) = (row.try_get("numbered")?, row.try_get("counter")?);
            let column = ColumnShape { name, kind: kind(&declared), key, numbered, counter };
            Ok((row.try_get("table_name")?, column))
        };
        let (table, column) = read().map_err(StoreError::unavailable)?;
        match tables.last_mut().filter(|(name, _)| *name == table) {
            Some((_, columns)) => columns.push(column),
            None => tables.push((table, vec![column])),
        }
    }
    let kept = tables.into_iter().filter(|(name, _)| moves(name));
    Ok(kept.map(|(name, columns)| TableShape::new(name, columns, true)).collect())
}

/// The tables that follow from others on this server, and refer to them. (In a file they are of a kind that cannot.)
pub(super) async fn derived_on_postgres(connection: &mut PgConnection) -> Result<Vec<String>, StoreError> {
    let sql =
        "SELECT relname::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'";
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(connection).await.map_err(StoreError::unavailable)?;
    Ok(names.into_iter().filter(|name| is_derived(name)).collect())
}

fn kind(declared: &str) -> Kind {
    match declared.to_ascii_uppercase().as_str() {
        "INTEGER" | "BIGINT" => Kind::Int,
        "BLOB" | "BYTEA" => Kind::Bytes,
        _ => Kind::Text,
    }
}
