//! The JSON API: what it answers, to whom, and that its published description is true.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};
use chassis::ContextModule as _;
use chassis::messaging::Rebuild as _;
use chassis::params;
use chassis::web::openapi::{About, describe};
use chassis::web::testing::{KnownPeople, edge, somebody};
use reports::adapters::outbound::sql::RebuildSales;
use serde_json::{Value, json};
use shared_kernel::Role;
use utoipa_actix_web::AppExt;

use crate::samples::{cancelled, completed, imported, paid, product, refunded};
use crate::shop::TestShop;
use crate::storage::{Storage, on_both_engines};

const PATHS: [&str; 6] = ["monthly-sales", "sales", "top-products", "sales-by-category", "sales-by-country", "refunds"];

struct Answer {
    status: StatusCode,
    content_type: String,
    etag: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
}

fn people() -> KnownPeople {
    KnownPeople::default().and("admin", somebody(1, Role::Admin)).and("staff", somebody(2, Role::Staff))
}

async fn get(shop: &TestShop, path_and_query: &str, headers: &[(actix_web::http::header::HeaderName, &str)]) -> Answer {
    let app = App::new().app_data(web::Data::new(edge(people()))).wrap(from_fn(chassis::web::guard));
    let app = init_service(app.into_utoipa_app().configure(|config| shop.module.register_api(config)).into_app()).await;
    let request = TestRequest::get().uri(&format!("/api/reports/v1/{path_and_query}"));
    let request = headers.iter().fold(request, |request, header| request.insert_header(header.clone()));
    let answer = call_service(&app, request.to_request()).await;
    let header = |name| answer.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned());
    let (status, content_type, etag) = (answer.status(), header(CONTENT_TYPE), header(ETAG));
    let text = String::from_utf8(read_body(answer).await.to_vec()).unwrap();
    Answer { status, content_type, etag, text }
}

async fn as_admin(shop: &TestShop, path_and_query: &str) -> Answer {
    get(shop, path_and_query, &[(AUTHORIZATION, "Bearer admin")]).await
}

async fn as_csv(shop: &TestShop, path_and_query: &str) -> Answer {
    get(shop, path_and_query, &[(AUTHORIZATION, "Bearer admin"), (ACCEPT, "text/csv")]).await
}

fn nzd(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "NZD" })
}

async fn a_shop_with_sales(on: Storage) -> TestShop {
    let shop = TestShop::open(on).await;
    shop.hears(&[
        product(1, 1, Some("Birds"), "KEA-14"),
        paid(1, "2026-10-31T10:59:59Z"),
        paid(2, "2026-10-31T11:00:00Z"),
        completed(2),
        refunded(1, "r-1", 12_650),
        cancelled(1),
        imported(7, "COMPLETED", "2026-08-01T00:00:00Z"),
        imported(8, "CANCELLED", "2026-08-01T00:00:00Z"),
    ])
    .await;
    shop
}

async fn monthly_sales_show_every_month_oldest_first(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    let report = as_admin(&shop, "monthly-sales?months=4").await.json();
    let month = |month: &str, orders, cancelled, net, tax, shipping, gross, refunded| {
        json!({ "month": month, "orders": orders, "cancelled": cancelled, "net": nzd(net), "tax": nzd(tax),
            "shipping": nzd(shipping), "gross": nzd(gross), "refunded": nzd(refunded),
            "kept": nzd(gross - refunded) })
    };
    let expected = json!([
        month("2026-08", 1, 0, 1_330, 200, 0, 1_530, 0),
        month("2026-09", 0, 0, 0, 0, 0, 0, 0),
        month("2026-10", 1, 1, 11_000, 1_650, 1_150, 12_650, 0),
        month("2026-11", 1, 0, 11_000, 1_650, 1_150, 12_650, 12_650),
    ]);
    assert_eq!(report["items"], expected);
    assert_eq!(report["total"]["gross"], nzd(1_530 + 2 * 12_650));
    assert_eq!((&report["status"], &report["time_zone"]), (&json!("paid"), &json!("Pacific/Auckland")));
    assert_eq!((&report["as_of"], &report["next_cursor"]), (&json!("2026-11-22T12:00:00Z"), &Value::Null));
}

async fn completed_orders_can_be_counted_alone(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    let report = as_admin(&shop, "monthly-sales?status=completed").await.json();
    let items = report["items"].as_array().unwrap();
    assert_eq!(items.len(), 12);
    let sold: Vec<_> = items.iter().filter(|item| item["orders"] == 1).map(|item| item["month"].clone()).collect();
    assert_eq!(sold, [json!("2026-08"), json!("2026-11")]);
    assert_eq!(items[11]["refunded"], nzd(0), "the refund belongs to an order that was never completed");
}

async fn any_span_of_months_can_be_asked_for(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    let old = imported(9, "COMPLETED", "2009-03-31T23:00:00Z");
    shop.hears(&[old]).await;
    let report = as_admin(&shop, "monthly-sales?from=2009-04&until=2026-10").await.json();
    let items = report["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["month"], &items[0]["orders"]), (211, &json!("2009-04"), &json!(1)));
    assert_eq!(report["total"]["orders"], 3);
    let before = as_admin(&shop, "sales-by-country?until=2009-12&months=12").await.json();
    assert_eq!(before["items"][0]["orders"], 1);
    assert_eq!(as_admin(&shop, "top-products?from=2026-12&until=2026-12").await.json()["items"], json!([]));
}

async fn any_period_is_shown_by_week_beside_the_one_before(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    let report = as_admin(&shop, "sales?by=week&from=2026-10-26&until=2026-11-08").await.json();
    let items = report["items"].as_array().unwrap();
    let row = |n: usize| (&items[n]["period"], &items[n]["from"], &items[n]["until"], &items[n]["orders"]);
    assert_eq!(row(0), (&json!("2026-W44"), &json!("2026-10-26"), &json!("2026-11-01"), &json!(2)));
    assert_eq!(row(1), (&json!("2026-W45"), &json!("2026-11-02"), &json!("2026-11-08"), &json!(0)));
    assert_eq!((&items[0]["average_order"], &items[1]["average_order"]), (&nzd(12_650), &Value::Null));
    assert_eq!((&report["by"], &report["total"]["gross"]), (&json!("week"), &nzd(25_300)));
    let previous = &report["previous"];
    assert_eq!((&previous["from"], &previous["until"]), (&json!("2026-10-12"), &json!("2026-10-25")));
    assert_eq!(previous["orders"], 0);
    let days = as_admin(&shop, "sales").await.json();
    assert_eq!((days["items"].as_array().unwrap().len(), &days["total"]["until"]), (30, &json!("2026-11-23")));
    assert_eq!(days["total"]["refunded"], nzd(12_650));
    let august = as_csv(&shop, "sales?by=quarter&from=2026-07&until=2026-09").await.text;
    assert_eq!(
        august.lines().nth(1).unwrap(),
        "\"2026-Q3\",\"2026-07-01\",\"2026-09-30\",\"NZD\",\"1\",\"0\",\"13.30\",\"2.00\",\"0.00\",\"15.30\",\"0.00\",\"15.30\",\
         \"15.30\",\"Pacific/Auckland\""
    );
}

async fn books_of_another_time_zone_say_so_until_they_are_rebuilt(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    assert_eq!(shop.module.outdated().await.unwrap(), None);
    let moved = "UPDATE books SET time_zone = 'Etc/UTC'";
    shop.database.write(move |tx| Box::pin(tx.execute(moved, params![]))).await.unwrap();
    assert!(shop.module.outdated().await.unwrap().unwrap().contains("Etc/UTC"));
    assert_eq!(as_admin(&shop, "monthly-sales").await.json()["time_zone"], "Etc/UTC");
    let aged = "UPDATE books SET time_zone = 'Pacific/Auckland', rules = 0";
    shop.database.write(move |tx| Box::pin(tx.execute(aged, params![]))).await.unwrap();
    assert!(shop.module.outdated().await.unwrap().is_some(), "an earlier version counted otherwise");
}

async fn a_rebuild_is_said_until_it_is_over(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    let says = async || as_admin(&shop, "monthly-sales").await.json()["rebuilding"].clone();
    assert_eq!(says().await, json!(false));
    let reset = shop.database.write(|tx| {
        Box::pin(async move {
            tx.execute("DELETE FROM inbox", params![]).await?;
            RebuildSales.reset(tx).await
        })
    });
    reset.await.unwrap();
    shop.module.jobs()[0].once().await.unwrap();
    assert_eq!(says().await, json!(true), "nothing has come yet");
    shop.hears(&[paid(1, "2026-10-31T10:59:59Z"), completed(2)]).await;
    shop.module.jobs()[0].once().await.unwrap();
    assert_eq!(says().await, json!(false));
}

async fn a_shop_without_sales_has_months_of_zeros(on: Storage) {
    let shop = TestShop::open(on).await;
    let report = as_admin(&shop, "monthly-sales").await.json();
    assert_eq!(report["as_of"], Value::Null);
    assert_eq!(report["items"].as_array().unwrap().len(), 12);
    for path in &PATHS[2..] {
        assert_eq!(as_admin(&shop, path).await.json()["items"], json!([]));
    }
}

async fn goods_countries_and_refunds_have_their_reports(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    let products = as_admin(&shop, "top-products?limit=1").await.json();
    let kea = json!({ "sku": "KEA-14", "title": "KEA-14 / large", "quantity": 4, "net": nzd(20_000),
        "tax": nzd(3_000), "gross": nzd(23_000), "returned": 2, "refunded": nzd(11_500), "kept": nzd(11_500) });
    assert_eq!(products["items"], json!([kea]));
    let categories = as_admin(&shop, "sales-by-category").await.json();
    assert_eq!(categories["items"][0]["category"], "Birds");
    assert_eq!(categories["items"][1]["category"], Value::Null);
    let countries = as_admin(&shop, "sales-by-country").await.json();
    assert_eq!((&countries["items"][0]["country"], &countries["items"][0]["orders"]), (&json!("NZ"), &json!(2)));
    assert_eq!(countries["items"][0]["kept"], nzd(12_650));
    assert_eq!(countries["items"][1]["country"], "GB", "a country has one code");
    let refunds = as_admin(&shop, "refunds").await.json();
    assert_eq!((&refunds["items"][0]["amount"], &refunds["items"][0]["of_a_sale"]), (&nzd(12_650), &json!(true)));
}

async fn refunds_are_read_a_page_at_a_time(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.hears(&[refunded(1, "r-1", 1), refunded(2, "r-2", 2), refunded(3, "r-3", 3)]).await;
    let first = as_admin(&shop, "refunds?limit=2").await.json();
    let ids = |page: &Value| {
        page["items"].as_array().unwrap().iter().map(|item| item["refund_id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&first), [json!("r-3"), json!("r-2")]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = as_admin(&shop, &format!("refunds?limit=2&cursor={cursor}")).await.json();
    assert_eq!((ids(&second), &second["next_cursor"]), (vec![json!("r-1")], &Value::Null));
}

async fn every_report_is_there_for_spreadsheets_too(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    let months = as_csv(&shop, "monthly-sales?months=1").await;
    assert!(months.content_type.starts_with("text/csv"), "{}", months.content_type);
    assert_eq!(
        months.text,
        "\"month\",\"currency\",\"orders\",\"cancelled\",\"net\",\"tax\",\"shipping\",\"gross\",\"refunded\",\
         \"kept\",\"time_zone\"\n\
         \"2026-11\",\"NZD\",\"1\",\"0\",\"110.00\",\"16.50\",\"11.50\",\"126.50\",\"126.50\",\"0.00\",\"Pacific/Auckland\"\n"
    );
    for path in PATHS {
        assert!(as_csv(&shop, path).await.text.starts_with('"'), "{path}");
    }
    let refunds = as_csv(&shop, "refunds").await.text;
    assert!(refunds.contains("\"'=cmd()\""), "a formula came through");
    assert!(refunds.contains("+13:00\",\"true\",\"Pacific/Auckland\""), "times are those of the shop: {refunds}");
}

async fn a_parameter_that_makes_no_sense_is_refused_by_name(on: Storage) {
    let shop = TestShop::open(on).await;
    for (query, name) in [
        ("monthly-sales?months=0", "invalid-months"),
        ("monthly-sales?months=twelve", "invalid-months"),
        ("monthly-sales?from=2016", "invalid-period"),
        ("top-products?from=2026-12&until=2026-11", "invalid-period"),
        ("sales?from=2026-12-01&until=2026-11-30", "invalid-period"),
        ("sales?from=1999-01-01&until=2026-11-30", "invalid-period"),
        ("sales?by=hour", "unknown-grouping"),
        ("monthly-sales?status=open", "unknown-status"),
        ("sales-by-country?currency=XXQ", "unknown-currency"),
        ("top-products?limit=101", "invalid-limit"),
        ("refunds?cursor=%00", "invalid-cursor"),
    ] {
        let answer = as_admin(&shop, query).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.content_type.starts_with("application/problem+json"), "{}", answer.content_type);
        assert!(answer.json()["type"].as_str().unwrap().ends_with(&format!("/problems/{name}")), "{}", answer.text);
    }
}

async fn only_administrators_see_reports(on: Storage) {
    let shop = TestShop::open(on).await;
    for path in PATHS {
        assert_eq!(get(&shop, path, &[]).await.status, StatusCode::UNAUTHORIZED, "{path}");
        let staff = get(&shop, path, &[(AUTHORIZATION, "Bearer staff")]).await;
        assert_eq!(staff.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(as_admin(&shop, path).await.status, StatusCode::OK, "{path}");
    }
}

async fn an_unchanged_report_is_not_sent_again(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    let first = as_admin(&shop, "monthly-sales").await;
    let known = [(AUTHORIZATION, "Bearer admin"), (IF_NONE_MATCH, first.etag.as_str())];
    assert_eq!(get(&shop, "monthly-sales", &known).await.status, StatusCode::NOT_MODIFIED);
    shop.hears(&[paid(3, "2026-11-22T11:59:00Z")]).await;
    assert_eq!(get(&shop, "monthly-sales", &known).await.status, StatusCode::OK);
}

async fn description() -> Value {
    let shop = TestShop::open(Storage::Sqlite).await;
    let (_, api) = App::new().into_utoipa_app().configure(|config| shop.module.register_api(config)).split_for_parts();
    describe(About { tag: "reports", text: "What was sold, by month, article, category and country" }, &api).unwrap()
}

#[actix_web::test]
async fn the_published_description_is_the_one_of_this_program() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/contract/openapi.json");
    let present = serde_json::to_string_pretty(&description().await).unwrap() + "\n";
    if std::env::var_os("UPDATE_CONTRACTS").is_some() {
        std::fs::write(path, &present).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == present, "contract/openapi.json differs: run with UPDATE_CONTRACTS=1 and look at the change");
}

async fn answers_are_as_described(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    let api = description().await;
    for path in PATHS {
        let pointer = format!("/paths/~1api~1reports~1v1~1{path}/get/responses/200/content/application~1json/schema");
        let mut schema = api.pointer(&pointer).unwrap_or_else(|| panic!("{path} is not described")).clone();
        schema["components"] = api["components"].clone();
        let answer = as_admin(&shop, path).await.json();
        assert!(!answer["items"].as_array().unwrap().is_empty(), "{path} shows nothing");
        if let Err(error) = jsonschema::validate(&schema, &answer) {
            panic!("{path}: {error} at {}", error.instance_path);
        }
        let refused = api.pointer(&format!("/paths/~1api~1reports~1v1~1{path}/get/responses/400"));
        assert!(refused.is_some(), "{path} does not say how it refuses");
    }
}

on_both_engines! {
    monthly_sales_show_every_month_oldest_first
    completed_orders_can_be_counted_alone
    any_span_of_months_can_be_asked_for
    any_period_is_shown_by_week_beside_the_one_before
    books_of_another_time_zone_say_so_until_they_are_rebuilt
    a_rebuild_is_said_until_it_is_over
    a_shop_without_sales_has_months_of_zeros
    goods_countries_and_refunds_have_their_reports
    refunds_are_read_a_page_at_a_time
    every_report_is_there_for_spreadsheets_too
    a_parameter_that_makes_no_sense_is_refused_by_name
    only_administrators_see_reports
    an_unchanged_report_is_not_sent_again
    answers_are_as_described
}
