//! Orders from beginning to end, through messages, mails, timers and the books.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::test::TestRequest;
use async_trait::async_trait;
use chassis::ContextModule as _;
use chassis::mail::{Mail, MailError, Mailer};
use fulfilment::testing::{order, sku};
use serde_json::{Value, json};
use shared_kernel::{Limit, Sku};

use crate::shop::{Storage, TestShop, on_both_engines};

async fn shelf(shop: &TestShop, code: &str) -> (i64, i64, i64) {
    let (_, stock) = shop.stock(code).await;
    let number = |name: &str| stock[name].as_i64().unwrap();
    (number("on_hand"), number("reserved"), number("available"))
}

async fn shipping(shop: &TestShop, number: u128) -> Value {
    shop.get(&format!("/api/fulfilment/v1/shipping-orders/{}", order(number))).await.1
}

async fn upload(shop: &TestShop, code: &str, bytes: Vec<u8>) {
    shop.module.put_digital_file(code, "birds.pdf", "application/pdf", bytes).await.unwrap();
}

async fn a_mixed_order_is_packed_mailed_and_done(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 5).await;
    upload(&shop, "PDF", b"all about birds".to_vec()).await;
    let lines = [("KEA", "physical", 2), ("PDF", "digital", 1)];
    shop.place(1, &lines).await;
    assert_eq!(shelf(&shop, "KEA").await, (5, 2, 3));
    shop.pay(1, &lines).await;
    assert_eq!(shelf(&shop, "KEA").await, (5, 0, 3));
    let mails = shop.mailer.sent();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("aroha@example.test", "Your download: The PDF (order A-1)"));
    assert_eq!(mail.attachments[0].bytes, b"all about birds");
    assert_eq!(
        (mail.attachments[0].name.as_str(), mail.attachments[0].content_type.as_str()),
        ("birds.pdf", "application/pdf")
    );
    assert!(mail.message_id.starts_with(&format!("digital-{}-", order(1))) && mail.message_id.ends_with("@shop.test"));
    assert!(mail.text.contains("attached") && mail.html.contains("attached") && mail.html.contains("<html"));
    let body = json!({"carrier": "NZ Post", "tracking": "NZ1"});
    let path = format!("/api/fulfilment/v1/shipping-orders/{}/dispatch", order(1));
    let answer = shop.api(TestRequest::post().uri(&path).set_json(body)).await;
    assert_eq!((answer.status, answer.json()["status"].clone()), (200, json!("processed")));
    assert_eq!(shelf(&shop, "KEA").await, (3, 0, 3));
    let told = shop.event_types().await;
    let expected = [
        "stock_changed.v1",
        "stock_reserved.v1",
        "stock_changed.v1",
        "shipping_order_created.v1",
        "item_processed.v1",
        "item_processed.v1",
        "shipping_order_processed.v1",
        "stock_changed.v1",
    ];
    assert_eq!(told, expected);
}

/// What an order is of, its lines, and what lies on the shelf, is reserved and available once it is placed.
type Placed = (&'static str, &'static [(&'static str, &'static str, i64)], (i64, i64, i64));

/// Nothing is packed, mailed or committed before the money is there, whatever the order is of.
async fn a_placed_order_is_held_and_nothing_more(on: Storage) {
    let kinds: [Placed; 4] = [
        ("a parcel", &[("KEA", "physical", 2)], (5, 2, 3)),
        ("a file", &[("PDF", "digital", 1)], (5, 0, 5)),
        ("a file of which there are so many", &[("KEA", "digital", 1)], (5, 1, 4)),
        ("both", &[("KEA", "physical", 1), ("PDF", "digital", 1)], (5, 1, 4)),
    ];
    for (what, lines, held) in kinds {
        let shop = TestShop::open(on).await;
        shop.count("KEA", 5).await;
        upload(&shop, "PDF", b"birds".to_vec()).await;
        upload(&shop, "KEA", b"birds".to_vec()).await;
        shop.place(1, lines).await;
        for job in shop.module.jobs() {
            job.once().await.unwrap();
        }
        shop.work().await;
        let path = format!("/api/fulfilment/v1/shipping-orders/{}", order(1));
        assert_eq!(shop.get(&path).await.0, 404, "{what} is on the packing list before it is paid");
        assert_eq!(shop.mailer.sent().len(), 0, "{what} was mailed before it was paid");
        assert_eq!(shelf(&shop, "KEA").await, held, "{what}");
        let told = shop.event_types().await;
        let about_order: Vec<&String> = told.iter().filter(|told| *told != "stock_changed.v1").collect();
        assert_eq!(about_order, ["stock_reserved.v1"], "{what}");
        shop.pay(1, lines).await;
        let digital = lines.iter().filter(|(_, kind, _)| *kind == "digital").count();
        assert_eq!((shop.get(&path).await.0, shop.mailer.sent().len()), (200, digital), "{what}, paid");
    }
}

/// Those who pack see what was refunded; it stops nothing by itself.
async fn what_was_refunded_is_marked_on_the_packing_list(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 5).await;
    shop.pay(1, &[("KEA", "physical", 2)]).await;
    let seen = async || shipping(&shop, 1).await["refunded"].clone();
    assert_eq!(seen().await, Value::Null);
    shop.refund(1, "r-1", 500).await;
    shop.refund(1, "r-1", 500).await;
    assert_eq!(seen().await, "partly");
    let page = shop.page(&format!("/admin/shipping-orders/{}", order(1))).await.text();
    assert!(page.contains("Partly refunded") && page.contains(&format!("/admin/orders/{}", order(1))), "{page}");
    shop.refund(1, "r-2", 1_500).await;
    assert_eq!(seen().await, "whole");
    assert!(shop.page("/admin/shipping-orders").await.text().contains("data-test=\"refunded\">Refunded<"));
    shop.refund_fails(1, "r-2").await;
    assert_eq!(seen().await, "partly");
    shop.refund_fails(1, "r-1").await;
    shop.refund(1, "r-1", 500).await;
    assert_eq!((seen().await, shipping(&shop, 1).await["status"].clone()), (Value::Null, json!("pending")));
}

async fn a_large_file_is_linked_and_the_link_works_until_its_day(on: Storage) {
    let shop = TestShop::open(on).await;
    upload(&shop, "PDF", vec![7; 5 * 1024 * 1024 + 1]).await;
    shop.pay(1, &[("PDF", "digital", 1)]).await;
    let mail = shop.mailer.sent().remove(0);
    assert!(mail.attachments.is_empty());
    let link = mail.text.lines().find(|line| line.starts_with("http://shop.test/downloads/")).unwrap();
    assert!(mail.html.contains(link) && mail.text.contains("until 2026-12-22"));
    let path = link.trim_start_matches("http://shop.test");
    let answer = shop.ask(TestRequest::get().uri(path)).await;
    assert_eq!((answer.status, answer.body.len()), (200, 5 * 1024 * 1024 + 1));
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"birds.pdf\"");
    assert_eq!(
        (answer.header("content-type").as_str(), answer.header("cache-control").as_str()),
        ("application/pdf", "no-store")
    );
    shop.clock.advance(Duration::from_hours(24 * 30));
    assert_eq!(shop.ask(TestRequest::get().uri(path)).await.status, 404);
    assert_eq!(shop.ask(TestRequest::get().uri("/downloads/guessed")).await.status, 404);
    let other = format!("/downloads/{}", "0".repeat(64));
    assert_eq!(shop.ask(TestRequest::get().uri(&other)).await.status, 404);
}

async fn a_file_that_is_missing_is_waited_for_and_then_mailed_once(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.pay(1, &[("PDF", "digital", 1)]).await;
    assert_eq!(shipping(&shop, 1).await["items"][0]["status"], "waiting_for_file");
    assert_eq!(shop.dead_letters().await, Vec::<String>::new());
    let path = "/api/fulfilment/v1/digital-files/PDF?name=birds.pdf";
    let request = TestRequest::put().uri(path).insert_header(("content-type", "application/pdf")).set_payload("birds");
    let answer = shop.api(request).await;
    assert_eq!(answer.json(), json!({"sku": "PDF", "name": "birds.pdf", "content_type": "application/pdf", "size": 5}));
    shop.work().await;
    assert_eq!(shipping(&shop, 1).await["status"], "processed");
    upload(&shop, "PDF", b"second edition".to_vec()).await;
    shop.work().await;
    assert_eq!(shop.mailer.sent().len(), 1);
}

async fn the_sweep_mails_what_waited_if_nobody_else_did(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.pay(1, &[("PDF", "digital", 1)]).await;
    upload(&shop, "PDF", b"birds".to_vec()).await;
    for job in shop.module.jobs() {
        job.once().await.unwrap();
    }
    shop.work().await;
    assert_eq!(shop.mailer.sent().len(), 1, "the upload itself had asked for the mailing");
}

async fn an_order_that_nobody_ends_loses_its_stock_after_an_hour(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 5).await;
    shop.place(1, &[("KEA", "physical", 2)]).await;
    let sweep = async || {
        for job in shop.module.jobs() {
            job.once().await.unwrap();
        }
    };
    shop.clock.advance(Duration::from_mins(59));
    sweep().await;
    assert_eq!(shelf(&shop, "KEA").await, (5, 2, 3));
    shop.clock.advance(Duration::from_mins(1));
    sweep().await;
    assert_eq!(shelf(&shop, "KEA").await, (5, 0, 5));
    shop.pay(1, &[("KEA", "physical", 2)]).await;
    assert_eq!(shelf(&shop, "KEA").await, (5, 0, 3), "its money came after all, and there was still enough");
}

async fn every_way_of_ending_releases_the_stock_once(on: Storage) {
    for ending in ["expired", "rejected", "cancelled"] {
        let shop = TestShop::open(on).await;
        shop.count("KEA", 5).await;
        shop.place(1, &[("KEA", "physical", 2)]).await;
        shop.hear_of_order(ending, 1).await;
        shop.hear_of_order(ending, 1).await;
        assert_eq!(shelf(&shop, "KEA").await, (5, 0, 5), "{ending}");
        shop.place(1, &[("KEA", "physical", 2)]).await;
        assert_eq!(shelf(&shop, "KEA").await, (5, 0, 5), "placed after {ending}");
    }
}

async fn a_wish_to_cancel_is_granted_until_something_has_left(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 5).await;
    for number in [1, 2] {
        shop.place(number, &[("KEA", "physical", 1)]).await;
        shop.pay(number, &[("KEA", "physical", 1)]).await;
    }
    let path = format!("/api/fulfilment/v1/shipping-orders/{}/dispatch", order(2));
    let body = json!({"carrier": "NZ Post", "tracking": "NZ1"});
    assert_eq!(shop.api(TestRequest::post().uri(&path).set_json(body)).await.status, 200);
    assert_eq!(shop.module.to_send(Limit::DEFAULT).await.unwrap(), 1);
    shop.hear_of_order("cancellation_requested", 1).await;
    assert_eq!(shop.module.to_send(Limit::DEFAULT).await.unwrap(), 0);
    shop.hear_of_order("cancellation_requested", 2).await;
    let told = shop.event_types().await;
    assert!(
        told.contains(&"shipping_order_cancelled.v1".to_owned())
            && told.contains(&"cancellation_refused.v1".to_owned())
    );
    assert_eq!(shelf(&shop, "KEA").await, (4, 0, 4));
    shop.hear_of_order("cancelled", 1).await;
    assert_eq!(shelf(&shop, "KEA").await, (4, 0, 4), "its goods were back already");
}

/// A book was sent; a kea and a file that is never uploaded were not, and were refunded.
async fn the_rest_of_a_partly_sent_order_can_be_left_out(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 5).await;
    shop.count("BOOK", 5).await;
    shop.pay(1, &[("BOOK", "physical", 1), ("KEA", "physical", 2), ("PDF", "digital", 1)]).await;
    let path = format!("/api/fulfilment/v1/shipping-orders/{}", order(1));
    let post = async |what: &str, body: Value| {
        let answer = shop.api(TestRequest::post().uri(&format!("{path}/{what}")).set_json(body)).await;
        (answer.status, answer.json())
    };
    let parcel = json!({"carrier": "NZ Post", "tracking": "NZ1", "items": ["BOOK"]});
    assert_eq!(post("dispatch", parcel).await.0, 200);
    assert_eq!(shelf(&shop, "KEA").await, (5, 0, 3));
    let (code, closed) = post("close", json!({"reason": "refunded"})).await;
    assert_eq!((code, closed["status"].clone()), (200, json!("processed")), "{closed}");
    let items = closed["items"].as_array().unwrap();
    let of = |item: &Value| (item["status"].clone(), item["not_sent_reason"].clone());
    let (sent, left_out) = ((json!("processed"), Value::Null), (json!("not_sent"), json!("refunded")));
    assert_eq!(items.iter().map(of).collect::<Vec<_>>(), [sent, left_out.clone(), left_out]);
    assert_eq!(closed["_links"].as_object().unwrap().keys().collect::<Vec<_>>(), ["self"]);
    assert_eq!((shelf(&shop, "KEA").await, shelf(&shop, "BOOK").await), ((5, 0, 5), (4, 0, 4)));
    assert_eq!(shop.stock("KEA").await.1["committed"], 0);
    let told = shop.events().await;
    assert_eq!(post("close", json!({"reason": "other"})).await, (200, closed), "the second time changes nothing");
    let (code, refused) = post("dispatch", json!({"carrier": "NZ Post", "items": ["KEA"]})).await;
    assert_eq!(
        (code, refused["type"].clone(), refused["sku"].clone()),
        (409, json!("http://localhost/problems/already-closed"), json!("KEA"))
    );
    upload(&shop, "PDF", b"too late".to_vec()).await;
    shop.work().await;
    assert_eq!(
        (shop.mailer.sent().len(), shop.events().await.len()),
        (0, told.len()),
        "what is left out is not mailed"
    );
    let processed = told.iter().filter(|event| event.event_type.ends_with("shipping_order_processed.v1"));
    let left_out: Vec<&Value> = processed.map(|event| &event.data["not_sent"]).collect();
    let kea = json!({"sku": "KEA", "kind": "physical", "quantity": 2});
    assert_eq!(left_out, [&json!([kea, {"sku": "PDF", "kind": "digital", "quantity": 1}])]);
    assert_eq!(shop.module.to_send(Limit::DEFAULT).await.unwrap(), 0);
}

/// While nothing has left it is the whole order that ends, and its money goes back.
async fn closing_an_order_of_which_nothing_left_cancels_it(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 5).await;
    for number in [1, 2] {
        shop.pay(number, &[("KEA", "physical", 2)]).await;
    }
    let path = |number| format!("/api/fulfilment/v1/shipping-orders/{}", order(number));
    let close = async |number, body: Value| {
        let answer = shop.api(TestRequest::post().uri(&format!("{}/close", path(number))).set_json(body)).await;
        (answer.status, answer.json())
    };
    let (code, closed) = close(1, json!({"reason": "out_of_stock"})).await;
    assert_eq!((code, closed["status"].clone()), (200, json!("cancelled")));
    assert_eq!(close(1, json!({"reason": "out_of_stock"})).await.0, 200);
    let told = shop.event_types().await;
    assert_eq!(told.iter().filter(|told| *told == "shipping_order_cancelled.v1").count(), 1, "{told:?}");
    assert_eq!(shelf(&shop, "KEA").await, (5, 0, 3));
    let parcel = TestRequest::post().uri(&format!("{}/dispatch", path(2))).set_json(json!({"carrier": "NZ Post"}));
    assert_eq!(shop.api(parcel).await.status, 200);
    let (code, refused) = close(2, json!({"reason": "damaged"})).await;
    assert_eq!((code, refused["type"].clone()), (409, json!("http://localhost/problems/nothing-to-close")));
    assert_eq!(close(3, json!({"reason": "damaged"})).await.0, 404);
    for wrong in [json!({}), json!({"reason": "because"}), json!({"reason": "other", "note": "x"})] {
        assert_eq!(close(2, wrong.clone()).await.0, 422, "{wrong}");
    }
    let buyer = TestRequest::post().uri(&format!("{}/close", path(2))).set_json(json!({"reason": "other"}));
    let buyer = buyer.insert_header(("authorization", "Bearer buyer"));
    assert_eq!(shop.ask(buyer).await.status, 403);
}

async fn the_books_balance_and_say_so(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 5).await;
    shop.place(1, &[("KEA", "physical", 2)]).await;
    shop.pay(1, &[("KEA", "physical", 2)]).await;
    shop.place(2, &[("KEA", "physical", 1)]).await;
    let lines = shop.module.audit().await.unwrap();
    let of = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).cloned().collect::<Vec<_>>();
    let stock = json!({"context": "fulfilment", "kind": "stock", "sku": "KEA", "on_hand": 3, "reserved": 1, "available": 2,
        "committed": 2, "on_shelf": 5, "movements_on_hand": 3, "movements_reserved": 1});
    assert_eq!(of("stock"), [stock]);
    let reasons: Vec<Value> = of("stock_movement").iter().map(|line| line["reason"].clone()).collect();
    assert_eq!(reasons, ["counted", "reserved", "taken", "reserved"]);
    let states: Vec<Value> = of("reservation").iter().map(|line| line["state"].clone()).collect();
    assert_eq!(states, ["taken", "held"]);
    let shipped = of("shipping_order");
    assert_eq!((shipped.len(), shipped[0]["status"].clone()), (1, json!("pending")));
    assert!(lines.iter().all(|line| !line.to_string().contains("aroha@")), "the audit names nobody");
}

async fn names_can_be_forgotten_and_learned_again_without_touching_stock(on: Storage) {
    let shop = TestShop::open(on).await;
    let product = json!({"product_id": "p-1", "variants": [
        {"sku": "KEA", "title": "The Kea", "kind": "physical"}, {"sku": "HUG", "title": "A hug", "kind": "service"}]});
    shop.hear(TestShop::message("store.catalogue.product_changed.v1", "p-1", &product)).await;
    shop.count("KEA", 4).await;
    assert_eq!(shop.stock("KEA").await.1["title"], "The Kea");
    assert_eq!(shop.stock("HUG").await.0, 404, "neither packed nor mailed");
    let gone = json!({"product_id": "p-1", "skus": ["KEA"]});
    shop.hear(TestShop::message("store.catalogue.product_withdrawn.v1", "p-1", &gone)).await;
    let (_, stock) = shop.stock("KEA").await;
    assert_eq!((stock.get("title"), stock["on_hand"].clone()), (None, json!(4)));
}

async fn a_sku_of_any_form_has_a_shelf(on: Storage) {
    let shop = TestShop::open(on).await;
    let code: Sku = sku("Größe 42/blau?");
    let path = "/api/fulfilment/v1/stock/Gr%C3%B6%C3%9Fe%2042%2Fblau%3F";
    let answer = shop.api(TestRequest::put().uri(path).set_json(json!({"on_hand": 3}))).await;
    assert_eq!((answer.status, answer.json()["sku"].clone()), (200, json!(code)));
    assert_eq!(shop.get(path).await.0, 200);
}

async fn a_post_that_is_closed_is_tried_again_with_the_same_letter(on: Storage) {
    let post = Arc::new(ClosedPost::default());
    let shop = TestShop::with(on, Arc::clone(&post) as _).await;
    upload(&shop, "PDF", vec![7; 5 * 1024 * 1024 + 1]).await;
    shop.pay(1, &[("PDF", "digital", 1)]).await;
    assert_eq!((post.seen().len(), shipping(&shop, 1).await["status"].clone()), (1, json!("pending")));
    assert_eq!(shop.dead_letters().await, Vec::<String>::new());
    post.open.store(true, Ordering::SeqCst);
    shop.clock.advance(Duration::from_hours(2));
    shop.work().await;
    let seen = post.seen();
    assert_eq!((seen.len(), shipping(&shop, 1).await["status"].clone()), (2, json!("processed")));
    assert_eq!((&seen[0].message_id, &seen[0].text), (&seen[1].message_id, &seen[1].text), "same id, same link");
}

async fn an_address_that_is_refused_is_a_dead_letter_and_holds_back_nobody(on: Storage) {
    let post = Arc::new(ClosedPost { refuses: Some("The PDF"), ..ClosedPost::default() });
    post.open.store(true, Ordering::SeqCst);
    let shop = TestShop::with(on, Arc::clone(&post) as _).await;
    shop.leaves_messages();
    upload(&shop, "PDF", b"birds".to_vec()).await;
    upload(&shop, "ZIP", b"more birds".to_vec()).await;
    shop.pay(1, &[("PDF", "digital", 1), ("ZIP", "digital", 1)]).await;
    assert_eq!(shop.dead_letters().await, ["deliver-digital: mail-refused"]);
    let order = shipping(&shop, 1).await;
    let states: Vec<&Value> = order["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(states, ["pending", "processed"]);
}

/// A mailer with opening hours and prejudices.
#[derive(Default)]
struct ClosedPost {
    open: AtomicBool,
    refuses: Option<&'static str>,
    seen: Mutex<Vec<Mail>>,
}

impl ClosedPost {
    fn seen(&self) -> Vec<Mail> {
        self.seen.lock().unwrap().clone()
    }
}

#[async_trait]
impl Mailer for ClosedPost {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        self.seen.lock().unwrap().push(mail.clone());
        if self.refuses.is_some_and(|word| mail.subject.contains(word)) {
            return Err(MailError::Refused("no such box".to_owned()));
        }
        if self.open.load(Ordering::SeqCst) { Ok(()) } else { Err(MailError::Unavailable("closed".into())) }
    }
}

on_both_engines! {
    a_mixed_order_is_packed_mailed_and_done
    a_placed_order_is_held_and_nothing_more
    what_was_refunded_is_marked_on_the_packing_list
    a_large_file_is_linked_and_the_link_works_until_its_day
    a_file_that_is_missing_is_waited_for_and_then_mailed_once
    the_sweep_mails_what_waited_if_nobody_else_did
    an_order_that_nobody_ends_loses_its_stock_after_an_hour
    every_way_of_ending_releases_the_stock_once
    a_wish_to_cancel_is_granted_until_something_has_left
    the_rest_of_a_partly_sent_order_can_be_left_out
    closing_an_order_of_which_nothing_left_cancels_it
    the_books_balance_and_say_so
    names_can_be_forgotten_and_learned_again_without_touching_stock
    a_sku_of_any_form_has_a_shelf
    a_post_that_is_closed_is_tried_again_with_the_same_letter
    an_address_that_is_refused_is_a_dead_letter_and_holds_back_nobody
}
