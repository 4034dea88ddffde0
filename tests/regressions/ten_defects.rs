//! The ten mistakes, one test each.

use std::collections::{BTreeMap, BTreeSet};

use chassis::params;
use chassis::sql::Database;
use chassis::testing::eventually;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::api_fixtures::{address, offer, product, user};
use crate::provider::{deliver, genuine, nonsense, now, proof, says};
use crate::shop_fixture::{
    Response, ask, at_rest, books, bought, browser, cart, give_card, open, order, raw, reaches, rows, unchanged,
};
use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::{ADMIN, Shop, WEBHOOK_SECRET};
use crate::support::visitor::Visitor;

/// The books of another context, read (or spoiled) where they lie.
async fn database(shop: &Shop, name: &str) -> Database {
    Database::sqlite(&shop.folder().join(format!("{name}.db"))).await.unwrap()
}

#[tokio::test]
async fn a_paid_order_reaches_fulfilment() {
    let (shop, admin) = open(&[]).await;
    product(&admin, "KEA-1", "physical", 4_990, Some(5)).await;
    let order = bought(&shop, &admin, &[("KEA-1", 2)], "wish").await;
    let path = format!("/api/fulfilment/v1/shipping-orders/{}", order["id"].as_str().unwrap());
    let shipping = eventually(EVENTUALLY_TIMEOUT, || async {
        let found = admin.api("GET", &path, None, &[]).await;
        (found.status == 200).then_some(found.json)
    })
    .await;
    assert_eq!(shipping["number"], order["number"]);
    assert_eq!(shipping["delivery_address"]["city"], "Nelson");
    assert_eq!((&shipping["items"][0]["sku"], &shipping["items"][0]["quantity"]), (&json!("KEA-1"), &json!(2)));
    assert_eq!(admin.get("/api/fulfilment/v1/stock/KEA-1").await["available"], 3, "the goods are committed");
    let parcel = json!({"carrier": "NZ Post", "tracking": "T-1"});
    let sent = admin.api("POST", &format!("{path}/dispatch"), Some(parcel), &[("Idempotency-Key", "d")]).await;
    assert_eq!(sent.status, 200, "{}", sent.json);
    assert_eq!(admin.get("/api/fulfilment/v1/stock/KEA-1").await["on_hand"], 3, "the goods have left the shelf");
    let order = reaches(&admin, &order, "COMPLETED").await;
    assert_eq!(order["fulfilment"]["shipments"][0]["tracking"], "T-1", "and what left comes back to the order");
}

#[tokio::test]
async fn a_webhook_without_a_valid_signature_is_refused_and_changes_nothing() {
    let (shop, admin) = open(&[]).await;
    product(&admin, "KEA-1", "physical", 4_990, Some(5)).await;
    let order = order(&admin, &[("KEA-1", 1)], "wish").await;
    let body = says("evt_1", "payment_intent.succeeded", &order);
    let (at, before) = (now(), at_rest(&shop).await);
    let good = proof(&body, at, WEBHOOK_SECRET);
    let cheaper = body.replace("5640", "1");
    assert_ne!(cheaper, body);
    let forged = [
        String::new(),
        "t=,v1=".to_owned(),
        good.clone(),
        format!("v1={good}"),
        format!("t={at},v0={good}"),
        format!("t={at},v1={}", good.to_uppercase()),
        format!("t={at},v1={}", &good[..63]),
        format!("t={at},t={at},v1={good}"),
        format!("t={},v1={good}", at + 1),
        format!("t={at},v1={}", proof(&body, at, "whsec_of_somebody_else")),
        format!("t={at},v1={}", proof(&body, at, "")),
        format!("t={at},v1={}", proof(&cheaper, at, WEBHOOK_SECRET)),
        format!("t={},v1={}", at - 301, proof(&body, at - 301, WEBHOOK_SECRET)),
        format!("t={},v1={}", at + 360, proof(&body, at + 360, WEBHOOK_SECRET)),
    ];
    deliver(&shop, &body, None).await.is_problem("no signature", 400, "");
    for signature in &forged {
        deliver(&shop, &body, Some(signature)).await.is_problem(signature, 400, "");
    }
    let other = body.replace("evt_1", "evt_2");
    deliver(&shop, &other, Some(&genuine(&body))).await.is_problem("the signature of another body", 400, "");
    unchanged(&before, &at_rest(&shop).await);
    assert_eq!(deliver(&shop, &body, Some(&genuine(&body))).await.status, 200, "only the signature was wrong");
    reaches(&admin, &order, "PAID").await;
}

#[tokio::test]
async fn the_price_charged_is_the_shops_and_never_the_clients() {
    let (shop, admin) = open(&[]).await;
    product(&admin, "KEA-1", "physical", 4_990, Some(50)).await;
    let buyer = user(&shop, "cheap@post.test", "customer").await;
    let basket = cart(&buyer, &[("KEA-1", 2)]).await;
    let before = books(&shop).await;
    let wish = json!({"cart_id": basket, "delivery_address": address()});
    let tries = [
        ("total", json!(1)),
        ("netTotal", json!(0.01)),
        ("currency", json!("JPY")),
        ("shipping", json!(0)),
        ("lines", json!([{"sku": "KEA-1", "quantity": 2, "unit_price": 1}])),
        ("discount", json!(100)),
        ("status", json!("PAID")),
    ];
    for (field, value) in tries {
        let mut wish = wish.clone();
        wish[field] = value;
        let told = Response::by(
            raw(&shop, &buyer, "POST", "/api/order/v1/orders").header("Idempotency-Key", field).json(&wish),
        );
        told.await.is_problem(field, 422, "invalid-body");
    }
    let line = format!("/api/order/v1/carts/{basket}/items/KEA-1");
    let told = Response::by(raw(&shop, &buyer, "PUT", &line).json(&json!({"quantity": 1, "price": 1}))).await;
    told.is_problem("a price in the cart", 422, "invalid-body");
    let mut cheap = wish.clone();
    cheap["expected_total"] = json!({"amount": 1, "currency": "NZD"});
    let told = Response::by(
        raw(&shop, &buyer, "POST", "/api/order/v1/orders").header("Idempotency-Key", "cheap").json(&cheap),
    )
    .await;
    told.is_problem("a total of their own", 409, "");
    unchanged(&before, &books(&shop).await);

    let placed = ask(&buyer, &basket, "fair").await.json;
    let order = reaches(&buyer, &placed, "INITIAL").await;
    let gross = 2 * 4_990 + 650;
    assert_eq!(order["totals"]["gross"], json!({"amount": gross, "currency": "NZD"}));
    let books = books(&shop).await;
    let intents = rows(&books, "sandbox", "intent");
    assert_eq!(intents.len(), 1);
    assert_eq!(
        (&intents[0]["amount"], &intents[0]["currency"]),
        (&json!(gross), &json!("NZD")),
        "the provider is told the same"
    );
}

#[tokio::test]
async fn totals_multiply_price_by_quantity() {
    let (shop, admin) = open(&[]).await;
    product(&admin, "KEA-1", "physical", 1_999, Some(50)).await;
    product(&admin, "MOA-1", "physical", 333, Some(50)).await;
    let gross = 3 * 1_999 + 7 * 333;
    let basket = cart(&admin, &[("KEA-1", 3), ("MOA-1", 7)]).await;
    let shown = admin.get(&format!("/api/order/v1/carts/{basket}")).await;
    assert_eq!(shown["lines"][0]["line_total"]["amount"], 3 * 1_999);
    assert_eq!(shown["lines"][1]["line_total"]["amount"], 7 * 333);
    assert_eq!(shown["totals"]["gross"]["amount"], gross);
    assert_eq!(shown["order_totals"]["gross"]["amount"], gross + 650);
    let order = bought(&shop, &admin, &[("KEA-1", 3), ("MOA-1", 7)], "wish").await;
    let amount = |name: &str| order["totals"][name]["amount"].as_i64().unwrap();
    assert_eq!(amount("gross"), gross + 650);
    assert_eq!(amount("net") + amount("tax"), amount("gross"));
    for (line, expected) in [(0, 3 * 1_999), (1, 7 * 333)] {
        let line = &order["lines"][line];
        assert_eq!(line["line_total"]["amount"], expected);
        assert_eq!(line["net"]["amount"].as_i64().unwrap() + line["tax"]["amount"].as_i64().unwrap(), expected);
    }
    let books = books(&shop).await;
    assert_eq!(rows(&books, "sandbox", "intent")[0]["amount"], gross + 650);
    let sale = rows(&books, "reports", "sale")[0];
    assert_eq!((&sale["gross_minor"], &sale["shipping_minor"]), (&json!(gross + 650), &json!(650)));
}

#[tokio::test]
async fn two_orders_in_one_moment_keep_apart() {
    const CROWD: u32 = 20;
    let (shop, admin) = open(&[]).await;
    product(&admin, "KEA-1", "physical", 1_000, Some(1_000)).await;
    let mut carts = Vec::new();
    for quantity in 1..=CROWD {
        carts.push((quantity, cart(&admin, &[("KEA-1", quantity)]).await, format!("wish-{quantity}")));
    }
    let placed = join_all(carts.iter().map(|(_, cart, key)| ask(&admin, cart, key))).await;
    let (mut ids, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for ((quantity, ..), answer) in carts.iter().zip(&placed) {
        assert!((200..300).contains(&answer.status), "{}", answer.json);
        let kept = reaches(&admin, &answer.json, "INITIAL").await;
        assert_eq!(kept["lines"][0]["quantity"], *quantity, "each keeps what it was placed with");
        assert!(ids.insert(kept["id"].to_string()) && numbers.insert(kept["number"].to_string()), "{kept}");
    }
    let books = books(&shop).await;
    assert_eq!(rows(&books, "order", "order").len(), 20);
    let intents: BTreeSet<_> =
        rows(&books, "sandbox", "intent").iter().map(|intent| intent["metadata"]["order_id"].to_string()).collect();
    assert_eq!(intents, ids, "one intent each");
    assert_eq!(rows(&books, "fulfilment", "reservation").len(), 20);
}

#[tokio::test]
async fn an_order_is_stored_before_its_intent_and_the_intent_is_made_once() {
    let (shop, admin) = open(&[]).await;
    product(&admin, "KEA-1", "physical", 1_000, Some(1_000)).await;
    let basket = cart(&admin, &[("KEA-1", 4)]).await;
    let at_once = join_all((0..10).map(|_| ask(&admin, &basket, "one-wish"))).await;
    let mut ids: BTreeSet<String> = BTreeSet::new();
    for answer in at_once {
        assert!((200..300).contains(&answer.status), "{}", answer.json);
        ids.insert(answer.json["id"].to_string());
    }
    let later = ask(&admin, &basket, "one-wish").await;
    ids.insert(later.json["id"].to_string());
    assert_eq!(ids.len(), 1, "{ids:?}");
    let order = reaches(&admin, &later.json, "INITIAL").await;
    let another = cart(&admin, &[("KEA-1", 1)]).await;
    assert_eq!(ask(&admin, &another, "one-wish").await.status, 422, "a key is for one wish");
    let books = books(&shop).await;
    let (orders, intents) = (rows(&books, "order", "order"), rows(&books, "sandbox", "intent"));
    assert_eq!((orders.len(), intents.len()), (1, 1));
    assert_eq!(intents[0]["metadata"]["order_id"], order["id"]);
    assert_eq!(intents[0]["id"], order["payment"]["intent_id"]);
    assert!(orders[0]["placed_at"].as_str() < intents[0]["created_at"].as_str(), "{orders:?} {intents:?}");
    assert_eq!(rows(&books, "fulfilment", "reservation").len(), 1);
}

#[tokio::test]
async fn an_order_is_kept_while_nobody_answers_at_the_provider() {
    // Port 9 is for discarding; nothing listens there.
    let nobody = [("STORE_STRIPE_SECRET_KEY", "sk_test_of_nobody"), ("STORE_STRIPE_API_BASE", "http://127.0.0.1:9")];
    let (mut shop, admin) = open(&nobody).await;
    product(&admin, "KEA-1", "physical", 1_000, Some(10)).await;
    let basket = cart(&admin, &[("KEA-1", 4)]).await;
    let placed = ask(&admin, &basket, "wish").await;
    assert_eq!(placed.status, 202, "{}", placed.json);
    shop.kill();
    shop.start().await;
    let kept = admin.get(&format!("/api/order/v1/orders/{}", placed.json["id"].as_str().unwrap())).await;
    assert_eq!((&kept["number"], &kept["payment"]["intent_id"]), (&placed.json["number"], &Value::Null));
    let again = ask(&admin, &basket, "wish").await;
    assert_eq!(again.json["id"], placed.json["id"], "the key is kept with the order");
}

#[tokio::test]
async fn late_and_repeated_payment_events_change_nothing() {
    let (shop, admin) = open(&[]).await;
    product(&admin, "KEA-1", "physical", 1_000, Some(1_000)).await;
    let order = order(&admin, &[("KEA-1", 4)], "wish").await;
    let path = format!("/api/order/v1/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(give_card(&shop, &order, "pm_card_chargeDeclined").await, 402);
    let told = eventually(EVENTUALLY_TIMEOUT, || async {
        let history = admin.get(&path).await["history"].to_string();
        history.contains("payment_failed").then_some(history)
    });
    assert!(told.await.contains("declined"), "a refusal is not overlooked");
    assert_eq!(give_card(&shop, &order, "pm_card_visa").await, 200);
    let order = reaches(&admin, &order, "PAID").await;

    let before = books(&shop).await;
    for event in ["evt_again", "evt_again", "evt_again", "evt_another", "evt_third"] {
        let body = says(event, "payment_intent.succeeded", &order);
        assert_eq!(deliver(&shop, &body, Some(&genuine(&body))).await.status, 200);
    }
    for kind in ["payment_failed", "processing", "requires_action", "canceled", "created"] {
        let body = says(&format!("evt_{kind}"), &format!("payment_intent.{kind}"), &order);
        for _ in 0..2 {
            assert_eq!(deliver(&shop, &body, Some(&genuine(&body))).await.status, 200);
        }
    }
    unchanged(&before, &books(&shop).await);
    let after = admin.get(&path).await;
    assert_eq!(after["status"], "PAID");
    assert_eq!(after["payment"], order["payment"]);
    let all = at_rest(&shop).await;
    let kept = rows(&all, "order", "inbox").into_iter().filter(|row| row["id"] == "evt_again").count();
    assert_eq!(kept, 1, "a repeat is known as one");
}

/// Fails on an amount that is no whole number, and collects the names under which there were any.
fn check(at: &str, value: &Value, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            if name.ends_with("_minor") || ["quantity", "on_hand", "available", "weight_g"].contains(&name.as_str()) {
                assert!(value.is_i64(), "{at}/{name} is {value}");
                seen.insert(name.clone());
            }
            check(&format!("{at}/{name}"), value, seen);
        }),
        Value::Array(members) => members.iter().for_each(|value| check(at, value, seen)),
        Value::Number(number) => assert!(number.is_i64(), "{at} is {number}"),
        Value::String(_) | Value::Bool(_) | Value::Null => {}
    }
}

/// Every fact that a context has published, by type.
async fn published(shop: &Shop, context: &str) -> BTreeMap<String, Vec<Value>> {
    let database = database(shop, context).await;
    let read = database.read(|tx| {
        Box::pin(async {
            let rows = tx.fetch("SELECT envelope FROM outbox ORDER BY position", params![]).await?;
            rows.iter().map(|row| row.get::<Value>("envelope")).collect::<Result<Vec<_>, _>>()
        })
    });
    let mut facts: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for envelope in read.await.unwrap() {
        facts.entry(envelope["type"].as_str().unwrap().to_owned()).or_default().push(envelope["data"].clone());
    }
    facts
}

#[tokio::test]
async fn published_amounts_are_integers_and_items_keep_their_prices() {
    let (shop, admin) = open(&[]).await;
    product(&admin, "KEA-1", "physical", 1_999, Some(1_000)).await;
    let order = order(&admin, &[("KEA-1", 3)], "wish").await;
    let mut dearer = offer("KEA-1", "physical", 5_000);
    dearer["title"] = json!("Dearer");
    let put = admin.api("PUT", "/api/catalogue/v1/products/kea-1", Some(dearer), &[]).await;
    assert_eq!(put.status, 200, "{}", put.json);
    assert_eq!(give_card(&shop, &order, "pm_card_visa").await, 200);
    reaches(&admin, &order, "PAID").await;
    let gone = admin.api("DELETE", "/api/catalogue/v1/products/kea-1", None, &[]).await;
    assert_eq!(gone.status, 204, "{}", gone.json);
    at_rest(&shop).await;

    let (mut seen, mut types) = (BTreeSet::new(), BTreeSet::new());
    for context in ["catalogue", "order", "fulfilment", "customer"] {
        for (name, facts) in published(&shop, context).await {
            for fact in &facts {
                check(&name, fact, &mut seen);
            }
            types.insert(name);
        }
    }
    for name in ["gross_minor", "unit_gross_minor", "net_minor", "tax_minor", "shipping_minor", "quantity", "on_hand"] {
        assert!(seen.contains(name), "{name} was published nowhere: {seen:?}");
    }
    let facts = published(&shop, "order").await;
    for name in ["store.order.placed.v1", "store.order.paid.v1"] {
        let line = &facts[name][0]["lines"][0];
        assert_eq!((&line["sku"], &line["quantity"]), (&json!("KEA-1"), &json!(3)));
        assert_eq!((&line["unit_gross_minor"], &line["gross_minor"]), (&json!(1_999), &json!(5_997)), "{name}");
    }
    let removed = &published(&shop, "catalogue").await["store.catalogue.product_withdrawn.v1"][0];
    assert_eq!(removed["skus"], json!(["KEA-1"]), "a removal is a fact in a shape of its own");

    let mut promised = BTreeSet::new();
    for event in admin.get("/api/ops/v1/events").await["items"].as_array().unwrap() {
        promised.insert(event["type"].as_str().unwrap().to_owned());
        amounts_are_promised_whole(event["type"].as_str().unwrap(), &event["schema"]);
    }
    assert!(types.is_subset(&promised), "published without a schema: {:?}", types.difference(&promised));
}

fn amounts_are_promised_whole(at: &str, schema: &Value) {
    for (name, member) in schema.as_object().into_iter().flatten() {
        if name.ends_with("_minor") && member.is_object() {
            assert_eq!(member["type"], "integer", "{at}/{name}");
        }
        amounts_are_promised_whole(&format!("{at}/{name}"), member);
    }
}

/// How many dead letters the shop counts, wherever it does.
async fn dead(shop: &Shop, admin: &Visitor) -> usize {
    let listed = admin.get("/api/ops/v1/dead-letters").await["items"].as_array().unwrap().len();
    let told = shop.cli(&["dead-letters", "list"]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told = String::from_utf8(told.stdout).unwrap();
    assert_eq!(told.lines().filter(|line| line.contains(" attempt")).count(), listed, "{told}");
    let mut browser = browser(shop, ADMIN).await;
    assert_eq!(browser.visit("/admin/errors").await.all("dead-letter").len(), listed);
    let rows = browser.visit("/admin").await.select("table tbody tr td:last-child");
    assert_eq!(rows.iter().map(|count| count.parse::<usize>().unwrap()).sum::<usize>(), listed, "{rows:?}");
    listed
}

#[tokio::test]
async fn a_report_that_cannot_be_written_is_a_dead_letter_and_lines_are_written() {
    let (shop, admin) = open(&[("STORE_RETRY_BASE", "1ms")]).await;
    product(&admin, "KEA-1", "physical", 1_999, Some(1_000)).await;
    product(&admin, "DEAR-1", "physical", 45_678_901, Some(10)).await;
    let ill = "CREATE TRIGGER no_room BEFORE INSERT ON sale_line BEGIN SELECT RAISE(ABORT, 'no room'); END";
    let reports = database(&shop, "reports").await;
    reports.write(|tx| Box::pin(tx.execute(ill, params![]))).await.unwrap();
    let order = bought(&shop, &admin, &[("KEA-1", 3), ("DEAR-1", 2)], "wish").await;
    let letter = eventually(EVENTUALLY_TIMEOUT, || async {
        let letters = admin.get("/api/ops/v1/dead-letters").await;
        letters["items"].as_array().unwrap().first().cloned()
    })
    .await;
    assert_eq!((&letter["context"], &letter["consumer"]), (&json!("reports"), &json!("record-sales")));
    assert_eq!(letter["message"]["data"]["order_id"], order["id"], "the original message is kept");
    assert!(letter["error"].as_str().unwrap().contains("no room"), "{letter}");
    assert!(rows(&books(&shop).await, "reports", "sale").is_empty(), "half a report is none");

    reports.write(|tx| Box::pin(tx.execute("DROP TRIGGER no_room", params![]))).await.unwrap();
    let retry = format!("/api/ops/v1/dead-letters/{}/retry", letter["id"].as_str().unwrap());
    assert_eq!(admin.api("POST", &retry, None, &[]).await.status, 204);
    let lines = eventually(EVENTUALLY_TIMEOUT, || async {
        let top = admin.get("/api/reports/v1/top-products").await;
        Some(top["items"].as_array()?.clone()).filter(|lines| lines.len() == 2)
    })
    .await;
    let line = |sku: &str| lines.iter().find(|line| line["sku"] == sku).unwrap();
    assert_eq!((&line("KEA-1")["quantity"], &line("KEA-1")["gross"]["amount"]), (&json!(3), &json!(5_997)));
    assert_eq!(line("DEAR-1")["gross"]["amount"], 2 * 45_678_901, "no sum is too large for its column");
    assert_eq!(dead(&shop, &admin).await, 0);

    let body = nonsense("evt_nonsense");
    assert_eq!(deliver(&shop, &body, Some(&genuine(&body))).await.status, 200, "it is signed, so it is kept");
    let letter = eventually(EVENTUALLY_TIMEOUT, || async {
        let letters = admin.get("/api/ops/v1/dead-letters").await;
        letters["items"].as_array().unwrap().first().cloned()
    })
    .await;
    assert_eq!(dead(&shop, &admin).await, 1);
    assert!(
        letter["message"].to_string().contains("a lot") && !letter["code"].as_str().unwrap().is_empty(),
        "{letter}"
    );
}

#[tokio::test]
async fn dead_letters_can_be_counted_when_there_are_none() {
    let (shop, admin) = open(&[]).await;
    assert_eq!(admin.get("/api/ops/v1/dead-letters").await["items"], json!([]));
    assert_eq!(dead(&shop, &admin).await, 0);
    let mut browser = browser(&shop, ADMIN).await;
    assert!(browser.visit("/admin/errors").await.has("no-errors"));
}
