//! No statement reads a whole table that grows: every statement that a shop runs is explained by the engine that runs it.

use std::collections::BTreeSet;
use std::fmt;

use crate::statements::Statement;
use crate::support::process::{Plan, Shop, Topology};
use crate::{journey, postgres, sqlite, statements};

/// As many different statements a journey shows at least; fewer, and the test has lost sight of some.
const LEAST_STATEMENTS: usize = 200;

/// Tables that stay small however much is sold.
const SMALL: &[&str] = &[
    "books",            // one row
    "import_run",       // the newest runs are kept
    "marker",           // one row for each version and setting that a database has seen
    "monthly_total",    // one row for each month
    "refund_failure",   // refunds that were taken back
    "rebuilding",       // one row while a report is drawn again
    "webhook_delivery", // what the sandbox has not delivered yet
];

/// Statements that may read a whole table: a part of each, and why it may.
const ALLOWED: &[(&str, &str)] = &[
    ("UNION ALL SELECT currency, 1, MAX(placed_at) FROM orders", "at the first start of a version, once"),
    ("SELECT * FROM api_key ORDER BY id", "all are shown, and administrators make each of them by hand"),
];

/// The same on PostgreSQL alone.
const ALLOWED_ON_POSTGRES: &[(&str, &str)] = &[
    ("WHERE hash IN (SELECT hash FROM session WHERE started_at", BY_STATISTICS),
    ("WHERE hash IN (SELECT hash FROM mail_token WHERE expires_at", BY_STATISTICS),
    ("WHERE hash IN (SELECT hash FROM login_challenge WHERE expires_at", BY_STATISTICS),
    ("WHERE account IN (SELECT account FROM login_attempt WHERE last", BY_STATISTICS),
];
const BY_STATISTICS: &str = "with statistics, which these tables lack, it sees that few rows have expired";

/// A statement that reads a table from one end to the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scan {
    pub table: String,
    pub statement: String,
    /// What the engine says that it does.
    pub step: String,
}

impl fmt::Display for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n    {}", self.table, self.step, self.statement)
    }
}

/// What is derived is emptied to be made again, by a new version or on the command line.
fn is_emptied(sql: &str) -> bool {
    sql.starts_with("DELETE FROM") && !sql.contains("WHERE")
}

/// Fails with every scan that nobody has allowed.
#[track_caller]
fn expect_no_scans(found: &BTreeSet<Scan>, also_allowed: &[(&str, &str)]) {
    let parts: Vec<&str> = ALLOWED.iter().chain(also_allowed).map(|(part, _)| *part).collect();
    let allowed = |scan: &Scan| {
        SMALL.contains(&scan.table.as_str())
            || is_emptied(&scan.statement)
            || parts.iter().any(|part| scan.statement.contains(part))
    };
    let wrong: Vec<String> = found.iter().filter(|scan| !allowed(scan)).map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{} statements read a whole table:\n{}", wrong.len(), wrong.join("\n"));
}

/// The distinct statements of a shop that has been used for everything.
async fn seen(shop: &mut Shop) -> BTreeSet<Statement> {
    let said = journey::travel(shop).await;
    let mut seen = statements::of(shop);
    seen.extend(statements::in_text(&said));
    assert!(seen.len() >= LEAST_STATEMENTS, "only {} statements were seen", seen.len());
    seen
}

fn settings() -> Vec<(&'static str, &'static str)> {
    [&statements::SHOWN[..], &[("STORE_DEMO", "off")]].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_reads_a_whole_table_on_sqlite() {
    let mut shop = Shop::open(&settings()).await;
    let seen = seen(&mut shop).await;
    assert!(shop.close().await);
    expect_no_scans(&sqlite::scans(shop.folder(), &seen), &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_reads_a_whole_table_on_postgresql() {
    if !Topology::Servers.is_possible() {
        return;
    }
    let mut shop = Shop::planned(&Plan { topology: Topology::Servers, settings: &settings(), ..Plan::default() });
    shop.start().await;
    let seen = seen(&mut shop).await;
    assert!(shop.close().await);
    expect_no_scans(&postgres::scans(shop.servers.as_ref().unwrap(), &seen), ALLOWED_ON_POSTGRES);
}
