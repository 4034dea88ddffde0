//! Money that is not what was asked for, and what costs nothing to send.

use chassis::testing::eventually;
use serde_json::Value;

use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::Shop;
use crate::support::visitor::Visitor;
use crate::{api_fixtures, buy};

async fn shop_with_two_things() -> (Shop, Visitor) {
    let shop = Shop::open(&[("STORE_DEMO", "off"), ("STORE_SHIPPING_MINOR", "700")]).await;
    let admin = api_fixtures::admin(&shop).await;
    api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(500)).await;
    api_fixtures::product(&admin, "TUI", "digital", 1_995, None).await;
    let buyer = api_fixtures::user(&shop, "ana@post.test", "customer").await;
    (shop, buyer)
}

fn amount(money: &Value) -> i64 {
    assert_eq!(money["currency"], "NZD", "{money}");
    money["amount"].as_i64().unwrap_or_else(|| panic!("{money} is no whole amount"))
}

#[tokio::test]
async fn what_is_digital_is_not_shipped_and_costs_no_shipping() {
    let (_shop, buyer) = shop_with_two_things().await;
    let order = buy::order(&buyer, &[("TUI", 1)]).await;
    assert_eq!((amount(&order["totals"]["gross"]), amount(&order["totals"]["shipping"])), (1_995, 0));
    assert_eq!(order["delivery_address"], Value::Null);
}

#[tokio::test]
async fn money_of_another_amount_does_not_pay_the_order() {
    let (shop, buyer) = shop_with_two_things().await;
    for (number, received) in [1, 4_990 + 699, 4_990 + 701].into_iter().enumerate() {
        let order = buy::order(&buyer, &[("KEA", 1)]).await;
        let event = buy::event(&format!("evt_wrong_{number}"), "payment_intent.succeeded", &order, received);
        assert_eq!(buy::post_event(&shop, &event).await.status, 200);
        let seen = || async { Some(buy::look(&buyer, &order).await).filter(|it| !it["needs_attention"].is_null()) };
        let order = eventually(EVENTUALLY_TIMEOUT, seen).await;
        assert_ne!(order["status"], "PAID", "{order}");
        let books = buy::records(&shop, "reports", "sale", &order);
        assert!(books.is_empty(), "{books:?}");
    }
}
