//! The inner layers of a context name no crate that does input or output, and take no time, id or chance by themselves.
//!
//! `domain/` moreover waits for nothing, and does not know how it is stored or sent; `application/`, `domain/` and `ports/` do not know the bus: what is to be
//! published is committed with the aggregate, and carried out by the chassis.

use crate::named::{Named, Names};

/// What the inner layers of a context are called.
const LAYERS: [&str; 3] = ["domain", "application", "ports"];

/// Crates that do input or output, or render for it.
const OUTSIDE: [&str; 20] = [
    "actix_multipart",
    "actix_rt",
    "actix_web",
    "askama",
    "askama_web",
    "async_nats",
    "csv",
    "fs4",
    "governor",
    "lettre",
    "metrics",
    "reqwest",
    "rusqlite",
    "rustls",
    "sqlx",
    "tokio",
    "tokio_util",
    "utoipa",
    "utoipa_actix_web",
    "rust_embed",
];

/// Parts of the standard library that do.
const STD_OUTSIDE: [&str; 6] = ["std::env", "std::fs", "std::io", "std::net", "std::process", "std::thread"];

/// What gives a type its form in a row, a message or an answer. That form is an adapter's, with types of its own, so that
/// the domain can change without it.
const FORM: [&str; 2] = ["serde", "serde_json"];

/// Sources of time, ids and chance, which come in through ports.
const TAKEN: [&str; 7] = ["SystemTime", "Instant", "rand", "now_v7", "new_v4", "OsRng", "thread_rng"];

/// The only thing of the chassis that the inner layers may name: a plain value.
const PLAIN: [&str; 1] = ["chassis::messaging::TaskDraft"];

/// The bus and what stands behind it.
const BUS: [&str; 6] = ["EventBus", "InProcessBus", "Relay", "Recorder", "Destination", "Outbox"];

/// The inner layer that a file belongs to.
pub fn layer(path: &str) -> Option<&'static str> {
    let inside = path.split("/src/").nth(1)?;
    let only_tests = inside.ends_with("_tests.rs") || inside.ends_with("/tests.rs");
    LAYERS
        .into_iter()
        .find(|layer| !only_tests && inside.strip_prefix(layer).is_some_and(|rest| rest.starts_with(['/', '.'])))
}

pub fn breaches(path: &str, source: &str) -> Vec<String> {
    let Some(layer) = layer(path) else { return Vec::new() };
    let names = Names::of(source);
    let wrong = names.paths.iter().filter_map(|named| {
        let why = reason(named)?;
        Some(format!("{path}:{} names {}: {why}", named.line, named.path))
    });
    let in_domain = layer == "domain";
    let forms = names.paths.iter().filter(|named| in_domain && FORM.contains(&named.root()));
    let forms = forms.map(|named| format!("{path}:{} names {}: the form is an adapter's", named.line, named.path));
    let waits = names.waits.iter().filter(|_| in_domain);
    wrong.chain(forms).chain(waits.map(|line| format!("{path}:{line} waits, and a domain does not"))).collect()
}

fn reason(named: &Named) -> Option<&'static str> {
    if OUTSIDE.contains(&named.root()) || STD_OUTSIDE.iter().any(|module| named.is_in(module)) {
        return Some("that does input or output");
    }
    if named.root() == "chassis" && !PLAIN.iter().any(|plain| named.is_in(plain)) {
        return Some("the inner layers do not know the chassis");
    }
    if TAKEN.iter().any(|source| named.has(source)) {
        return Some("time, ids and chance come in through ports");
    }
    (BUS.iter().any(|part| named.has(part)) || named.is_in("shared_kernel::bus"))
        .then_some("facts are committed, not published")
}

/// The kernel is as pure as a domain, but may name the bus, whose port it defines.
pub fn kernel_breaches(path: &str, source: &str) -> Vec<String> {
    let names = Names::of(source);
    let wrong = names.paths.iter().filter(|named| {
        OUTSIDE.contains(&named.root())
            || named.root() == "chassis"
            || STD_OUTSIDE.iter().any(|module| named.is_in(module))
            || TAKEN.iter().any(|source| named.has(source))
    });
    wrong.map(|named| format!("{path}:{} names {}", named.line, named.path)).collect()
}

#[test]
fn the_inner_layers_are_told_from_the_outer_ones() {
    assert_eq!(layer("contexts/order/src/domain/order.rs"), Some("domain"));
    assert_eq!(layer("contexts/order/src/ports.rs"), Some("ports"));
    assert_eq!(layer("contexts/order/src/application/pay.rs"), Some("application"));
    assert_eq!(layer("contexts/order/src/adapters/outbound/domain/x.rs"), None);
    assert_eq!(layer("contexts/order/src/domain/order_tests.rs"), None);
    assert_eq!(layer("contexts/order/src/domain_names.rs"), None);
}

#[test]
fn input_and_output_are_found_in_every_guise() {
    for breach in [
        "use actix_web::web;",
        "use sqlx::{Row, query as q};",
        "fn f() { tokio::spawn(g()); }",
        "fn f() { let c = reqwest::Client::new(); }",
        "#[derive(askama::Template)] struct S;",
        "fn f() { run!(lettre::Message); }",
        "use std::{fs, collections::BTreeMap};",
        "fn f() { std::env::var(\"X\"); }",
        "use chassis::sql::Tx;",
        "use chassis::{web::Problem};",
        "use chassis as c;",
        "fn f(tx: &mut chassis::sql::Tx) {}",
        "use chassis::mail::Mailer;",
        "fn f() { std::time::SystemTime::now(); }",
        "fn f() { uuid::Uuid::now_v7(); }",
        "fn f() { let x: u8 = rand::random(); }",
        "use shared_kernel::EventBus;",
        "use shared_kernel::bus::BusError;",
        "use chassis::messaging::Recorder;",
    ] {
        for inner in
            ["contexts/order/src/domain/x.rs", "contexts/order/src/application/x.rs", "contexts/order/src/ports/x.rs"]
        {
            assert!(!breaches(inner, breach).is_empty(), "{inner}: {breach}");
        }
        assert_eq!(breaches("contexts/order/src/adapters/x.rs", breach), Vec::<String>::new());
    }
}

#[test]
fn a_domain_waits_for_nothing_and_a_use_case_may() {
    let waiting = "async fn f(store: &dyn Store) { store.find().await; }";
    assert_eq!(breaches("contexts/order/src/domain/x.rs", waiting).len(), 2);
    assert_eq!(breaches("contexts/order/src/application/x.rs", waiting), Vec::<String>::new());
}

#[test]
fn a_domain_has_no_form_in_json_and_a_use_case_may_read_one() {
    for breach in
        ["use serde::{Deserialize, Serialize};", "#[derive(serde::Serialize)] struct S;", "type V = serde_json::Value;"]
    {
        assert!(!breaches("contexts/order/src/domain/x.rs", breach).is_empty(), "{breach}");
        assert_eq!(breaches("contexts/order/src/application/x.rs", breach), Vec::<String>::new());
    }
}

#[test]
fn plain_values_are_welcome_everywhere() {
    for fine in [
        "use shared_kernel::{Money, OrderId, StoreError};",
        "use chassis::messaging::TaskDraft;",
        "use std::sync::Arc; use std::time::Duration;",
        "fn f(id: uuid::Uuid) -> jiff::Timestamp { g(id) }",
        "#[cfg(test)] mod tests { use chassis::testing::FixedClock; }",
    ] {
        assert_eq!(breaches("contexts/order/src/domain/x.rs", fine), Vec::<String>::new(), "{fine}");
    }
}

#[test]
fn a_kernel_that_does_input_or_output_is_found() {
    assert_eq!(kernel_breaches("x.rs", "use tokio::sync::Mutex;"), ["x.rs:1 names tokio::sync::Mutex"]);
    assert_eq!(kernel_breaches("x.rs", "use crate::event::Envelope; pub trait EventBus {}"), Vec::<String>::new());
}
