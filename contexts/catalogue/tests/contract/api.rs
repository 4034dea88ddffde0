//! The HTTP API: what `contract/openapi.json` says, and that the answers are so.

use actix_web::App;
use actix_web::http::header;
use actix_web::test::TestRequest;
use chassis::ContextModule as _;
use chassis::web::openapi::{About, describe};
use serde_json::{Value, json};
use utoipa_actix_web::AppExt;

use crate::shop::{Answer, CUSTOMER, STAFF, TestShop, assert_golden, on_both_engines, with_token};

type MakeRequest = fn() -> TestRequest;

const PRODUCTS: &str = "/api/catalogue/v1/products";

fn openapi(shop: &TestShop) -> Value {
    let (_, api) = App::new().into_utoipa_app().configure(|config| shop.module.register_api(config)).split_for_parts();
    describe(About { tag: "catalogue", text: "Products, categories, pictures, import and export" }, &api).unwrap()
}

async fn the_api_is_the_one_that_we_promised(shop: TestShop) {
    assert_golden("openapi.json", &openapi(&shop));
}

/// Fails unless the answer fits the schema that the document names for it.
fn assert_fits(shop: &TestShop, answer: &Answer, schema: &str) {
    let api = openapi(shop);
    let schema = json!({"$ref": format!("#/components/schemas/{schema}"), "components": api["components"]});
    let validator = jsonschema::validator_for(&schema).unwrap();
    let found = answer.json();
    let errors: Vec<String> = validator.iter_errors(&found).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{found:#}");
}

async fn send(shop: &TestShop, request: TestRequest, body: &Value) -> Answer {
    shop.ask(with_token(request, STAFF).set_json(body)).await
}

async fn post(shop: &TestShop, body: &Value) -> Answer {
    send(shop, TestRequest::post().uri(PRODUCTS), body).await
}

fn a_kaka() -> Value {
    json!({"title": "Kākā Kettle", "category": "Kitchen", "description": "Boils.",
        "attributes": {"Volume": "1.7 l", "Colour": "green"}, "images": [{"name": "kaka.svg", "alt": "A kettle"}],
        "variants": [{"sku": "KAKA-G", "options": {"Size": "L", "Colour": "green"},
            "price": {"amount": 8_990, "currency": "NZD"}, "weight_g": 1_100}]})
}

async fn a_list_is_alphabetical_and_shows_shoppers_what_is_active(shop: TestShop) {
    let shop = shop.stocked().await;
    let answer = shop.get(PRODUCTS).await;
    assert_fits(&shop, &answer, "ProductList");
    let titles: Vec<Value> = answer.json()["items"].as_array().unwrap().iter().map(|p| p["title"].clone()).collect();
    assert_eq!(titles, ["Kea Notebook 14", "Tūī Field Guide (e-book)", "Weka Mug"]);
    assert_eq!(answer.json()["next_cursor"], Value::Null);
    for (query, found) in [
        ("category=laptops", 1),
        ("category=Home%20%26%20Garden", 1),
        ("category=none", 0),
        ("category=%E6%97%A5", 0),
        ("q=note", 1),
        ("q=TUI", 1),
        ("q=moa", 0),
        ("q=%22%27%2A%28", 0),
        ("q=", 3),
        ("category=&q=", 3),
        ("q=guide&category=laptops", 0),
    ] {
        let answer = shop.get(&format!("{PRODUCTS}?{query}")).await;
        assert_eq!((answer.status, answer.json()["items"].as_array().unwrap().len()), (200, found), "{query}");
    }
}

async fn pages_of_a_list_follow_one_another_without_gaps(shop: TestShop) {
    let rows: Vec<String> = (0..60).map(|n| format!("p{n:02},Same title,S{n},1")).collect();
    let file = format!("handle,title,sku,price\n{}", rows.join("\n"));
    shop.module.import_products(file.into(), false).await.unwrap();
    assert_eq!(shop.get(PRODUCTS).await.json()["items"].as_array().unwrap().len(), 25);
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    for pages in 1.. {
        let answer = shop.get(&format!("{PRODUCTS}?limit=17&cursor={cursor}")).await.json();
        seen.extend(answer["items"].as_array().unwrap().iter().map(|p| p["handle"].as_str().unwrap().to_owned()));
        let Some(next) = answer["next_cursor"].as_str() else {
            assert_eq!(pages, 4);
            break;
        };
        next.clone_into(&mut cursor);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 60);
}

async fn addresses_that_make_no_sense_are_problems_by_name(shop: TestShop) {
    for limit in ["0", "101", "-1", "x", "1.5", "99999999999999999999"] {
        let answer = shop.get(&format!("{PRODUCTS}?limit={limit}")).await;
        assert_eq!(answer.problem(), (400, "invalid-limit".to_owned()), "{limit}");
    }
    assert_eq!(shop.get(&format!("{PRODUCTS}?cursor=x")).await.problem(), (400, "invalid-cursor".to_owned()));
    assert_eq!(shop.get(&format!("{PRODUCTS}/nothing")).await.problem(), (404, "unknown-product".to_owned()));
    assert_eq!(shop.get(&format!("{PRODUCTS}/No%20Handle")).await.problem(), (404, "unknown-product".to_owned()));
    assert_eq!(shop.get(&format!("{PRODUCTS}?all=true")).await.problem(), (403, "forbidden".to_owned()));
}

async fn what_the_caller_has_is_not_sent_again(shop: TestShop) {
    let shop = shop.stocked().await;
    for path in [
        PRODUCTS.to_owned(),
        format!("{PRODUCTS}/weka-mug"),
        "/api/catalogue/v1/categories".to_owned(),
        "/api/catalogue/v1/featured".to_owned(),
        "/api/catalogue/v1/paths".to_owned(),
    ] {
        let tag = shop.get(&path).await.header("etag").to_owned();
        let again = TestRequest::get().uri(&path).insert_header((header::IF_NONE_MATCH, tag));
        assert_eq!(shop.ask(again).await.status, 304, "{path}");
    }
}

async fn each_category_is_featured_before_the_second_of_any(shop: TestShop) {
    let rows = ["b1,B 1,Books", "b2,B 2,Books", "b3,B 3,Books", "m1,M 1,Mugs", "m2,M 2,Mugs"];
    let file = rows.iter().enumerate().map(|(n, row)| format!("{row},S{n},{}", n + 1));
    let file = format!("handle,title,category,sku,price\n{}", file.collect::<Vec<_>>().join("\n"));
    shop.module.import_products(file.into(), false).await.unwrap();
    let answer = shop.get("/api/catalogue/v1/featured?limit=4").await;
    assert_fits(&shop, &answer, "FeaturedList");
    let items = answer.json()["items"].as_array().unwrap().clone();
    assert_eq!(items.iter().map(|item| item["handle"].as_str().unwrap()).collect::<Vec<_>>(), ["m2", "b3", "m1", "b2"]);
    assert_eq!(items[0]["price"], json!({"amount": 500, "currency": "NZD"}));
    assert_eq!(shop.get("/api/catalogue/v1/featured?limit=x").await.problem(), (400, "invalid-limit".to_owned()));
    assert_fits(&shop, &shop.get("/api/catalogue/v1/paths").await, "PathList");
}

fn slug(name: &str) -> String {
    catalogue::domain::Category::parse(name).unwrap().slug()
}

async fn categories_are_counted(shop: TestShop) {
    let shop = shop.stocked().await;
    let answer = shop.get("/api/catalogue/v1/categories").await;
    assert_fits(&shop, &answer, "CategoryList");
    let expected = json!([
        {"slug": "books", "name": "Books", "products": 1},
        {"slug": slug("Home & Garden"), "name": "Home & Garden", "products": 1},
        {"slug": "laptops", "name": "Laptops", "products": 1},
    ]);
    assert_eq!(answer.json()["items"], expected);
}

async fn staff_makes_replaces_and_withdraws_a_product(shop: TestShop) {
    let shop = shop.stocked().await;
    let in_our_order =
        a_kaka().to_string().replace(r#"{"Colour":"green","Size":"L"}"#, r#"{"Size":"L","Colour":"green"}"#);
    let request = TestRequest::post().uri(PRODUCTS).insert_header(("content-type", "application/json"));
    let made = shop.ask(with_token(request.set_payload(in_our_order), STAFF)).await;
    assert_eq!((made.status, made.header("location")), (201, "/api/catalogue/v1/products/kaka-kettle"));
    assert_fits(&shop, &made, "Product");
    assert_eq!(made.json()["variants"][0]["title"], "Kākā Kettle / L / green");
    assert!(made.text().contains(r#""options":{"Size":"L","Colour":"green"}"#), "{}", made.text());
    assert_eq!(post(&shop, &a_kaka()).await.problem(), (409, "handle-taken".to_owned()));

    let path = format!("{PRODUCTS}/kaka-kettle");
    let put = async |body: &Value| send(&shop, TestRequest::put().uri(&path), body).await;
    let mut dearer = a_kaka();
    dearer["variants"][0]["price"]["amount"] = 9_990.into();
    assert_eq!(put(&dearer).await.status, 200);
    let shown = shop.get(&path).await.json();
    assert_eq!((&shown["variants"][0]["price"]["amount"], &shown["version"]), (&9_990.into(), &2.into()));
    assert_eq!(put(&dearer).await.json()["version"], 2, "the same again is no change");
    let new = format!("{PRODUCTS}/put-made-it");
    let mut other = a_kaka();
    other["variants"][0]["sku"] = "OTHER".into();
    assert_eq!(send(&shop, TestRequest::put().uri(&new), &other).await.status, 201);

    let withdraw = || with_token(TestRequest::delete().uri(&path), STAFF);
    assert_eq!(shop.ask(withdraw()).await.status, 204);
    assert_eq!(shop.ask(withdraw()).await.status, 204);
    assert_eq!(shop.get(&path).await.status, 404);
    assert_eq!(shop.ask(with_token(TestRequest::get().uri(&path), STAFF)).await.json()["status"], "archived");
    let about: Vec<String> = shop
        .published()
        .await
        .into_iter()
        .filter(|event| event.data["handle"] == "kaka-kettle" || event.data["skus"] == json!(["KAKA-G"]))
        .map(|event| event.event_type.replace("store.catalogue.product_", ""))
        .collect();
    assert_eq!(about, ["changed.v1", "changed.v1", "changed.v1", "withdrawn.v1"]);
}

async fn bodies_that_are_no_product_are_problems_by_name(shop: TestShop) {
    let shop = shop.stocked().await;
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut body = a_kaka();
        change(&mut body);
        body
    };
    let cases: [(Value, u16, &str); 12] = [
        (changed(&|b| b["surprise"] = 1.into()), 422, "invalid-body"),
        (changed(&|b| b["variants"][0]["net"] = 1.into()), 422, "invalid-body"),
        (changed(&|b| b["variants"][0]["price"]["amount"] = json!(1.5)), 422, "invalid-body"),
        (changed(&|b| b["variants"][0]["price"]["currency"] = "XXQ".into()), 422, "invalid-body"),
        (changed(&|b| b["variants"] = json!([])), 422, "invalid-product"),
        (changed(&|b| b["variants"][0]["price"]["amount"] = (-1).into()), 422, "invalid-product"),
        (changed(&|b| b["variants"][0]["kind"] = "robot".into()), 422, "invalid-product"),
        (changed(&|b| b["variants"][0]["weight_g"] = (-1).into()), 422, "invalid-product"),
        (changed(&|b| b["title"] = " ".into()), 422, "invalid-product"),
        (changed(&|b| b["handle"] = "A b".into()), 422, "invalid-product"),
        (changed(&|b| b["images"][0]["name"] = "../x.svg".into()), 422, "invalid-product"),
        (changed(&|b| b["variants"][0]["sku"] = "WEKA-MUG".into()), 409, "sku-taken"),
    ];
    let before = shop.published().await.len();
    for (body, status, name) in cases {
        assert_eq!(post(&shop, &body).await.problem(), (status, name.to_owned()), "{body}");
    }
    let path = format!("{PRODUCTS}/weka-mug");
    let renamed = changed(&|b| b["handle"] = "other".into());
    let answer = send(&shop, TestRequest::put().uri(&path), &renamed).await;
    assert_eq!(answer.problem(), (422, "invalid-product".to_owned()));
    let broken =
        with_token(TestRequest::post().uri(PRODUCTS), STAFF).insert_header(("content-type", "application/json"));
    assert_eq!(shop.ask(broken.set_payload("{")).await.problem(), (400, "malformed-json".to_owned()));
    assert_eq!(shop.published().await.len(), before);
}

async fn only_staff_may_change_anything(shop: TestShop) {
    let shop = shop.stocked().await;
    let before = shop.published().await.len();
    let requests: [(&str, MakeRequest); 6] = [
        (PRODUCTS, || TestRequest::post().set_json(a_kaka())),
        ("/api/catalogue/v1/products/weka-mug", || TestRequest::put().set_json(a_kaka())),
        ("/api/catalogue/v1/products/weka-mug", TestRequest::delete),
        ("/api/catalogue/v1/imports", || {
            TestRequest::post()
                .insert_header(("content-type", "text/csv"))
                .set_payload("handle,title,sku,price\na,A,A,1\n")
        }),
        ("/api/catalogue/v1/exports/products.csv", TestRequest::get),
        ("/api/catalogue/v1/media/a.svg", || TestRequest::put().set_payload("<svg/>")),
    ];
    for (path, request) in requests {
        assert_eq!(shop.ask(request().uri(path)).await.problem(), (401, "unauthorized".to_owned()), "{path}");
        let customer = with_token(request().uri(path), CUSTOMER);
        assert_eq!(shop.ask(customer).await.problem(), (403, "forbidden".to_owned()), "{path}");
        let by_cookie = request().uri(path).cookie(actix_web::cookie::Cookie::new("sid", STAFF));
        assert_eq!(shop.ask(by_cookie).await.status, 401, "{path}: cookies mean nothing to the API");
    }
    assert_eq!(shop.published().await.len(), before);
    let draft = format!("{PRODUCTS}/moa-poster");
    assert_eq!(shop.ask(with_token(TestRequest::get().uri(&draft), CUSTOMER)).await.status, 404);
    let all = with_token(TestRequest::get().uri("/api/catalogue/v1/products?all=true"), STAFF);
    assert_eq!(shop.ask(all).await.json()["items"].as_array().unwrap().len(), 4);
}

async fn files_come_in_and_go_out(shop: TestShop) {
    let send = |query: &str, kind: &'static str, csv: &'static str| {
        let request = TestRequest::post().uri(&format!("/api/catalogue/v1/imports{query}"));
        with_token(request, STAFF).insert_header(("content-type", kind)).set_payload(csv)
    };
    let mixed = "handle,title,sku,price\na,A,A,1\nb,B,B,x\n";
    let answer = shop.ask(send("?dry_run=true", "text/csv", mixed)).await;
    assert_fits(&shop, &answer, "ImportOutcome");
    assert_eq!((answer.status, &answer.json()["failed"], &answer.json()["created"]), (200, &1.into(), &1.into()));
    assert!(shop.published().await.is_empty());
    let answer = shop.ask(send("?all_or_nothing=true", "text/csv", mixed)).await;
    assert_eq!(
        (answer.problem(), &answer.json()["errors"][0]["line"]),
        ((422, "import-refused".to_owned()), &3.into())
    );
    assert!(shop.published().await.is_empty());
    let answer = shop.ask(send("", "text/csv; charset=utf-8", mixed)).await;
    assert_eq!((&answer.json()["created"], &answer.json()["errors"][0]["line"]), (&1.into(), &3.into()));
    assert_eq!(shop.ask(send("", "text/csv", "x\n")).await.problem(), (422, "unreadable-csv".to_owned()));
    let json = shop.ask(send("", "application/json", "{}")).await;
    assert_eq!(json.problem(), (415, "unsupported-media-type".to_owned()));
    let export = with_token(TestRequest::get().uri("/api/catalogue/v1/exports/products.csv"), STAFF);
    let export = shop.ask(export).await;
    assert_eq!(export.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        export.text().starts_with("handle,title,") && export.text().contains("\r\n\"a\",\"A\","),
        "{}",
        export.text()
    );
}

on_both_engines! {
    the_api_is_the_one_that_we_promised
    a_list_is_alphabetical_and_shows_shoppers_what_is_active
    pages_of_a_list_follow_one_another_without_gaps
    addresses_that_make_no_sense_are_problems_by_name
    what_the_caller_has_is_not_sent_again
    each_category_is_featured_before_the_second_of_any
    categories_are_counted
    staff_makes_replaces_and_withdraws_a_product
    bodies_that_are_no_product_are_problems_by_name
    only_staff_may_change_anything
    files_come_in_and_go_out
}
