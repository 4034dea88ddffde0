//! Disputes, charges and blocked cards over the sandbox's own HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use super::{World, on_both_engines};

async fn paid_with(world: &World, method: &str) -> String {
    let form = format!("amount=5990&currency=nzd&confirm=true&payment_method={method}");
    let paid = world.post("payment_intents", &form).await;
    assert_eq!(paid.status_of_object(), "succeeded", "{method}");
    paid.id()
}

async fn dispute_of(world: &World, intent: &str) -> Value {
    let listed = world.get(&format!("disputes?payment_intent={intent}")).await.body;
    assert_eq!(listed["data"].as_array().unwrap().len(), 1, "{listed}");
    listed["data"][0].clone()
}

async fn event_types(world: &World) -> Vec<String> {
    let listed = world.get("events?limit=100").await.body;
    let mut events = listed["data"].as_array().unwrap().clone();
    events.reverse();
    let kinds = events.iter().map(|event| event["type"].as_str().unwrap().to_owned());
    kinds.filter(|kind| kind.starts_with("charge.dispute.")).collect()
}

async fn a_disputed_payment_is_listed_told_of_and_cannot_be_refunded(world: World) {
    let intent = paid_with(&world, "pm_card_createDispute").await;
    let dispute = dispute_of(&world, &intent).await;
    assert_eq!((&dispute["status"], &dispute["amount"]), (&json!("needs_response"), &json!(5_990)));
    assert_eq!((&dispute["reason"], &dispute["currency"]), (&json!("fraudulent"), &json!("nzd")));
    let charge = world.get(&format!("charges/{}", dispute["charge"].as_str().unwrap())).await.body;
    assert_eq!((&charge["disputed"], &charge["payment_intent"]), (&json!(true), &json!(intent)));
    assert_eq!(event_types(&world).await, ["charge.dispute.created", "charge.dispute.funds_withdrawn"]);
    let refused = world.post("refunds", &format!("payment_intent={intent}&amount=100")).await;
    assert_eq!((refused.status, refused.code()), (400, "charge_disputed"));
}

async fn a_dispute_is_won_or_lost_by_its_evidence(world: World) {
    for (evidence, status, refund) in [("winning_evidence", "won", 200), ("losing_evidence", "lost", 400)] {
        let intent = paid_with(&world, "pm_card_createDisputeProductNotReceived").await;
        let dispute = dispute_of(&world, &intent).await;
        let path = format!("disputes/{}", dispute["id"].as_str().unwrap());
        let closed = world.post(&path, &format!("evidence[uncategorized_text]={evidence}")).await;
        assert_eq!(closed.status_of_object(), status);
        assert_eq!(world.get(&path).await.body, closed.body);
        assert_eq!(world.post(&path, "evidence[uncategorized_text]=winning_evidence").await.status, 400);
        assert_eq!(world.post("refunds", &format!("payment_intent={intent}")).await.status, refund);
    }
    let told = event_types(&world).await;
    assert_eq!(told.iter().filter(|kind| *kind == "charge.dispute.closed").count(), 2);
    assert_eq!(told.iter().filter(|kind| *kind == "charge.dispute.funds_reinstated").count(), 1);
}

async fn a_dispute_that_is_not_answered_is_lost(world: World) {
    let intent = paid_with(&world, "pm_card_createDispute").await;
    world.clock.advance(Duration::from_hours(8 * 24));
    world.settle().await;
    assert_eq!(dispute_of(&world, &intent).await["status"], "lost");
    let given_in = dispute_of(&world, &paid_with(&world, "pm_card_createDispute").await).await;
    let closed = world.post(&format!("disputes/{}/close", given_in["id"].as_str().unwrap()), "").await;
    assert_eq!(closed.status_of_object(), "lost");
    assert_eq!(world.get("disputes/du_nowhere").await.code(), "resource_missing");
}

async fn an_inquiry_leaves_the_money_with_the_shop(world: World) {
    let intent = paid_with(&world, "pm_card_createDisputeInquiry").await;
    assert_eq!(dispute_of(&world, &intent).await["status"], "warning_needs_response");
    assert_eq!(world.post("refunds", &format!("payment_intent={intent}")).await.status, 200);
    assert_eq!(event_types(&world).await, ["charge.dispute.created"]);
}

async fn charges_are_listed_with_those_that_were_blocked(world: World) {
    let form = "amount=5990&currency=nzd&confirm=true&payment_method=pm_card_radarBlock";
    let blocked = world.post("payment_intents", form).await;
    assert_eq!((blocked.status, &blocked.body["error"]["decline_code"]), (402, &json!("fraudulent")));
    let intent = blocked.body["error"]["payment_intent"]["id"].as_str().unwrap().to_owned();
    world.post(&format!("payment_intents/{intent}/confirm"), "payment_method=pm_card_visa").await;
    paid_with(&world, "pm_card_visa").await;
    let listed = world.get(&format!("charges?payment_intent={intent}")).await.body;
    let states: Vec<_> = listed["data"].as_array().unwrap().iter().map(|charge| &charge["status"]).collect();
    assert_eq!(states, ["succeeded", "failed"]);
    assert_eq!(listed["data"][1]["outcome"]["type"], "blocked");
    let first = world.get("charges?limit=1").await.body;
    assert_eq!(first["has_more"], true);
    let second =
        world.get(&format!("charges?limit=1&starting_after={}", first["data"][0]["id"].as_str().unwrap())).await;
    let back = world.get(&format!("charges?ending_before={}", second.body["data"][0]["id"].as_str().unwrap())).await;
    assert_eq!((&back.body["data"], &back.body["has_more"]), (&first["data"], &json!(false)));
}

on_both_engines! {
    a_disputed_payment_is_listed_told_of_and_cannot_be_refunded
    a_dispute_is_won_or_lost_by_its_evidence
    a_dispute_that_is_not_answered_is_lost
    an_inquiry_leaves_the_money_with_the_shop
    charges_are_listed_with_those_that_were_blocked
}
