//! A context speaks its own language: no path in its source begins with the name of another context's crate.

use crate::named::Names;
use crate::repository::CONTEXTS;

pub fn breaches(owner: &str, path: &str, source: &str) -> Vec<String> {
    let names = Names::of(source);
    let foreign = names.paths.iter().filter(|named| {
        let root = named.root();
        let is_crate = CONTEXTS.contains(&root) || root == "app";
        is_crate && root != owner && named.path != root && !names.local.contains(root)
    });
    foreign.map(|named| format!("{path}:{} names {}", named.line, named.path)).collect()
}

#[test]
fn another_contexts_crate_is_found_wherever_it_is_named() {
    for breach in [
        "use catalogue::Product;",
        "use catalogue::{domain::Product as P};",
        "fn f() -> ::catalogue::Product { todo() }",
        "fn f() { let x: Vec<catalogue::Product> = vec![]; }",
        "fn f() { assert_eq!(catalogue::price(), 1); }",
        "#[derive(catalogue::Magic)] struct S;",
    ] {
        assert_eq!(breaches("order", "x.rs", breach).len(), 1, "{breach}");
    }
}

#[test]
fn own_names_that_look_like_a_context_are_not_foreign() {
    for fine in [
        "mod catalogue; fn f() { catalogue::read() }",
        "use super::catalogue; fn f() { catalogue::read() }",
        "fn f(catalogue: u8) -> u8 { catalogue }",
        "use order::Cart;",
        "// catalogue::Product\nfn f() { g(\"catalogue::Product\") }",
    ] {
        assert_eq!(breaches("order", "x.rs", fine), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn a_chassis_that_knows_a_context_is_found() {
    assert_eq!(breaches("chassis", "x.rs", "use order::Order;"), ["x.rs:1 names order::Order"]);
}
