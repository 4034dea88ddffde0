//! The SQL of a context touches only tables of its own, and those of the chassis that lie beside them.

use std::collections::BTreeSet;

use crate::named::Names;
use crate::sql;

/// Where a context's SQL lives.
pub const HOME: &str = "/src/adapters/outbound/sql";

/// The tables that these migrations make.
pub fn created(migrations: &str) -> BTreeSet<String> {
    sql::created(migrations)
}

pub fn breaches(path: &str, source: &str, known: &BTreeSet<String>) -> Vec<String> {
    if !path.contains(HOME) {
        return Vec::new();
    }
    let texts = Names::of(source).texts;
    let foreign = texts.iter().flat_map(|(text, line)| {
        let tables = sql::tables(text).into_iter().filter(|table| !known.contains(table));
        tables.map(move |table| format!("{path}:{line} touches {table}, which is not the context's"))
    });
    foreign.collect()
}

pub fn migration_breaches(owner: &str, migrations: &str, own: &BTreeSet<String>) -> Vec<String> {
    let foreign = sql::tables(migrations).into_iter().filter(|table| !own.contains(table));
    foreign.map(|table| format!("the migrations of {owner} touch {table}, which they do not make")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> BTreeSet<String> {
        BTreeSet::from(["orders".to_owned(), "outbox".to_owned()])
    }

    #[test]
    fn a_foreign_table_is_found() {
        let path = "contexts/order/src/adapters/outbound/sql/store.rs";
        let source =
            "fn f(tx: &mut Tx) { tx.fetch(\"SELECT o.id FROM orders o JOIN product p ON p.id = o.id\", params![]); }";
        assert_eq!(breaches(path, source, &known()), [format!("{path}:1 touches product, which is not the context's")]);
        let constant = "const KEEP: &str = \"INSERT INTO stock_item (sku) VALUES ($1)\";";
        assert_eq!(breaches(path, constant, &known()).len(), 1);
        let dialect = path.replace("store.rs", "dialect_sqlite.rs");
        assert_eq!(breaches(&dialect, "const A: &str = concat!(\"UPDATE customer SET x = 1\");", &known()).len(), 1);
    }

    #[test]
    fn own_tables_and_those_of_the_chassis_are_fine() {
        let path = "contexts/order/src/adapters/outbound/sql.rs";
        let source = "const A: &str = \"SELECT 1 FROM orders, outbox\"; const B: &str = \"mail from a friend\";";
        assert_eq!(breaches(path, source, &known()), Vec::<String>::new());
    }

    #[test]
    fn a_migration_that_reaches_into_another_context_is_found() {
        let text = "CREATE TABLE orders (id TEXT, customer TEXT REFERENCES customer (id)) STRICT;";
        let own = created(text);
        assert_eq!(
            migration_breaches("order", text, &own),
            ["the migrations of order touch customer, which they do not make"]
        );
    }
}
