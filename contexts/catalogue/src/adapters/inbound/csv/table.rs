//! A file as rows with named cells, and what is wrong with them. Knows no column by name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use super::records::{Record, Records, Unclosed};
use crate::application::{DraftedProduct, Place, RowProblem};
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
    /// A cell without end.
    #[error(
        "the quote that opens on line {0} is never closed, so everything after it is inside one cell; was the file cut off?"
    )]
    UnclosedQuote(u64),
}

/// Where each column stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    places: HashMap<String, usize>,
    comma_parts_cells: bool,
}

impl Columns {
    /// Whether the file has such a column.
    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// The trimmed cell; `None` when the file has no such column.
    pub(super) fn cell<'r>(&self, row: &'r Row, name: &str) -> Option<&'r str> {
        self.places.get(name).map(|&index| row.cells.get(index).map_or("", |cell| cell.trim()))
    }

    /// The cell under the first of these names that the file has.
    pub(super) fn either<'r>(&self, row: &'r Row, names: &[&str]) -> Option<&'r str> {
        names.iter().find_map(|name| self.cell(row, name))
    }

    /// The names, in no order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// An amount with a point before its decimals. Where no comma parts cells, one may stand there, and points or spaces
    /// between groups of three digits: `1.234,50`.
    pub(super) fn decimal<'c>(&self, cell: &'c str) -> Cow<'c, str> {
        let Some((whole, decimals)) = cell.rsplit_once(',').filter(|_| !self.comma_parts_cells) else {
            return cell.into();
        };
        let mut groups = whole.split(['.', ' ', '\u{a0}', '\u{202f}', '\'', '’']);
        let first_fits = groups.next().is_some_and(|first| (1..=3).contains(&first.len()) || whole == first);
        if first_fits && groups.all(|group| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit())) {
            let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
            let sign = if whole.starts_with('-') { "-" } else { "" };
            return format!("{sign}{digits}.{decimals}").into();
        }
        cell.into()
    }
}

/// A column that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadColumn {
    /// Its name in the header.
    pub name: String,
    /// How many of its cells hold something.
    pub filled: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Where it begins.
    pub place: Place,
    /// What makes it unusable, if anything does.
    pub broken: Option<String>,
    cells: Vec<String>,
}

/// An open file.
pub(super) struct Table<'a> {
    columns: Columns,
    width: usize,
    filled: HashMap<String, u64>,
    records: Records<'a>,
}

impl<'a> Table<'a> {
    /// Reads the header, whose names are taken without regard to case, and looks whether the rest can be read.
    pub(super) fn open(text: Cow<'a, str>) -> Result<Self, FileError> {
        let unclosed = |Unclosed(line)| FileError::UnclosedQuote(line);
        let filled_at = filled_cells(Records::new(Cow::Borrowed(&text))).map_err(unclosed)?;
        let mut records = Records::new(text);
        let header = records.find(|record| record.as_ref().map_or(true, |record| !is_blank(record)));
        let header = header.ok_or(FileError::Empty)?.map_err(unclosed)?;
        let mut columns = Columns { comma_parts_cells: records.delimiter() == ',', ..Columns::default() };
        let mut filled = HashMap::new();
        for (index, name) in header.cells.iter().enumerate() {
            let name = name.trim().to_lowercase();
            // The header's own cell is one of those that are filled.
            filled.insert(name.clone(), filled_at.get(index).copied().unwrap_or_default().saturating_sub(1));
            if !name.is_empty() && columns.places.insert(name.clone(), index).is_some() {
                return Err(FileError::ColumnTwice(name));
            }
        }
        Ok(Self { columns, width: header.cells.len(), filled, records })
    }

    pub(super) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// The columns that hold something and are not `read`, in order.
    pub(super) fn unread(&self, read: impl Fn(&str) -> bool) -> Vec<UnreadColumn> {
        let unread = self.filled.iter().filter(|(name, filled)| **filled > 0 && !name.is_empty() && !read(name));
        let mut unread: Vec<UnreadColumn> =
            unread.map(|(name, filled)| UnreadColumn { name: name.clone(), filled: *filled }).collect();
        unread.sort_by(|one, other| one.name.cmp(&other.name));
        unread
    }
}

fn is_blank(record: &Record) -> bool {
    record.cells.iter().all(|cell| cell.trim().is_empty())
}

fn filled_cells(records: Records<'_>) -> Result<Vec<u64>, Unclosed> {
    let mut filled = Vec::new();
    for record in records {
        for (index, cell) in record?.cells.iter().enumerate() {
            if filled.len() <= index {
                filled.push(0);
            }
            filled[index] += u64::from(!cell.trim().is_empty());
        }
    }
    Ok(filled)
}

impl Iterator for Table<'_> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let record = self.records.by_ref().filter_map(Result::ok).find(|record| !is_blank(record))?;
        let (cells, width) = (record.cells.len(), self.width);
        let overlong = record.cells.iter().skip(width).any(|cell| !cell.trim().is_empty());
        let odd = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
        let broken = if let Some(line) = record.text_after_quote {
            Some(format!(
                "text follows the end of the quote that opens on line {line}; a quote inside a cell is written twice"
            ))
        } else if overlong || cells < width {
            Some(format!("the row has {cells} cells and the header has {width}; is a quote or a delimiter missing?"))
        } else if record.cells.iter().any(|cell| cell.contains(char::REPLACEMENT_CHARACTER)) {
            Some("the row holds letters that are not UTF-8".to_owned())
        } else if record.cells.iter().any(|cell| cell.contains(odd)) {
            Some("the row holds a control character".to_owned())
        } else {
            None
        };
        Some(Row { place: Place { line: record.line, row: record.row }, broken, cells: record.cells })
    }
}

/// Rows that stand together and have the same handle.
pub(super) struct Groups<'a> {
    table: Table<'a>,
    handle: fn(&Columns, &Row) -> String,
    next: Option<Row>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(mut table: Table<'a>, handle: fn(&Columns, &Row) -> String) -> Self {
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
pub(super) struct RowProblems {
    pub problems: Vec<RowProblem>,
    warnings: Vec<RowProblem>,
    product: String,
    /// The variant that is being read.
    pub sku: Option<String>,
}

impl RowProblems {
    /// About the product that has this handle in the file; a row that cannot be used is the first thing found.
    pub(super) fn new(product: String, rows: &[Row]) -> Self {
        let mut findings = Self { problems: Vec::new(), warnings: Vec::new(), product, sku: None };
        for row in rows {
            if let Some(broken) = &row.broken {
                let problem = findings.about(row, broken);
                findings.problems.push(problem);
            }
        }
        findings
    }

    /// Says what is wrong. What a row that cannot be used seems to say is not worth a word.
    pub(super) fn problem(&mut self, row: &Row, problem: impl fmt::Display) {
        if row.broken.is_some() {
            return;
        }
        let problem = self.about(row, &problem);
        self.problems.push(problem);
    }

    pub(super) fn warn(&mut self, row: &Row, warning: impl fmt::Display) {
        let warning = self.about(row, &warning);
        self.warnings.push(warning);
    }

    fn about(&self, row: &Row, words: &dyn fmt::Display) -> RowProblem {
        let (product, sku) = (self.product.clone(), self.sku.clone());
        RowProblem { place: row.place, product, sku, problem: words.to_string() }
    }

    /// The value, or `None` and a problem.
    pub(super) fn take<T, E: fmt::Display>(&mut self, row: &Row, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.problem(row, error)).ok()
    }

    /// The product, unless something is wrong with it.
    pub(super) fn finish(self, rows: &[Row], patch: Option<ProductPatch>) -> DraftedProduct {
        let drafted = match patch {
            Some(patch) if self.problems.is_empty() => Ok(patch),
            _ => Err(self.problems),
        };
        let place = rows.first().map(|row| row.place).unwrap_or_default();
        DraftedProduct { place, product: self.product, drafted, warnings: self.warnings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_may_stand_before_decimals_where_it_parts_no_cells() {
        let columns = |comma_parts_cells| Columns { comma_parts_cells, ..Columns::default() };
        for (cell, read) in [
            ("1,50", "1.50"),
            ("1.234,50", "1234.50"),
            ("12 345,6", "12345.6"),
            ("-1,50", "-1.50"),
            ("1.50", "1.50"),
            ("1.23,50", "1.23,50"),
            ("1234,5", "1234.5"),
        ] {
            assert_eq!(columns(false).decimal(cell), read);
        }
        assert_eq!(columns(true).decimal("1,50"), "1,50");
    }
}
