//! RFC 4180: text as rows of cells.
//!
//! Nothing is repaired in silence. A row in which text follows a closing quote says so, and a quote that is never closed
//! is an error of the whole file, because all rows after it are inside its cell.

use std::borrow::Cow;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// The line of text where it begins, from 1.
    pub line: u64,
    /// The row as a spreadsheet counts it, from 1.
    pub row: u64,
    pub cells: Vec<String>,
    /// The line where the quote stands after whose end more text follows.
    pub text_after_quote: Option<u64>,
}

/// A quote that opens on this line and never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unclosed(pub u64);

/// The rows of a text, one after another.
pub(super) struct Records<'a> {
    text: Cow<'a, str>,
    delimiter: char,
    at: usize,
    line: u64,
    row: u64,
}

impl<'a> Records<'a> {
    /// Cells are parted by what the text's first line says (`sep=;`), else by the comma, semicolon or tab that stands most
    /// often in the first row. A line that says so is no row.
    pub(super) fn new(text: Cow<'a, str>) -> Self {
        let first = text.lines().next().unwrap_or_default().trim_matches('"');
        let said = first.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).and_then(|_| first.chars().nth(4));
        let said = said.filter(|_| first.chars().count() == 5);
        let delimiter = said.unwrap_or_else(|| most_frequent(&text));
        let mut records = Self { text, delimiter, at: 0, line: 1, row: 0 };
        if said.is_some() {
            let _ = records.next();
            records.row = 0;
        }
        records
    }

    /// What parts the cells.
    pub(super) const fn delimiter(&self) -> char {
        self.delimiter
    }

    /// Reads the cell that begins here up to its end, which is before a delimiter or a line break.
    fn cell(&mut self, record: &mut Record) -> Result<String, Unclosed> {
        if !self.rest().starts_with('"') {
            return Ok(self.plain());
        }
        let opened = self.line;
        self.at += 1;
        let mut cell = String::new();
        loop {
            let Some(end) = self.rest().find('"') else { return Err(Unclosed(opened)) };
            self.take(end, &mut cell);
            self.at += 1;
            if !self.rest().starts_with('"') {
                break;
            }
            self.at += 1;
            cell.push('"');
        }
        let after = self.plain();
        if !after.trim().is_empty() {
            record.text_after_quote.get_or_insert(opened);
            cell.push_str(&after);
        }
        Ok(cell)
    }

    fn plain(&mut self) -> String {
        let delimiter = self.delimiter;
        let rest = self.rest();
        let end = rest.find([delimiter, '\n', '\r']).unwrap_or(rest.len());
        let mut cell = String::new();
        self.take(end, &mut cell);
        cell
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Moves `length` bytes on and counts the lines on the way: a line ends in CR LF, LF or CR.
    fn take(&mut self, length: usize, into: &mut String) {
        let taken = self.text.get(self.at..self.at + length).unwrap_or_default();
        let breaks = taken.matches('\n').count() + taken.matches('\r').count() - taken.matches("\r\n").count();
        into.push_str(taken);
        self.line += breaks as u64;
        self.at += length;
    }

    fn record(&mut self) -> Result<Record, Unclosed> {
        self.row += 1;
        let mut record = Record { line: self.line, row: self.row, cells: Vec::new(), text_after_quote: None };
        loop {
            let cell = self.cell(&mut record)?;
            record.cells.push(cell);
            if !self.rest().starts_with(self.delimiter) {
                break;
            }
            self.at += self.delimiter.len_utf8();
        }
        let end = if self.rest().starts_with("\r\n") { 2 } else { usize::from(!self.rest().is_empty()) };
        self.take(end, &mut String::new());
        Ok(record)
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Unclosed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest().is_empty() {
            return None;
        }
        let record = self.record();
        if record.is_err() {
            self.at = self.text.len();
        }
        Some(record)
    }
}

fn most_frequent(text: &str) -> char {
    let (mut quoted, mut counts) = (false, [(',', 0), (';', 0), ('\t', 0)]);
    for letter in text.chars().take_while(|letter| !matches!(letter, '\n' | '\r')) {
        quoted ^= letter == '"';
        for (wanted, count) in &mut counts {
            *count += u32::from(!quoted && letter == *wanted);
        }
    }
    let [comma, semicolon, tab] = counts;
    let best = if semicolon.1 > comma.1 { semicolon } else { comma };
    if tab.1 > best.1 { tab.0 } else { best.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        Records::new(text.into()).map(|record| record.unwrap().cells).collect()
    }

    #[test]
    fn rows_and_lines_are_counted_whatever_ends_them() {
        for end in ["\r\n", "\n", "\r"] {
            let text = ["a,b", "1,\"x", "y\"", "", "2,z", ""].join(end);
            let places: Vec<(u64, u64)> =
                Records::new(text.into()).map(|r| r.unwrap()).map(|r| (r.line, r.row)).collect();
            assert_eq!(places, [(1, 1), (2, 2), (4, 3), (5, 4)], "{end:?}");
        }
    }

    #[test]
    fn cells_are_parted_as_the_file_says_or_shows() {
        assert_eq!(rows("sep=;\r\na;b\n1,5;2"), [["a", "b"], ["1,5", "2"]]);
        assert_eq!(Records::new("sep=;\na;b".into()).next().unwrap().unwrap().line, 2);
        assert_eq!(rows("\"a,b,c\";d"), [["a,b,c", "d"]]);
        assert_eq!(rows("a\tb"), [["a", "b"]]);
    }

    #[test]
    fn a_quote_that_never_ends_is_an_error_at_its_line() {
        let found = Records::new("a,b\n1,2\n3,\"nice\nb,Two\n".into()).last();
        assert_eq!(found, Some(Err(Unclosed(3))));
        assert_eq!(Records::new("a,\"x\"\"".into()).last(), Some(Err(Unclosed(1))));
    }

    #[test]
    fn text_after_a_closing_quote_is_noticed() {
        let record = Records::new("a,\"a \"big\" thing\",c\n".into()).next().unwrap().unwrap();
        assert_eq!((record.cells, record.text_after_quote), (rows("a,\"a big\"\" thing\"\"\",c")[0].clone(), Some(1)));
        assert_eq!(rows("a, \"b\" ,c"), [["a", " \"b\" ", "c"]], "a quote inside a cell is a letter");
    }

    proptest! {
        #[test]
        fn whatever_is_quoted_comes_back(table in prop::collection::vec(prop::collection::vec("[a,;\"\r\n\té ]{0,6}", 2..4), 1..4)) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let lines: Vec<String> = table.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",")).collect();
            let text = lines.join("\r\n");
            prop_assume!(most_frequent(&text) == ',');
            prop_assert_eq!(rows(&text), table);
        }
    }
}
