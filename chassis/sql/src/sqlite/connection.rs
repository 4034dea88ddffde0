//! One connection to a SQLite file. It works on the thread that asks: between a statement and its rows there is no queue
//! and no other thread, which costs more than most statements do.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Statement, ToSql};

use crate::value::Value;

/// Prepared statements that a connection keeps; the busiest context has about a hundred.
const MAX_CACHED_STATEMENTS: usize = 256;

/// What ends or escapes the path of a URI.
const NOT_IN_PATH: &AsciiSet = &CONTROLS.add(b'?').add(b'#').add(b'%');

/// What every connection sets. Each commit is flushed to disk; a query in the file's own schema (a
/// trigger, a view) may do nothing that touches the outside.
const SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA mmap_size = 0; PRAGMA temp_store = memory;
    PRAGMA cache_size = -2000; PRAGMA trusted_schema = OFF";

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// To read and write; a missing file is made.
    Create,
    /// Reads and writes an existing file.
    Write,
    /// Reads, while others may write.
    Read,
    /// Reads a file that does not change, and leaves no lock or log file beside it.
    Immutable,
}

/// A connection with its prepared statements. One thread uses it at a time.
pub(crate) struct SqliteConnection {
    connection: Connection,
    shapes: HashMap<(usize, usize), Arc<Shape>>,
}

/// What does not change about a prepared statement.
struct Shape {
    columns: Arc<[Box<str>]>,
    /// For each parameter as SQLite counts them, its place in our list: SQLite takes `$2` for a name, and numbers names in
    /// the order in which they appear.
    parameters: Vec<usize>,
}

impl Shape {
    fn of(statement: &Statement<'_>) -> Self {
        let name =
            |at| statement.parameter_name(at).and_then(|name| name.trim_start_matches('$').parse::<usize>().ok());
        Self {
            columns: statement.column_names().into_iter().map(Box::from).collect(),
            parameters: (1..=statement.parameter_count()).map(|at| name(at).unwrap_or(at)).collect(),
        }
    }
}

impl SqliteConnection {
    /// Opens a file. `busy` is how long a statement waits for another connection that writes.
    pub(crate) fn open(path: &Path, access: Access, busy: Duration) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let connection = match access {
            Access::Create => Connection::open_with_flags(
                path,
                flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
            )?,
            Access::Write => Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)?,
            Access::Read => Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_ONLY)?,
            Access::Immutable => {
                let path = path.to_string_lossy();
                let uri = format!("file:{}?immutable=1", utf8_percent_encode(&path, NOT_IN_PATH));
                let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
                Connection::open_with_flags(uri, flags)?
            }
        };
        Self::set_up(connection, busy)
    }

    /// A database that is gone with the connection.
    pub(crate) fn in_memory() -> rusqlite::Result<Self> {
        Self::set_up(Connection::open_in_memory()?, Duration::ZERO)
    }

    fn set_up(connection: Connection, busy: Duration) -> rusqlite::Result<Self> {
        connection.busy_timeout(busy)?;
        connection.set_prepared_statement_cache_capacity(MAX_CACHED_STATEMENTS);
        connection.execute_batch(SETTINGS)?;
        Ok(Self { connection, shapes: HashMap::new() })
    }

    /// Runs several statements without parameters and drops their rows.
    pub(crate) fn script(&mut self, sql: &str) -> rusqlite::Result<()> {
        self.connection.execute_batch(sql)
    }

    /// Runs a statement of the program; answers how many rows it changed.
    pub(crate) fn execute(&mut self, sql: &'static str, params: &[Value]) -> rusqlite::Result<u64> {
        let before = self.connection.total_changes();
        let mut statement = self.connection.prepare_cached(sql)?;
        let shape = shape(&mut self.shapes, sql, &statement);
        run(&mut statement, &shape.parameters, params, |_| Ok(()))?;
        // What `changes` says is of the last statement that could change a row, which need not be this one.
        let unchanged = self.connection.total_changes() == before;
        Ok(if unchanged { 0 } else { self.connection.changes() })
    }

    /// Runs a statement of the program and reads all its rows.
    pub(crate) fn fetch(&mut self, sql: &'static str, params: &[Value]) -> rusqlite::Result<Vec<SqliteRow>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let shape = shape(&mut self.shapes, sql, &statement);
        let (mut columns, mut rows) = (Arc::clone(&shape.columns), Vec::new());
        run(&mut statement, &shape.parameters, params, |row| {
            rows.push(SqliteRow::of(row, &mut columns)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Runs a statement that is made for once, row by row.
    pub(crate) fn each_row(
        &mut self,
        sql: &str,
        params: &[Value],
        mut row: impl FnMut(SqliteRow) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare(sql)?;
        let Shape { mut columns, parameters } = Shape::of(&statement);
        run(&mut statement, &parameters, params, |found| row(SqliteRow::of(found, &mut columns)?))
    }

    /// The number in the first column of the first row.
    pub(crate) fn number(&mut self, sql: &str) -> rusqlite::Result<i64> {
        self.connection.query_row(sql, [], |row| row.get(0))
    }

    /// Ends the connection, and says what is left undone by it.
    pub(crate) fn close(self) -> rusqlite::Result<()> {
        self.connection.close().map_err(|(_, error)| error)
    }
}

/// What is known of a statement. Statements are constants, so their place in memory names them.
fn shape(shapes: &mut HashMap<(usize, usize), Arc<Shape>>, sql: &'static str, statement: &Statement<'_>) -> Arc<Shape> {
    let key = (sql.as_ptr().addr(), sql.len());
    Arc::clone(shapes.entry(key).or_insert_with(|| Arc::new(Shape::of(statement))))
}

fn run(
    statement: &mut Statement<'_>,
    parameters: &[usize],
    params: &[Value],
    mut row: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    for (at, place) in parameters.iter().enumerate() {
        // A parameter that is not given is NULL, as in SQLite's own interface.
        if let Some(value) = place.checked_sub(1).and_then(|place| params.get(place)) {
            statement.raw_bind_parameter(at + 1, value)?;
        } else {
            statement.raw_bind_parameter(at + 1, rusqlite::types::Null)?;
        }
    }
    let mut rows = statement.raw_query();
    while let Some(found) = rows.next()? {
        row(found)?;
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(Some(value)) => ValueRef::Integer(*value),
            Self::Text(Some(text)) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(Some(bytes)) => ValueRef::Blob(bytes),
            Self::Int(None) | Self::Text(None) | Self::Bytes(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

/// A value as it was stored. SQLite keeps a kind with each value, not with its column.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Null,
    Int(i64),
    Real(f64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

impl Cell {
    fn of(value: ValueRef<'_>) -> rusqlite::Result<Self> {
        Ok(match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(value) => Self::Int(value),
            ValueRef::Real(value) => Self::Real(value),
            ValueRef::Text(_) => Self::Text(value.as_str()?.into()),
            ValueRef::Blob(bytes) => Self::Bytes(bytes.into()),
        })
    }
}

/// One row of an answer, apart from its connection.
pub(crate) struct SqliteRow {
    columns: Arc<[Box<str>]>,
    cells: Box<[Cell]>,
}

impl SqliteRow {
    /// Takes the values out. SQLite prepares a statement again when it runs it after a migration, so that it may answer
    /// with other columns than those that were known.
    fn of(row: &rusqlite::Row<'_>, columns: &mut Arc<[Box<str>]>) -> rusqlite::Result<Self> {
        let count = row.as_ref().column_count();
        if count != columns.len() {
            *columns = row.as_ref().column_names().into_iter().map(Box::from).collect();
        }
        let cells = (0..count).map(|at| row.get_ref(at).and_then(Cell::of)).collect::<Result<_, _>>()?;
        Ok(Self { columns: Arc::clone(columns), cells })
    }

    /// The value of a column as the kind of `wanted`, which is empty; a sentence if it is not of that kind.
    pub(crate) fn get(&self, column: &str, wanted: &Value) -> Result<Value, String> {
        let at = self.columns.iter().position(|name| **name == *column);
        self.at(at.ok_or_else(|| format!("there is no column {column}"))?, wanted)
    }

    /// The same by its place, from 0.
    pub(crate) fn at(&self, at: usize, wanted: &Value) -> Result<Value, String> {
        let cell = self.cells.get(at).ok_or_else(|| format!("there is no column {at}"))?;
        match (wanted, cell) {
            (Value::Int(_), Cell::Int(value)) => Ok(Value::Int(Some(*value))),
            (Value::Int(_), Cell::Null) => Ok(Value::Int(None)),
            (Value::Text(_), Cell::Text(text)) => Ok(Value::Text(Some(text.to_string()))),
            (Value::Text(_), Cell::Null) => Ok(Value::Text(None)),
            (Value::Bytes(_), Cell::Bytes(bytes)) => Ok(Value::Bytes(Some(bytes.to_vec()))),
            (Value::Bytes(_), Cell::Text(text)) => Ok(Value::Bytes(Some(text.as_bytes().to_vec()))),
            (Value::Bytes(_), Cell::Null) => Ok(Value::Bytes(None)),
            (wanted, found) => Err(format!("holds {}, not {}", found.kind(), kind(wanted))),
        }
    }
}

impl Cell {
    fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Int(_) => "an integer",
            Self::Real(_) => "a fraction",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Int(_) => "an integer",
        Value::Text(_) => "a text",
        Value::Bytes(_) => "bytes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> SqliteConnection {
        SqliteConnection::in_memory().unwrap()
    }

    #[test]
    fn parameters_are_bound_by_their_numbers_whatever_their_order() {
        let params = [Value::Text(Some("one".to_owned())), Value::Int(Some(2)), Value::Text(None)];
        let rows = memory().fetch("SELECT $2 AS two, $1 AS one, $2 AS again, $3 AS absent", &params).unwrap();
        assert_eq!(rows[0].get("two", &Value::Int(None)), Ok(Value::Int(Some(2))));
        assert_eq!(rows[0].get("one", &Value::Text(None)), Ok(Value::Text(Some("one".to_owned()))));
        assert_eq!(rows[0].get("again", &Value::Int(None)), Ok(Value::Int(Some(2))));
        assert_eq!(rows[0].get("absent", &Value::Text(None)), Ok(Value::Text(None)));
    }

    #[test]
    fn a_value_of_another_kind_and_a_missing_column_are_named() {
        let rows = memory().fetch("SELECT 'x' AS text, 1.5 AS fraction", &[]).unwrap();
        assert_eq!(rows[0].get("text", &Value::Int(None)), Err("holds a text, not an integer".to_owned()));
        assert_eq!(rows[0].get("fraction", &Value::Int(None)), Err("holds a fraction, not an integer".to_owned()));
        assert_eq!(rows[0].get("other", &Value::Int(None)), Err("there is no column other".to_owned()));
    }

    #[test]
    fn a_statement_that_changes_nothing_counts_nothing_after_one_that_did() {
        let mut connection = memory();
        connection.script("CREATE TABLE t (a INTEGER) STRICT").unwrap();
        assert_eq!(connection.execute("INSERT INTO t VALUES (1), (2)", &[]).unwrap(), 2);
        assert_eq!(connection.execute("PRAGMA user_version = 0", &[]).unwrap(), 0);
        assert_eq!(connection.execute("DELETE FROM t WHERE a = 3", &[]).unwrap(), 0);
        assert_eq!(connection.execute("DELETE FROM t", &[]).unwrap(), 2);
    }

    #[test]
    fn a_statement_answers_with_new_columns_after_a_migration() {
        const ALL: &str = "SELECT * FROM t";
        let mut connection = memory();
        connection.script("CREATE TABLE t (a INTEGER) STRICT; INSERT INTO t VALUES (1)").unwrap();
        assert!(connection.fetch(ALL, &[]).unwrap()[0].get("b", &Value::Int(None)).is_err());
        connection.script("ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 5").unwrap();
        assert_eq!(connection.fetch(ALL, &[]).unwrap()[0].get("b", &Value::Int(None)), Ok(Value::Int(Some(5))));
    }

    #[test]
    fn a_file_with_signs_of_a_uri_in_its_name_opens_without_being_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a?b#c%20d.db");
        let mut made = SqliteConnection::open(&path, Access::Create, Duration::ZERO).unwrap();
        made.script("CREATE TABLE t (a INTEGER) STRICT").unwrap();
        made.close().unwrap();
        let mut found = SqliteConnection::open(&path, Access::Immutable, Duration::ZERO).unwrap();
        assert_eq!(found.number("SELECT COUNT(*) FROM t").unwrap(), 0);
        assert!(found.script("INSERT INTO t VALUES (1)").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
