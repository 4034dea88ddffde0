//! What SQLite says about how it runs a statement. Without statistics, which the shop does not gather, that is the same at
//! every size.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::plans::Scan;
use crate::statements::Statement;

/// The scans of these statements in all files of a closed shop.
pub fn scans(folder: &Path, statements: &BTreeSet<Statement>) -> BTreeSet<Scan> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "db")).collect();
    assert!(files.len() >= 5, "a file for each context: {files:?}");
    let files: Vec<_> = files.iter().map(|path| File::open(path)).collect();
    let mut found = BTreeSet::new();
    for Statement { sql, .. } in statements {
        let here: Vec<_> = files.iter().filter_map(|file| file.scans(sql)).collect();
        assert!(!here.is_empty(), "no file has what this names: {sql}");
        found.extend(here.into_iter().flatten());
    }
    found
}

pub struct File {
    connection: Connection,
    tables: Vec<String>,
    /// Indexes of few rows, such as those of what is still open.
    partial: Vec<String>,
}

impl File {
    fn open(path: &Path) -> Self {
        Self::of(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap())
    }

    fn of(connection: Connection) -> Self {
        let names = |sql: &str| -> Vec<String> {
            let mut statement = connection.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let tables = names("SELECT name FROM sqlite_schema WHERE type = 'table'");
        let partial = names("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'");
        Self { connection, tables, partial }
    }

    /// `None` if the statement is not for this file.
    fn scans(&self, sql: &str) -> Option<Vec<Scan>> {
        let mut statement = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).ok()?;
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get::<_, String>("detail").unwrap());
        }
        let sorted = steps.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
        let ends_early = sql.contains("LIMIT") && !sql.contains("WHERE") && !sorted;
        let scan = |step: &String| {
            let words: Vec<&str> = step.split_whitespace().collect();
            let table = words.strip_prefix(&["SCAN"]).and_then(|rest| self.table(sql, rest[0]))?;
            let searches = step.contains("VIRTUAL TABLE INDEX") && !step.ends_with("INDEX 0:");
            let is_short = words.iter().any(|word| self.partial.iter().any(|index| index == word));
            let whole = !searches && !is_short && !ends_early;
            whole.then(|| Scan { table, statement: sql.to_owned(), step: step.clone() })
        };
        Some(steps.iter().filter_map(scan).collect())
    }

    /// The table that a statement calls by that name. `None` for what it makes itself.
    fn table(&self, sql: &str, name: &str) -> Option<String> {
        let is_table = |word: &str| self.tables.iter().any(|table| table == word);
        if is_table(name) {
            return Some(name.to_owned());
        }
        let apart = sql.replace(')', " ) ").replace('(', " ( ").replace(',', " , ");
        let words: Vec<&str> = apart.split_whitespace().collect();
        let at = (1..words.len()).find(|at| {
            let before = if words[at - 1] == "AS" { at - 2 } else { at - 1 };
            words[*at] == name && words.get(before).is_some_and(|word| is_table(word))
        })?;
        let before = if words[at - 1] == "AS" { at - 2 } else { at - 1 };
        Some(words[before].to_owned())
    }
}

#[test]
fn a_statement_without_an_index_is_found() {
    let connection = Connection::open_in_memory().unwrap();
    let tables = "CREATE TABLE orders (id TEXT PRIMARY KEY, email TEXT, due INTEGER);
        CREATE INDEX orders_due ON orders (due) WHERE due IS NOT NULL;";
    connection.execute_batch(tables).unwrap();
    let file = File::of(connection);
    let scans = |sql: &str| file.scans(sql).unwrap().into_iter().map(|scan| scan.table).collect::<Vec<_>>();
    for wrong in [
        "SELECT id FROM orders WHERE email = $1",
        "SELECT o.id FROM orders AS o WHERE o.email = $1 ORDER BY id LIMIT 1",
        "SELECT o.id FROM orders o ORDER BY email LIMIT 1",
        "UPDATE orders SET due = 1 WHERE lower(id) = $1",
        "DELETE FROM orders WHERE id IN (SELECT o.id FROM orders AS o WHERE o.email = $1)",
    ] {
        assert_eq!(scans(wrong), ["orders"], "{wrong}");
    }
    for right in [
        "SELECT id FROM orders WHERE id = $1",
        "SELECT id FROM orders ORDER BY id LIMIT 10",
        "SELECT id FROM orders WHERE due IS NOT NULL ORDER BY due",
        "SELECT o.id FROM json_each($1) AS j JOIN orders AS o ON o.id = j.value",
    ] {
        assert!(scans(right).is_empty(), "{right}: {:?}", file.scans(right));
    }
    assert_eq!(file.scans("SELECT 1 FROM elsewhere"), None);
}
