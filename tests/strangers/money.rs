//! Defects 3, 4 and 5 of the predecessor: the client named the price, totals forgot the quantity, and two orders in one
//! millisecond were one.

use std::collections::BTreeSet;

use chassis::testing::eventually;
use serde_json::{Value, json};

use crate::support::PATIENCE;
use crate::support::process::Shop;
use crate::support::visitor::Visitor;
use crate::wire::books;
use crate::{counter, hands};

async fn shop_with_two_things() -> (Shop, Visitor) {
    let shop = Shop::open(&[("STORE_DEMO", "off"), ("STORE_SHIPPING_MINOR", "700")]).await;
    let admin = hands::admin(&shop).await;
    hands::product(&admin, "KEA", "physical", 4_990, Some(500)).await;
    hands::product(&admin, "TUI", "digital", 1_995, None).await;
    let buyer = hands::user(&shop, "ana@post.test", "customer").await;
    (shop, buyer)
}

fn amount(money: &Value) -> i64 {
    assert_eq!(money["currency"], "NZD", "{money}");
    money["amount"].as_i64().unwrap_or_else(|| panic!("{money} is no whole amount"))
}

#[tokio::test]
async fn the_price_charged_is_the_shops_and_never_the_clients() {
    let (shop, buyer) = shop_with_two_things().await;
    let cart = counter::cart(&buyer, &[("KEA", 2)]).await;
    let whole = json!({"cart_id": cart, "delivery_address": hands::address()});
    let before = books(&shop);
    let names =
        ["total", "amount", "netTotal", "price", "gross_minor", "currency", "status", "customer_id", "paid_at", "role"];
    for name in names {
        let mut body = whole.clone();
        body[name] = json!(1);
        let key = format!("with-{name}");
        let asked = buyer.api("POST", "/api/order/v1/orders", Some(body), &[("Idempotency-Key", &key)]).await;
        assert_eq!(asked.status, 422, "{name}: {}", asked.json);
        let path = format!("/api/order/v1/carts/{cart}/items/KEA");
        let put = buyer.api("PUT", &path, Some(json!({"quantity": 3, name: 1})), &[]).await;
        assert_eq!(put.status, 422, "{name}: {}", put.json);
    }
    for expected in [1, 0, -1, 4_990, i64::MAX] {
        let mut body = whole.clone();
        body["expected_total"] = json!({"amount": expected, "currency": "NZD"});
        let key = format!("expects-{expected}");
        let asked = buyer.api("POST", "/api/order/v1/orders", Some(body), &[("Idempotency-Key", &key)]).await;
        assert_eq!(asked.status, 409, "{}", asked.json);
        assert!(asked.json["type"].as_str().unwrap().ends_with("/price-changed"), "{}", asked.json);
        assert_eq!(amount(&asked.json["cart"]["order_totals"]["gross"]), 2 * 4_990 + 700);
    }
    assert_eq!(books(&shop), before);
    let order = counter::order(&buyer, &[("KEA", 2)]).await;
    let intents = counter::records(&shop, "sandbox", "intent", &order);
    assert_eq!((intents.len(), &intents[0]["amount"]), (1, &json!(2 * 4_990 + 700)), "{intents:?}");
}

#[tokio::test]
async fn totals_multiply_price_by_quantity_and_add_up() {
    let (shop, buyer) = shop_with_two_things().await;
    let order = counter::order(&buyer, &[("KEA", 3), ("TUI", 99)]).await;
    let lines = order["lines"].as_array().unwrap();
    for (line, (price, quantity)) in lines.iter().zip([(4_990, 3), (1_995, 99)]) {
        assert_eq!((amount(&line["unit_price"]), amount(&line["line_total"])), (price, price * quantity), "{line}");
        assert_eq!(amount(&line["net"]) + amount(&line["tax"]), price * quantity, "{line}");
    }
    let totals = |name: &str| amount(&order["totals"][name]);
    assert_eq!(totals("gross"), 3 * 4_990 + 99 * 1_995 + 700);
    assert_eq!(totals("net") + totals("tax"), totals("gross"));
    assert_eq!(totals("shipping"), 700);
    // 15 % of the net are 15/115 of the gross, to the cent.
    let exact = totals("gross") * 15;
    assert!((totals("tax") * 115 - exact).abs() <= 115 * 2, "{} of tax in {}", totals("tax"), totals("gross"));
    let record = &counter::records(&shop, "order", "order", &order)[0];
    assert_eq!(record["gross_minor"], json!(totals("gross")));
}

#[tokio::test]
async fn what_is_digital_is_not_shipped_and_costs_no_shipping() {
    let (_shop, buyer) = shop_with_two_things().await;
    let order = counter::order(&buyer, &[("TUI", 1)]).await;
    assert_eq!((amount(&order["totals"]["gross"]), amount(&order["totals"]["shipping"])), (1_995, 0));
    assert_eq!(order["delivery_address"], Value::Null);
}

#[tokio::test]
async fn orders_of_one_millisecond_keep_apart() {
    let (shop, buyer) = shop_with_two_things().await;
    let ben = hands::user(&shop, "ben@post.test", "customer").await;
    let mut carts = Vec::new();
    for number in 0..40 {
        let who = if number % 2 == 0 { &buyer } else { &ben };
        carts.push((who, counter::cart(who, &[("TUI", 1)]).await));
    }
    let asked = carts.iter().map(|(who, cart)| counter::ask(who, cart, cart));
    let answers = futures_util::future::join_all(asked).await;
    let mut named = BTreeSet::new();
    for answer in &answers {
        assert!(matches!(answer.status, 201 | 202), "{answer:?}");
        named.insert((answer.json["id"].to_string(), answer.json["number"].to_string()));
    }
    let (ids, numbers): (BTreeSet<_>, BTreeSet<_>) = named.into_iter().unzip();
    assert_eq!((ids.len(), numbers.len()), (40, 40));
    let stored = shop.audit().into_iter().filter(|line| line["kind"] == "order").count();
    assert_eq!(stored, 40);
}

#[tokio::test]
async fn money_of_another_amount_does_not_pay_the_order() {
    let (shop, buyer) = shop_with_two_things().await;
    for (number, received) in [1, 4_990 + 699, 4_990 + 701].into_iter().enumerate() {
        let order = counter::order(&buyer, &[("KEA", 1)]).await;
        let event = counter::event(&format!("evt_wrong_{number}"), "payment_intent.succeeded", &order, received);
        assert_eq!(counter::post_event(&shop, &event).await.status, 200);
        let seen = || async { Some(counter::look(&buyer, &order).await).filter(|it| !it["needs_attention"].is_null()) };
        let order = eventually(PATIENCE, seen).await;
        assert_ne!(order["status"], "PAID", "{order}");
        let books = counter::records(&shop, "reports", "sale", &order);
        assert!(books.is_empty(), "{books:?}");
    }
}
