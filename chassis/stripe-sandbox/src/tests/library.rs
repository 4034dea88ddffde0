//! What client libraries of Stripe rely on: expanded objects, updates, headers, saved failures.

use serde_json::json;

use super::{World, on_both_engines};

async fn ids_are_expanded_on_demand(world: World) {
    let intent = world.paid().await;
    let shown =
        world.get(&format!("payment_intents/{intent}?expand[]=latest_charge&expand[]=payment_method")).await.body;
    assert_eq!(shown["latest_charge"]["object"], "charge");
    assert_eq!(shown["payment_method"]["card"]["last4"], "4242");
    let refund = world.post("refunds", &format!("payment_intent={intent}&expand[]=payment_intent.latest_charge")).await;
    assert_eq!(refund.body["payment_intent"]["latest_charge"]["refunded"], true);
    let listed = world.get("refunds?expand[]=data.charge").await.body;
    assert_eq!(listed["data"][0]["charge"]["object"], "charge");
    let unpaid = world.intent().await.id();
    assert_eq!(world.get(&format!("payment_intents/{unpaid}?expand[]=latest_charge")).await.status, 200);
    assert_eq!(world.get(&format!("payment_intents/{intent}?expand[]=colour")).await.status, 400);
    assert_eq!(world.get(&format!("payment_intents/{intent}?expand[]=amount")).await.status, 400);
}

async fn an_intent_is_changed_until_it_is_paid(world: World) {
    let id = world.intent().await.id();
    let form = "amount=6000&metadata[order_id]=&metadata[note]=gift&description=Order+8";
    let changed = world.post(&format!("payment_intents/{id}"), form).await;
    assert_eq!((changed.status, &changed.body["amount"]), (200, &json!(6_000)));
    assert_eq!(
        (&changed.body["metadata"], &changed.body["description"]),
        (&json!({"note": "gift"}), &json!("Order 8"))
    );
    assert_eq!(world.post(&format!("payment_intents/{id}"), "amount=10").await.code(), "amount_too_small");
    let paid = world.post(&format!("payment_intents/{id}/confirm"), "payment_method=pm_card_visa").await;
    assert_eq!(paid.body["amount_received"], 6_000);
    assert_eq!(
        world.post(&format!("payment_intents/{id}"), "amount=7000").await.code(),
        "payment_intent_unexpected_state"
    );
    assert_eq!(
        world.post(&format!("payment_intents/{id}"), "metadata[note]=late").await.body["metadata"]["note"],
        "late"
    );
}

async fn a_refund_takes_notes_and_no_cancellation(world: World) {
    let refund = world.post("refunds", &format!("payment_intent={}&metadata[a]=1", world.paid().await)).await.id();
    let noted = world.post(&format!("refunds/{refund}"), "metadata[b]=2").await;
    assert_eq!(noted.body["metadata"], json!({"a": "1", "b": "2"}));
    assert_eq!(world.post(&format!("refunds/{refund}"), "amount=5").await.code(), "parameter_unknown");
    assert_eq!(world.post(&format!("refunds/{refund}/cancel"), "").await.status, 400);
    assert_eq!(world.post("refunds/re_nowhere/cancel", "").await.code(), "resource_missing");
}

async fn a_failure_is_saved_under_its_key_whether_the_work_is_done_or_not(world: World) {
    for (work, made) in [("none", 0), ("done", 1)] {
        let intent = world.paid().await;
        let form = format!("payment_intent={intent}&amount=100");
        world.post("test_helpers/failures", &format!("path=/v1/refunds&work={work}")).await;
        let key = format!("k-{work}");
        for replayed in [false, true] {
            let failed = world.keyed(&key, "refunds", &form).await;
            assert_eq!((failed.status, failed.replayed), (500, replayed));
        }
        let listed = world.get(&format!("refunds?payment_intent={intent}")).await.body;
        assert_eq!(listed["data"].as_array().unwrap().len(), made, "{work}");
        assert_eq!(world.keyed(&format!("{key}-2"), "refunds", &form).await.status, 200);
    }
}

async fn a_token_pays_as_its_card_does(world: World) {
    let form =
        "amount=500&currency=nzd&confirm=true&payment_method_data[type]=card&payment_method_data[card][token]=tok_visa";
    assert_eq!(world.post("payment_intents", form).await.status_of_object(), "succeeded");
    assert_eq!(world.post("payment_intents", &form.replace("tok_visa", "tok_gold")).await.code(), "resource_missing");
}

async fn every_answer_names_the_request_and_repeats_what_was_said_of_it(world: World) {
    let named = world
        .headers("payment_intents/pi_nowhere", &[("stripe-version", "2020-08-27"), ("idempotency-key", "k-1")])
        .await;
    assert_eq!(named["stripe-version"], "2020-08-27");
    assert_eq!(named["idempotency-key"], "k-1");
    assert!(named["request-id"].starts_with("req_"));
    assert_eq!(world.headers("payment_intents", &[]).await["stripe-version"], crate::objects::API_VERSION);
}

on_both_engines! {
    ids_are_expanded_on_demand
    an_intent_is_changed_until_it_is_paid
    a_refund_takes_notes_and_no_cancellation
    a_failure_is_saved_under_its_key_whether_the_work_is_done_or_not
    a_token_pays_as_its_card_does
    every_answer_names_the_request_and_repeats_what_was_said_of_it
}
