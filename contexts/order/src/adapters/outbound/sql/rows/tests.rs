//! What is stored reads as before, and is written as before.

use serde::Deserialize;

use super::samples::samples;
use super::*;
use crate::domain::AttentionReason;

/// Rows as the version before the types of this folder wrote them.
const BEFORE: &str = include_str!("stored_before.json");

#[derive(Deserialize)]
struct StoredBefore {
    name: String,
    frozen: String,
    progress: String,
}

fn stored_before() -> Vec<StoredBefore> {
    serde_json::from_str(BEFORE).unwrap()
}

fn restored(order: &Order, frozen: &str, progress: &str) -> Order {
    let frozen: FrozenJson = serde_json::from_str(frozen).unwrap();
    let progress = Progress::from(serde_json::from_str::<ProgressJson>(progress).unwrap());
    let (totals, placed_at, expires_at) = (*order.totals(), order.placed_at(), order.expires_at());
    let (origin, anonymised_at) = (frozen.origin, frozen.anonymised_at);
    Order::restore(StoredOrder {
        id: order.id(),
        number: order.number().clone(),
        cart: order.cart(),
        origin,
        details: frozen.details(DetailColumns { totals, placed_at, expires_at }),
        state: progress.state,
        state_since: progress.since,
        payments: progress.payments,
        refunds: progress.refunds,
        fulfilment: progress.fulfilment,
        receipt: progress.receipt,
        attention: progress.attention,
        disputes: progress.disputes,
        history: progress.history,
        anonymised_at,
        version: order.version(),
    })
    .unwrap()
}

#[test]
fn what_the_version_before_stored_is_read_as_the_same_order_and_written_the_same() {
    let (before, now) = (stored_before(), samples());
    let names = |list: &[StoredBefore]| list.iter().map(|stored| stored.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&before), now.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
    for (StoredBefore { name, frozen, progress }, (_, order)) in before.iter().zip(&now) {
        assert_eq!(&restored(order, frozen, progress), order, "{name} is read as it was");
        assert_eq!(&super::frozen(order).unwrap(), frozen, "{name} is written as it was");
        assert_eq!(&super::progress(order).unwrap(), progress, "{name} is written as it was");
    }
}

#[test]
fn every_reason_for_attention_is_stored_under_a_name_of_its_own_and_older_versions_know_theirs() {
    for reason in AttentionReason::ALL {
        assert_eq!(AttentionReason::parse(reason.name()), Some(reason));
        let older = reason.for_older_versions();
        assert_eq!(older, older.for_older_versions(), "older versions know it");
    }
}

#[test]
fn a_row_of_an_older_version_has_its_one_reason_and_a_row_of_ours_can_be_read_by_it() {
    let old = r#"{"state": {"state": "expired", "superseded_by": null}, "since": "2026-11-22T12:00:00Z", "history": [],
        "attention": {"since": "2026-11-22T12:00:00Z", "reason": "payment-disputed"}}"#;
    let read = Progress::from(serde_json::from_str::<ProgressJson>(old).unwrap());
    assert_eq!(read.attention.iter().map(|it| it.reason).collect::<Vec<_>>(), [AttentionReason::PaymentDisputed]);
    let order = crate::testing::an_order(1).build();
    let now = order.placed_at();
    let ours = order.needs_attention_about(AttentionReason::DisputeLost, "du_1", "NZD 9.00", now).order;
    let written: serde_json::Value = serde_json::from_str(&super::progress(&ours).unwrap()).unwrap();
    assert_eq!(written["attention"], serde_json::json!({"since": now, "reason": "payment-disputed"}));
}

#[test]
fn a_name_that_nothing_has_is_told() {
    let unknown = r#"{"state": {"state": "expired", "superseded_by": null}, "since": "2026-11-22T12:00:00Z",
        "history": [{"at": "2026-11-22T12:00:00Z", "kind": "teleported"}]}"#;
    let error = serde_json::from_str::<ProgressJson>(unknown).map(|_| ()).unwrap_err().to_string();
    assert!(error.starts_with("there is no kind of history \"teleported\""), "{error}");
}
