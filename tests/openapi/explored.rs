//! Schemathesis makes up requests for every operation of the description, fitting ones and others, and holds the answers
//! against it: no 5xx, no status and no type of content that is not declared, no body that does not fit.
//!
//! In the short form that runs here each operation gets few requests, always the same.

use std::path::Path;
use std::process::Command;

use crate::api_fixtures;
use crate::support::process::Shop;
use crate::support::visitor::Visitor;
use crate::tools::{document, succeeds, tool};

const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,unsupported_method,allow_header_conformance";

/// Explores the shop as `who`, whose session must outlast it.
fn explore(shop: &Shop, who: &Visitor, schemathesis: &Path, document: &Path) {
    let token = who.token.as_deref().unwrap();
    let mut run = Command::new(schemathesis);
    run.current_dir(document.parent().unwrap()).arg("run").arg(document);
    run.arg("--url").arg(shop.url("")).arg("--header").arg(format!("Authorization: Bearer {token}"));
    // One worker: in CPython before 3.12 two threads that parse Python at once can disturb each other ("AST constructor
    // recursion depth mismatch", python/cpython#106905), and Hypothesis parses its own source while it runs.
    run.args("--phases examples,coverage,fuzzing --max-examples 4 --workers 1 --warnings off".split(' '));
    run.args("--generation-deterministic --suppress-health-check all".split(' '));
    run.args(["--generation-with-security-parameters", "false", "--checks", CHECKS]);
    // The token ends with the session, and the person with the account; the fuzzer makes no archives. Names from
    // answers are used in later requests, those of sessions, too.
    for left_out in ["log_out", "end_my_session", "end_sessions", "erase_me", "put_media_archive"] {
        run.args(["--exclude-operation-id", left_out]);
    }
    succeeds(&mut run);
}

async fn explored_by(role: &str) {
    let Some(schemathesis) = tool("schemathesis") else { return };
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let admin = api_fixtures::admin(&shop).await;
    api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(50)).await;
    let folder = tempfile::tempdir().unwrap();
    let who = if role == "admin" { admin } else { api_fixtures::user(&shop, "somebody@post.test", role).await };
    explore(&shop, &who, &schemathesis, &document(folder.path()));
    assert!(
        who.get("/api/customer/v1/me").await["id"].is_string(),
        "the session ended, and what came after proves little"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_gets_what_is_described() {
    explored_by("customer").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn staff_get_what_is_described() {
    explored_by("staff").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_gets_what_is_described() {
    explored_by("admin").await;
}
