//! What a shop has asked its databases, from its own log.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::process::Shop;

/// Settings with which a shop writes each statement into its log.
pub const SHOWN: [(&str, &str); 2] = [("STORE_LOG", "warn,sql=trace"), ("STORE_LOG_FORMAT", "json")];

/// A statement and the types of its parameters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    pub sql: String,
    pub parameters: String,
}

/// The distinct statements that the shop has run, apart from those about the session.
pub fn of(shop: &Shop) -> BTreeSet<Statement> {
    in_text(&shop.log())
}

/// The distinct statements in a log.
pub fn in_text(log: &str) -> BTreeSet<Statement> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let statements = lines.filter(|line| line["target"] == "sql");
    let text = |line: &Value, name: &str| line[name].as_str().unwrap_or_default().to_owned();
    let statements =
        statements.map(|line| Statement { sql: text(&line, "message"), parameters: text(&line, "parameters") });
    statements.filter(|statement| is_about_rows(&statement.sql)).collect()
}

fn is_about_rows(sql: &str) -> bool {
    let first = sql.split_whitespace().next().unwrap_or_default();
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&first)
}
