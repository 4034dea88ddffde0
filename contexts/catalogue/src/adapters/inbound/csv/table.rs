//! A CSV file as rows with named cells, and what is wrong with them. Knows no column by name.

use std::collections::HashMap;
use std::fmt;

use shared_kernel::Sku;

use crate::application::{DraftedProduct, RowProblem};
use crate::domain::ProductPatch;

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// No line at all.
    #[error("the file is empty")]
    Empty,
    /// A column that the format does not have.
    #[error("the header names an unknown column {0:?}")]
    UnknownColumn(String),
    /// A column without which nothing can be done.
    #[error("the header lacks the column {0:?}")]
    MissingColumn(&'static str),
    /// The same column twice.
    #[error("the header names the column {0:?} twice")]
    ColumnTwice(String),
}

/// Where each column stands.
#[derive(Debug, Clone, Default)]
pub struct Columns(HashMap<String, usize>);

impl Columns {
    /// Whether the file has such a column.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The trimmed cell; `None` when the file has no such column.
    pub fn cell<'r>(&self, row: &'r Row, name: &str) -> Option<&'r str> {
        self.0.get(name).map(|&index| row.cells.get(index).map_or("", |cell| cell.trim()))
    }

    /// The cell under the first of these names that the file has.
    pub fn either<'r>(&self, row: &'r Row, names: &[&str]) -> Option<&'r str> {
        names.iter().find_map(|name| self.cell(row, name))
    }

    /// The names, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Where it begins, from 1.
    pub line: u64,
    /// What makes it unusable, if anything does.
    pub broken: Option<&'static str>,
    cells: Vec<String>,
}

/// An open file.
pub struct Table<'a> {
    columns: Columns,
    width: usize,
    reader: csv::Reader<&'a [u8]>,
}

impl<'a> Table<'a> {
    /// Reads the header, whose names are taken without regard to case. Commas, semicolons or tabs between cells.
    pub fn open(bytes: &'a [u8]) -> Result<Self, FileError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter(bytes)).flexible(true).has_headers(true).from_reader(bytes);
        let header = reader.byte_headers().map_err(|_| FileError::Empty)?.clone();
        if header.iter().all(<[u8]>::is_empty) {
            return Err(FileError::Empty);
        }
        let mut columns = Columns::default();
        for (index, name) in header.iter().enumerate() {
            let name = String::from_utf8_lossy(name).trim().to_lowercase();
            if !name.is_empty() && columns.0.insert(name.clone(), index).is_some() {
                return Err(FileError::ColumnTwice(name));
            }
        }
        Ok(Self { columns, width: header.len(), reader })
    }

    pub fn columns(&self) -> &Columns {
        &self.columns
    }
}

impl Iterator for Table<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let mut record = csv::ByteRecord::new();
        loop {
            // Reading from memory with uneven rows allowed fails only at the end of what can be read.
            if !self.reader.read_byte_record(&mut record).unwrap_or(false) {
                return None;
            }
            if record.iter().any(|cell| !cell.is_empty()) {
                break;
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let readable = record.iter().all(|cell| std::str::from_utf8(cell).is_ok());
        let overlong = record.iter().skip(self.width).any(|cell| !cell.is_empty());
        let broken = match (readable, overlong) {
            (false, _) => Some("the row is not UTF-8 text"),
            (true, true) => Some("the row has more cells than the header; is a quote missing?"),
            (true, false) => None,
        };
        let cells = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        Some(Row { line, broken, cells })
    }
}

/// The character that stands most often in the first line.
fn delimiter(bytes: &[u8]) -> u8 {
    let first = String::from_utf8_lossy(bytes.split(|&byte| byte == b'\n').next().unwrap_or_default());
    let count = |wanted: u8| first.matches(char::from(wanted)).count();
    let (mut best, mut most) = (b',', count(b','));
    for other in [b';', b'\t'] {
        if count(other) > most {
            (best, most) = (other, count(other));
        }
    }
    best
}

/// Rows that stand together and have the same handle.
pub struct Groups<'a> {
    table: Table<'a>,
    handle: fn(&Columns, &Row) -> String,
    next: Option<Row>,
}

impl<'a> Groups<'a> {
    pub fn new(mut table: Table<'a>, handle: fn(&Columns, &Row) -> String) -> Self {
        let next = table.next();
        Self { table, handle, next }
    }
}

impl Iterator for Groups<'_> {
    type Item = Vec<Row>;

    fn next(&mut self) -> Option<Vec<Row>> {
        let first = self.next.take()?;
        let name = (self.handle)(&self.table.columns, &first);
        let mut rows = vec![first];
        while let Some(row) = self.table.next() {
            if name.is_empty() || (self.handle)(&self.table.columns, &row) != name {
                self.next = Some(row);
                break;
            }
            rows.push(row);
        }
        Some(rows)
    }
}

/// Collects what is wrong with the rows of one product, so that a person can mend all of it at once.
#[derive(Default)]
pub struct Findings {
    pub problems: Vec<RowProblem>,
    pub warnings: Vec<RowProblem>,
}

impl Findings {
    pub fn problem(&mut self, line: u64, problem: impl fmt::Display) {
        self.problems.push(RowProblem { line, problem: problem.to_string() });
    }

    pub fn warn(&mut self, line: u64, problem: impl fmt::Display) {
        self.warnings.push(RowProblem { line, problem: problem.to_string() });
    }

    /// The value, or `None` and a problem.
    pub fn take<T, E: fmt::Display>(&mut self, line: u64, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.problem(line, error)).ok()
    }

    /// The product, unless something is wrong with it.
    pub fn finish(self, rows: &[Row], patch: Option<ProductPatch>, stock: Vec<(Sku, u32)>) -> DraftedProduct {
        let drafted = match patch {
            Some(patch) if self.problems.is_empty() => Ok(patch),
            _ => Err(self.problems),
        };
        DraftedProduct { line: rows.first().map_or(0, |row| row.line), drafted, stock, warnings: self.warnings }
    }
}
