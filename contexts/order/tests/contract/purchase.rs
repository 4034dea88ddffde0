//! `docs/purchase.md` tells the purchase step by step; it has to name what the code knows.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::path::Path;

use order::application::tasks::{CANCEL_INTENT, CREATE_INTENT, MAIL_RECEIPT, PAYMENT_EVENTS, REFUND_PAYMENT};
use order::domain::Status;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The published events, by the names of their golden files.
fn published() -> Vec<String> {
    let files = std::fs::read_dir(root().join("contract/events")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| name.strip_suffix(".v1.json").map(str::to_owned)).collect()
}

#[test]
fn the_description_of_the_purchase_names_every_status_task_and_event() {
    let page = std::fs::read_to_string(root().join("../../docs/purchase.md")).unwrap();
    let statuses = Status::ALL.map(|status| status.name().to_owned());
    let tasks =
        [CREATE_INTENT, CANCEL_INTENT, REFUND_PAYMENT, MAIL_RECEIPT, PAYMENT_EVENTS].map(|task| task.to_string());
    let events = published();
    assert!(events.len() > 10, "the golden files were not found");
    let missing: Vec<_> = statuses.iter().chain(&tasks).chain(&events).filter(|name| !page.contains(*name)).collect();
    assert!(missing.is_empty(), "docs/purchase.md does not name {missing:?}");
}
