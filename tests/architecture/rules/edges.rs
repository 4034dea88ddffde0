//! Which crate may depend on which: contexts on the chassis and the kernel, never on each other; the kernel on none; and
//! the parts of the chassis on those below them.

use crate::repository::{CONTEXTS, Edge};

/// What the kernel may use: value types, their serialisation and Unicode's tables, nothing that does input or output.
const KERNEL: [&str; 8] =
    ["async-trait", "iso_currency", "jiff", "serde", "serde_json", "thiserror", "unicode-normalization", "uuid"];

/// Crates that only one crate of ours may use.
const OWNERS: [(&str, &[&str]); 6] = [
    ("sqlx", &["chassis-sql"]),
    ("rusqlite", &["chassis-sql"]),
    ("lettre", &["chassis-mail"]),
    ("async-nats", &["chassis-messaging"]),
    ("opentelemetry", &["chassis-telemetry"]),
    ("opentelemetry_sdk", &["chassis-telemetry"]),
];

/// The parts of the chassis, each after those that it may be built on.
const PARTS: [&str; 12] = [
    "storefront-theme",
    "chassis-telemetry",
    "chassis-system",
    "chassis-http-client",
    "chassis-sql",
    "chassis-security",
    "chassis-messaging",
    "chassis-mail",
    "chassis-platform",
    "chassis-web",
    "chassis-testing",
    "chassis",
];

fn allowed(edge: &Edge) -> bool {
    match edge.from.as_str() {
        "app" => true,
        from if PARTS.contains(&from) => edge.to == "shared-kernel" || is_below(&edge.to, from),
        "stripe-sandbox" => edge.to == "shared-kernel" || is_below(&edge.to, "chassis"),
        from if CONTEXTS.contains(&from) => ["chassis", "shared-kernel"].contains(&edge.to.as_str()),
        _ => false,
    }
}

/// Whether one part of the chassis comes before another.
fn is_below(part: &str, other: &str) -> bool {
    let place = |name: &str| PARTS.iter().position(|known| *known == name);
    place(part).zip(place(other)).is_some_and(|(part, other)| part < other)
}

pub fn breaches(edges: &[Edge]) -> Vec<String> {
    let wrong = edges.iter().filter(|edge| !allowed(edge));
    wrong.map(|edge| format!("{} depends on {}", edge.from, edge.to)).collect()
}

pub fn kernel_breaches(dependencies: &[String]) -> Vec<String> {
    let wrong = dependencies.iter().filter(|name| !KERNEL.contains(&name.as_str()));
    wrong.map(|name| format!("shared-kernel depends on {name}")).collect()
}

pub fn owner_breaches(dependencies: &[Edge]) -> Vec<String> {
    let wrong = dependencies
        .iter()
        .filter(|edge| OWNERS.iter().any(|(name, owners)| edge.to == *name && !owners.contains(&edge.from.as_str())));
    wrong.map(|edge| format!("{} depends on {}, which is behind the chassis", edge.from, edge.to)).collect()
}

#[test]
fn a_context_that_depends_on_another_is_found() {
    let edges = [Edge::new("order", "chassis"), Edge::new("order", "catalogue"), Edge::new("app", "order")];
    assert_eq!(breaches(&edges), ["order depends on catalogue"]);
}

#[test]
fn a_chassis_or_a_kernel_that_looks_upwards_is_found() {
    let edges =
        [Edge::new("chassis", "order"), Edge::new("shared-kernel", "chassis"), Edge::new("chassis", "shared-kernel")];
    assert_eq!(breaches(&edges), ["chassis depends on order", "shared-kernel depends on chassis"]);
}

#[test]
fn a_part_of_the_chassis_that_looks_upwards_is_found() {
    let edges = [Edge::new("chassis-sql", "chassis-messaging"), Edge::new("chassis-messaging", "chassis-sql")];
    assert_eq!(breaches(&edges), ["chassis-sql depends on chassis-messaging"]);
}

#[test]
fn a_new_crate_has_to_be_given_its_place() {
    assert_eq!(breaches(&[Edge::new("vouchers", "chassis")]), ["vouchers depends on chassis"]);
}

#[test]
fn a_kernel_that_does_input_or_output_is_found() {
    assert_eq!(kernel_breaches(&["serde".to_owned(), "tokio".to_owned()]), ["shared-kernel depends on tokio"]);
}

#[test]
fn a_context_that_goes_past_the_chassis_is_found() {
    let edges = [Edge::new("chassis-sql", "sqlx"), Edge::new("order", "sqlx")];
    assert_eq!(owner_breaches(&edges), ["order depends on sqlx, which is behind the chassis"]);
}
