//! What PostgreSQL says about how it runs a statement, when it is to avoid reading whole tables and they seem to be
//! large.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::plans::Scan;
use crate::statements::Statement;
use crate::support::process::Servers;

/// The scans of these statements in all schemas of a shop.
pub fn scans(servers: &Servers, statements: &BTreeSet<Statement>) -> BTreeSet<Scan> {
    let ask = |sql: &str| {
        let ran = servers.cluster().psql(&servers.database, sql);
        ran.status.success().then(|| String::from_utf8(ran.stdout).unwrap())
    };
    let own =
        "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')";
    let schemas: Vec<String> = ask(own).unwrap().lines().map(ToOwned::to_owned).collect();
    assert!(schemas.len() >= 5, "a schema for each context: {schemas:?}");
    let partial = "SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indpred IS NOT NULL";
    let partial: BTreeSet<String> = ask(partial).unwrap().lines().map(ToOwned::to_owned).collect();
    let mut found = BTreeSet::new();
    for statement in statements {
        let sql = &statement.sql;
        let plans: Vec<_> = schemas.iter().filter_map(|schema| ask(&explained(schema, statement))).collect();
        assert!(!plans.is_empty(), "no schema has what this names: {sql}");
        for plan in plans {
            let plan = plan.find('[').map(|from| &plan[from..]).unwrap_or_default();
            let plan: Value = serde_json::from_str(plan).unwrap_or_else(|error| panic!("{sql}: {error}: {plan}"));
            walk(&plan[0]["Plan"], false, &mut |node, ends_early| {
                if is_whole(node, ends_early, &partial) {
                    let text = |name: &str| node[name].as_str().unwrap_or("?").to_owned();
                    let step = format!("{} {}", text("Node Type"), text("Index Name"));
                    found.insert(Scan { table: text("Relation Name"), statement: sql.clone(), step });
                }
            });
        }
    }
    found
}

/// Makes the tables seem to be large.
const LARGE: &str = "UPDATE pg_class SET reltuples = 1000000, relpages = 1 WHERE relkind = 'r' AND relpages <= 1000
    AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_')";
/// What reading such a table costs at least.
const LARGE_COST: f64 = 100_000.0;
/// A row costs as much as if it had to be read from the disk, where most rows of a large table are.
const SETTINGS: &str = "SET enable_seqscan = off; SET plan_cache_mode = force_custom_plan; SET cpu_tuple_cost = 1;
    SET cpu_index_tuple_cost = 0.5";

/// Asks for the plan with some values: lists are empty, and numbers so small that a limit is one.
fn explained(schema: &str, Statement { sql, parameters }: &Statement) -> String {
    let kinds: Vec<&str> = parameters.split(", ").filter(|kind| !kind.is_empty()).collect();
    let value = |kind: &&str| {
        if *kind == "bigint" {
            "10"
        } else if *kind == "text" {
            "'[]'"
        } else {
            "''"
        }
    };
    let values: Vec<&str> = kinds.iter().map(value).collect();
    let list = |inner: &[&str]| if inner.is_empty() { String::new() } else { format!("({})", inner.join(", ")) };
    let (types, values) = (list(&kinds), list(&values));
    format!(
        "{LARGE}; SET search_path = \"{schema}\"; {SETTINGS}; PREPARE asked {types} AS {sql};
        EXPLAIN (FORMAT JSON) EXECUTE asked {values}"
    )
}

/// Visits every step of a plan, and says whether those above it stop when they have enough.
fn walk(node: &Value, ends_early: bool, visit: &mut impl FnMut(&Value, bool)) {
    visit(node, ends_early);
    let kind = node["Node Type"].as_str().unwrap_or_default();
    let reads_all = ["Sort", "Aggregate", "Hash", "Bitmap Heap Scan"].contains(&kind);
    let below = kind == "Limit" || (ends_early && !reads_all);
    for part in node["Plans"].as_array().into_iter().flatten() {
        walk(part, below, visit);
    }
}

fn is_whole(node: &Value, ends_early: bool, partial: &BTreeSet<String>) -> bool {
    let kind = node["Node Type"].as_str().unwrap_or_default();
    if !["Seq Scan", "Index Scan", "Index Only Scan"].contains(&kind) || !node["Index Cond"].is_null() {
        return false;
    }
    // A table in which there is nothing at all cannot be made to seem large.
    let is_large = node["Total Cost"].as_f64().is_some_and(|cost| cost >= LARGE_COST);
    let is_short = node["Index Name"].as_str().is_some_and(|name| partial.contains(name));
    let stops = ends_early && node["Filter"].is_null();
    is_large && !is_short && !stops
}

#[test]
fn a_statement_without_an_index_is_found() {
    let planned = |plan: Value| {
        let mut found = 0;
        walk(&plan, false, &mut |node, ends_early| found += usize::from(is_whole(node, ends_early, &BTreeSet::new())));
        found
    };
    let scan = serde_json::json!({"Node Type": "Seq Scan", "Relation Name": "orders", "Total Cost": 1e6});
    let filter = serde_json::json!({"Node Type": "Index Scan", "Filter": "(email = $1)", "Total Cost": 1e6});
    let search = serde_json::json!({"Node Type": "Index Scan", "Index Cond": "(id = $1)", "Total Cost": 1e6});
    let over = |kind: &str, part: &Value| serde_json::json!({"Node Type": kind, "Plans": [part]});
    assert_eq!((planned(scan.clone()), planned(filter.clone()), planned(search)), (1, 1, 0));
    assert_eq!((planned(over("Limit", &scan)), planned(over("Limit", &filter))), (0, 1));
    assert_eq!(planned(over("Limit", &over("Sort", &scan))), 1);
}
