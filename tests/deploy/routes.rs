//! Every path reaches the context that owns it, and internal paths are not reachable.

use std::collections::BTreeSet;

use crate::fake::Bench;
use crate::source;

/// Paths for processes of the same shop, or for its operator.
fn is_inner(path: &str) -> bool {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let context = matches!(parts.as_slice(), ["api", _, "v1", "ops" | "identity", ..]);
    context && parts[1] != "ops" || path.starts_with("/health") || path.starts_with("/metrics")
}

/// The path with something in place of each of its parameters.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The page table of ARCHITECTURE.md: (owner, path), each `*` both as nothing and as something below.
fn page_table() -> BTreeSet<(String, String)> {
    let text = source::text("ARCHITECTURE.md");
    let section = text.split("## Who owns which page").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut table = BTreeSet::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        for path in cells[0].split(',').map(|path| path.trim().trim_matches('`')) {
            let (bare, open) = path.strip_suffix('*').map_or((path, false), |bare| (bare, true));
            table.insert((cells[1].to_owned(), bare.to_owned()));
            if open {
                table.insert((cells[1].to_owned(), format!("{}/x", bare.trim_end_matches('/'))));
            }
        }
    }
    assert!(table.len() > 30, "only {} paths were found", table.len());
    table
}

#[actix_web::test]
async fn every_route_of_the_program_is_led_to_the_part_that_serves_it() {
    let Some(bench) = Bench::open().await else { return };
    for (part, path) in source::routes().into_iter().filter(|(_, path)| !is_inner(path)) {
        let answer = bench.get(&filled(&path), &[]).await;
        assert_eq!(answer.part(), part, "{path} was led elsewhere: {answer:?}");
    }
}

#[actix_web::test]
async fn every_page_is_led_to_the_context_that_the_table_names() {
    let Some(bench) = Bench::open().await else { return };
    for (owner, path) in page_table() {
        let part = bench.get(&path, &[]).await.part();
        let fits = part == owner || owner == "app" && matches!(part.as_str(), "edge" | "sandbox");
        assert!(fits, "{path} belongs to {owner}, and was led to {part:?}");
    }
}

#[actix_web::test]
async fn what_processes_ask_each_other_is_not_asked_from_outside() {
    let Some(bench) = Bench::open().await else { return };
    let mut closed: Vec<String> =
        source::routes().iter().filter(|(_, path)| is_inner(path)).map(|(_, path)| filled(path)).collect();
    for context in ["catalogue", "order", "fulfilment", "reports", "customer"] {
        closed
            .extend(["ops", "ops/", "ops/dead-letters", "ops/counts"].map(|rest| format!("/api/{context}/v1/{rest}")));
    }
    let written = [
        "/api/customer/v1/identity",
        "/api/customer/v1/identity/",
        "/api/customer/v1/%69dentity",
        "/api/customer/v1//identity",
        "/api//customer/v1/identity",
        "/api/customer%2Fv1%2Fidentity",
        "/metrics",
        "/metrics/",
        "/%6Detrics",
        "/health",
        "/health/other",
        "/_who/page",
        "/_who/api",
        "/_who/page/or_nobody",
    ];
    closed.extend(written.map(str::to_owned));
    for path in closed {
        let answer = bench.get(&path, &[("Cookie", "sid=ana"), ("Authorization", "Bearer ana")]).await;
        assert_eq!((answer.status, answer.part().as_str()), (404, ""), "{path} leads somewhere");
        let reached = crate::gateway::PARTS.map(|part| bench.fake(part).seen().len());
        assert_eq!(reached, [0; 7], "{path} was asked of a process");
    }
}

#[actix_web::test]
async fn the_gateways_own_probes_answer_whatever_the_contexts_do() {
    let Some(bench) = Bench::open().await else { return };
    for path in ["/health/live", "/health/ready"] {
        let answer = bench.get(path, &[]).await;
        assert_eq!((answer.status, answer.part().as_str()), (200, ""), "{path}");
    }
}

#[test]
fn inner_paths_are_told_from_outer_ones() {
    assert!(
        is_inner("/api/order/v1/ops/dead-letters") && is_inner("/api/customer/v1/identity") && is_inner("/metrics")
    );
    assert!(!is_inner("/api/ops/v1/dead-letters") && !is_inner("/api/order/v1/orders") && !is_inner("/orders/{id}"));
    assert_eq!(filled("/a/{id}/b/{rest:.*}"), "/a/x/b/x");
}
