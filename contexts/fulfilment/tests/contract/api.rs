//! The JSON API against `contract/openapi.json`: every answer here is one that the document promises.

use actix_web::App;
use actix_web::http::header;
use actix_web::test::TestRequest;
use chassis::ContextModule as _;
use chassis::web::openapi::{About, describe};
use chassis::web::testing::promised;
use fulfilment::testing::order;
use serde_json::{Value, json};
use utoipa_actix_web::AppExt;

use crate::golden::{assert_golden, assert_valid, contract, read};
use crate::shop::{Answer, Storage, TestShop, on_both_engines};

const BASE: &str = "/api/fulfilment/v1";

#[actix_web::test]
async fn the_document_is_the_one_that_was_promised() {
    let shop = TestShop::open(Storage::Sqlite).await;
    let (_, document) =
        App::new().into_utoipa_app().configure(|config| shop.module.register_api(config)).split_for_parts();
    let about = About { tag: "fulfilment", text: "Stock, shipping orders and files that are sold" };
    assert_golden(&contract("fulfilment", "openapi.json"), &describe(about, &document).unwrap());
}

/// The answer has a status and a body that the document has for this operation.
fn assert_promised(method: &str, template: &str, answer: &Answer) {
    let document = read(&contract("fulfilment", "openapi.json"));
    let what = format!("{method} {template} -> {}", answer.status);
    let response = promised(&document, &document["paths"][format!("{BASE}{template}")][method], answer.status);
    assert!(response.is_object(), "{what} is not in the document: {}", answer.text());
    let content_type = answer.header("content-type");
    let Some(content) = response["content"].as_object() else {
        return assert!(answer.body.is_empty(), "{what} has no body in the document");
    };
    let essence = content_type.split(';').next().unwrap();
    let schema = content.get(essence).unwrap_or_else(|| panic!("{what} is {essence}, which is not in the document"));
    let mut schema = schema["schema"].clone();
    schema["components"] = document["components"].clone();
    assert_valid(&schema, &answer.json(), &what);
}

async fn ask(shop: &TestShop, method: &str, template: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let request = match method {
        "get" => TestRequest::get(),
        "put" => TestRequest::put(),
        _ => TestRequest::post(),
    };
    let request = request.uri(&format!("{BASE}{path}"));
    let answer = shop
        .api(match body {
            Some(body) => request.set_json(body),
            None => request,
        })
        .await;
    assert_promised(method, template, &answer);
    (answer.status, answer.json())
}

async fn sold(on: Storage, lines: &[(&str, &str, i64)]) -> TestShop {
    let shop = TestShop::open(on).await;
    for (code, kind, _) in lines {
        if *kind == "physical" {
            shop.count(code, 10).await;
        }
    }
    shop.pay(1, lines).await;
    shop
}

fn named(problem: &Value) -> &str {
    problem["type"].as_str().unwrap().rsplit('/').next().unwrap()
}

async fn a_shelf_is_counted_and_read(on: Storage) {
    let shop = TestShop::open(on).await;
    let (path, template) = ("/stock/KEA", "/stock/{sku}");
    assert_eq!(ask(&shop, "get", template, path, None).await.0, 404);
    let shelf =
        json!({"sku": "KEA", "on_hand": 7, "reserved": 0, "committed": 0, "available": 7, "in_catalogue": false});
    assert_eq!(ask(&shop, "put", template, path, Some(json!({"on_hand": 7}))).await, (200, shelf.clone()));
    assert_eq!(ask(&shop, "get", template, path, None).await, (200, shelf.clone()));
    let list = json!({"items": [shelf], "next_cursor": null});
    assert_eq!(ask(&shop, "get", "/stock", "/stock?q=ke&limit=5", None).await, (200, list));
}

async fn impossible_counts_are_refused(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 7).await;
    shop.place(1, &[("KEA", "physical", 3)]).await;
    for wrong in [
        json!({"on_hand": -1}),
        json!({"on_hand": 1.5}),
        json!({"on_hand": 1_000_000_001_i64}),
        json!({"on_hand": 9_223_372_036_854_775_808_u64}),
        json!({"on_hand": "7"}),
        json!({"on_hand": null}),
        json!({}),
        json!({"on_hand": 7, "reserved": 0}),
    ] {
        let (status, problem) = ask(&shop, "put", "/stock/{sku}", "/stock/KEA", Some(wrong.clone())).await;
        assert_eq!(status, 422, "{wrong}: {problem}");
    }
    let (status, problem) = ask(&shop, "put", "/stock/{sku}", "/stock/KEA", Some(json!({"on_hand": 2}))).await;
    assert_eq!((status, named(&problem), problem["reserved"].clone()), (409, "below-reserved", json!(3)));
    assert_eq!(problem["committed"], 0);
    assert_eq!(shop.stock("KEA").await.1["on_hand"], 7);
}

async fn a_count_names_what_it_has_seen(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 20).await;
    shop.pay(1, &[("KEA", "physical", 2)]).await;
    let put = async |body: Value| ask(&shop, "put", "/stock/{sku}", "/stock/KEA", Some(body)).await;
    let (status, shelf) = put(json!({"on_hand": 19, "expected_on_hand": 20})).await;
    let numbers = |shelf: &Value| ["on_hand", "committed", "available"].map(|name| shelf[name].as_i64().unwrap());
    assert_eq!((status, numbers(&shelf)), (200, [19, 2, 17]), "the sale did not matter");
    let (status, problem) = put(json!({"on_hand": 18, "expected_on_hand": 20})).await;
    assert_eq!((status, named(&problem)), (409, "stock-changed"));
    assert_eq!((&problem["on_hand"], &problem["available"]), (&json!(19), &json!(17)));
    let (status, shelf) = put(json!({"on_hand": 18})).await;
    assert_eq!((status, numbers(&shelf)), (200, [18, 2, 16]), "who does not say is taken at their word");
}

async fn goods_come_and_go_with_a_reason(on: Storage) {
    let shop = TestShop::open(on).await;
    let template = "/stock/{sku}/adjustments";
    let post = async |code: &str, key: Option<&str>, body: Value| {
        let request = TestRequest::post().uri(&format!("{BASE}/stock/{code}/adjustments")).set_json(body);
        let request = key.into_iter().fold(request, |it, key: &str| it.insert_header(("Idempotency-Key", key)));
        let answer = shop.api(request).await;
        assert_promised("post", template, &answer);
        (answer.status, answer.json())
    };
    let received = json!({"quantity": 20, "reason": "received", "note": "slip 7"});
    assert_eq!(post("KEA", Some("k"), received.clone()).await.0, 404, "there is no such product");
    shop.count("KEA", 5).await;
    for _again in 0..2 {
        let (status, shelf) = post("KEA", Some("k"), received.clone()).await;
        assert_eq!((status, shelf["on_hand"].clone()), (200, json!(25)), "{shelf}");
    }
    for (key, body, status, name) in [
        (None, received.clone(), 400, "idempotency-key-required"),
        (Some("k"), json!({"quantity": 21, "reason": "received"}), 422, "idempotency-key-reused"),
        (Some("l"), json!({"quantity": 0, "reason": "received"}), 422, "invalid-adjustment"),
        (Some("l"), json!({"quantity": -1, "reason": "received"}), 422, "invalid-adjustment"),
        (Some("l"), json!({"quantity": 1, "reason": "damaged"}), 422, "invalid-adjustment"),
        (Some("l"), json!({"quantity": 1, "reason": "magic"}), 422, "invalid-body"),
        (Some("l"), json!({"quantity": 1_000_000_000, "reason": "found"}), 409, "shelf-full"),
        (Some("l"), json!({"quantity": -26, "reason": "lost"}), 409, "below-reserved"),
    ] {
        let (found, problem) = post("KEA", key, body.clone()).await;
        assert_eq!((found, named(&problem)), (status, name), "{body}: {problem}");
    }
    assert_eq!(post("KEA", Some("l"), json!({"quantity": -3, "reason": "damaged"})).await.1["on_hand"], 22);
    let history = async |query: &str| {
        let path = format!("/stock/KEA/movements{query}");
        ask(&shop, "get", "/stock/{sku}/movements", &path, None).await
    };
    let (_, first) = history("?limit=2").await;
    let seen = |page: &Value| {
        let rows = page["items"].as_array().unwrap().iter();
        rows.map(|it| (it["reason"].as_str().unwrap().to_owned(), it["on_hand"].as_i64().unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(seen(&first), [("damaged".to_owned(), -3), ("received".to_owned(), 20)]);
    assert_eq!((&first["items"][1]["note"], &first["items"][1]["order_id"]), (&json!("slip 7"), &Value::Null));
    assert!(first["items"][1]["by"].is_string(), "{first}");
    let (_, rest) = history(&format!("?cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_eq!((seen(&rest), rest["next_cursor"].clone()), (vec![("counted".to_owned(), 5)], Value::Null));
    assert_eq!((history("?cursor=x").await.0, history("?limit=0").await.0), (400, 400));
    assert_eq!(ask(&shop, "get", "/stock/{sku}/movements", "/stock/MOA/movements", None).await.0, 404);
}

async fn the_work_list_is_read_and_worked_off(on: Storage) {
    let shop = sold(on, &[("KEA", "physical", 2), ("TUI", "physical", 1)]).await;
    let id = order(1).to_string();
    let (path, template) = (format!("/shipping-orders/{id}"), "/shipping-orders/{id}");
    let (status, list) = ask(&shop, "get", "/shipping-orders", "/shipping-orders?status=pending&limit=10", None).await;
    assert_eq!((status, list["items"][0]["id"].clone(), list["next_cursor"].clone()), (200, json!(id), Value::Null));
    let (_, found) = ask(&shop, "get", template, &path, None).await;
    assert_eq!(found["_links"]["dispatch"]["href"], format!("{BASE}{path}/dispatch"));
    let dispatch = |body: Value| (format!("{path}/dispatch"), Some(body));
    let template = "/shipping-orders/{id}/dispatch";
    let (to, body) = dispatch(json!({"carrier": "NZ Post", "tracking": "T-1", "items": ["TUI"]}));
    let (status, partly) = ask(&shop, "post", template, &to, body).await;
    assert_eq!((status, partly["status"].clone()), (200, json!("pending")));
    let states: Vec<&Value> = partly["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(states, ["pending", "processed"]);
    for (carrier, tracking) in [("NZ Post", "T-2"), ("Another", "T-3")] {
        let (to, body) = dispatch(json!({"carrier": carrier, "tracking": tracking}));
        let (status, done) = ask(&shop, "post", template, &to, body).await;
        assert_eq!((status, done["status"].clone()), (200, json!("processed")));
        assert_eq!(done["items"][0]["tracking"], "T-2", "a repeat changes nothing");
        assert_eq!(done["items"][1]["tracking"], "T-1");
    }
    assert_eq!(shop.event_types().await.iter().filter(|told| *told == "item_processed.v1").count(), 2);
}

async fn what_cannot_be_dispatched_is_said_by_name(on: Storage) {
    let shop = sold(on, &[("KEA", "physical", 2), ("PDF", "digital", 1)]).await;
    let (template, path) = ("/shipping-orders/{id}/dispatch", format!("/shipping-orders/{}/dispatch", order(1)));
    let refusals = [
        (json!({"carrier": "", "tracking": "T"}), 422, "invalid-consignment"),
        (json!({"carrier": "NZ Post", "items": []}), 422, "invalid-consignment"),
        (json!({"carrier": "NZ Post", "items": ["MOA"]}), 422, "unknown-item"),
        (json!({"carrier": "NZ Post", "items": ["PDF"]}), 422, "not-physical"),
        (json!({"carrier": "NZ Post", "price": 1}), 422, "invalid-body"),
        (json!({"tracking": "T"}), 422, "invalid-body"),
    ];
    for (body, status, name) in refusals {
        let (found, problem) = ask(&shop, "post", template, &path, Some(body.clone())).await;
        assert_eq!((found, named(&problem)), (status, name), "{body}");
    }
    let elsewhere = format!("/shipping-orders/{}/dispatch", order(9));
    let parcel = json!({"carrier": "NZ Post", "tracking": "T"});
    assert_eq!(ask(&shop, "post", template, &elsewhere, Some(parcel.clone())).await.0, 404);
    assert_eq!(ask(&shop, "post", template, "/shipping-orders/nonsense/dispatch", Some(parcel.clone())).await.0, 404);
    shop.hear_of_order("cancelled", 1).await;
    let (status, problem) = ask(&shop, "post", template, &path, Some(parcel)).await;
    assert_eq!((status, named(&problem)), (409, "already-cancelled"));
}

async fn lists_refuse_what_makes_no_sense(on: Storage) {
    let shop = TestShop::open(on).await;
    for (list, query, name) in [
        ("/shipping-orders", "limit=0", "invalid-limit"),
        ("/shipping-orders", "limit=101", "invalid-limit"),
        ("/shipping-orders", "limit=x", "invalid-limit"),
        ("/shipping-orders", "status=lost", "invalid-status"),
        ("/shipping-orders", "cursor=lost", "invalid-cursor"),
        ("/stock", "limit=-1", "invalid-limit"),
    ] {
        let (status, problem) = ask(&shop, "get", list, &format!("{list}?{query}"), None).await;
        assert_eq!((status, named(&problem)), (400, name), "{list}?{query}");
    }
    assert_eq!(ask(&shop, "get", "/shipping-orders/{id}", "/shipping-orders/nonsense", None).await.0, 404);
    assert_eq!(ask(&shop, "get", "/stock/{sku}", "/stock/%20x", None).await.0, 404);
}

async fn files_are_kept_whole_or_refused(on: Storage) {
    let shop = TestShop::open(on).await;
    let template = "/digital-files/{sku}";
    let put = async |query: &str, kind: &str, bytes: Vec<u8>| {
        let path = format!("{BASE}/digital-files/PDF{query}");
        let request = TestRequest::put().uri(&path).insert_header(("content-type", kind)).set_payload(bytes);
        let answer = shop.api(request).await;
        assert_promised("put", template, &answer);
        (answer.status, answer.json())
    };
    let (status, file) = put("", "application/pdf", vec![7; 300_000]).await;
    assert_eq!(
        (status, file),
        (200, json!({"sku": "PDF", "name": "PDF", "content_type": "application/pdf", "size": 300_000}))
    );
    assert_eq!(put("?name=a.pdf", "application/pdf", vec![7; 20 * 1024 * 1024 + 1]).await.0, 413);
    for (query, kind, bytes) in
        [("?name=../a", "a/b", vec![7]), ("?name=a", "nonsense", vec![7]), ("?name=a", "a/b", vec![])]
    {
        let (status, problem) = put(query, kind, bytes).await;
        assert_eq!((status, named(&problem)), (422, "invalid-file"), "{query} {kind}");
    }
}

async fn only_staff_is_let_in(on: Storage) {
    let shop = TestShop::open(on).await;
    let id = order(1);
    let doors = [
        ("get", "/shipping-orders", "/shipping-orders".to_owned()),
        ("get", "/shipping-orders/{id}", format!("/shipping-orders/{id}")),
        ("post", "/shipping-orders/{id}/dispatch", format!("/shipping-orders/{id}/dispatch")),
        ("get", "/stock", "/stock".to_owned()),
        ("get", "/stock/{sku}", "/stock/KEA".to_owned()),
        ("put", "/stock/{sku}", "/stock/KEA".to_owned()),
        ("post", "/stock/{sku}/adjustments", "/stock/KEA/adjustments".to_owned()),
        ("get", "/stock/{sku}/movements", "/stock/KEA/movements".to_owned()),
        ("put", "/digital-files/{sku}", "/digital-files/PDF".to_owned()),
    ];
    for (method, template, path) in doors {
        for (token, expected) in [(None, 401), (Some("nobody"), 401), (Some("buyer"), 403)] {
            let request = match method {
                "get" => TestRequest::get(),
                "put" => TestRequest::put().set_json(json!({"on_hand": 1})),
                _ => TestRequest::post().set_json(json!({"carrier": "me"})),
            };
            let request = request.uri(&format!("{BASE}{path}"));
            let request = token.into_iter().fold(request, |request, token: &str| {
                request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")))
            });
            let answer = shop.ask(request).await;
            assert_eq!(answer.status, expected, "{method} {path} as {token:?}");
            assert_promised(method, template, &answer);
        }
    }
    assert_eq!(shop.module.audit().await.unwrap(), Vec::<Value>::new());
}

async fn what_the_caller_has_is_not_sent_again(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 7).await;
    let path = format!("{BASE}/stock/KEA");
    let tag = shop.api(TestRequest::get().uri(&path)).await.header("etag");
    let again =
        async || shop.api(TestRequest::get().uri(&path).insert_header(("if-none-match", tag.clone()))).await.status;
    assert_eq!(again().await, 304);
    shop.count("KEA", 8).await;
    assert_eq!(again().await, 200);
}

on_both_engines! {
    a_shelf_is_counted_and_read
    impossible_counts_are_refused
    a_count_names_what_it_has_seen
    goods_come_and_go_with_a_reason
    the_work_list_is_read_and_worked_off
    what_cannot_be_dispatched_is_said_by_name
    lists_refuse_what_makes_no_sense
    files_are_kept_whole_or_refused
    only_staff_is_let_in
    what_the_caller_has_is_not_sent_again
}
