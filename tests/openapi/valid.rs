//! Validators and linters find no fault, neither with the document that the shop serves nor with those under `contract/`.

use std::path::PathBuf;
use std::process::Command;

use crate::tools::{document, root, succeeds, tool};

/// The document of the whole shop and those of its contexts.
fn documents(folder: &tempfile::TempDir) -> Vec<PathBuf> {
    let contexts = ["catalogue", "order", "fulfilment", "reports", "customer"];
    let kept = contexts.map(|context| root().join(format!("contexts/{context}/contract/openapi.json")));
    std::iter::once(document(folder.path())).chain(kept).collect()
}

#[test]
fn every_document_is_valid() {
    let Some(validator) = tool("openapi-spec-validator") else { return };
    let folder = tempfile::tempdir().unwrap();
    succeeds(Command::new(validator).args(documents(&folder)));
}

#[test]
fn redocly_finds_no_fault() {
    let Some(redocly) = tool("redocly") else { return };
    let folder = tempfile::tempdir().unwrap();
    let config = root().join("tests/openapi/redocly.yaml");
    let mut lint = Command::new(redocly);
    lint.env("REDOCLY_TELEMETRY", "off").arg("lint").args(["--format", "stylish", "--config"]).arg(config);
    succeeds(lint.args(documents(&folder)));
}

#[test]
fn spectral_finds_no_fault() {
    let Some(spectral) = tool("spectral") else { return };
    let folder = tempfile::tempdir().unwrap();
    let rules = root().join("tests/openapi/spectral.yaml");
    let mut lint = Command::new(spectral);
    lint.args(["lint", "--quiet", "--fail-severity", "warn", "--ruleset"]).arg(rules);
    succeeds(lint.args(documents(&folder)));
}
