//! An erased account leaves no personal data behind: not in a table, a message, a file, a letter or the audit.

use std::path::{Path, PathBuf};

use chassis::testing::eventually;
use serde_json::{Value, json};

use crate::api_fixtures::{self, PASSWORD, product, user};
use crate::shop_fixture::{at_rest, bought, give_card, reaches};
use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::{Servers, Shop, Topology};
use crate::support::visitor::Visitor;

/// The erased customer's texts, as they stand in the shop's records.
const PERSON: [&str; 5] = ["takahe.quillfeather", "Quillfeather", "Wharepuke Terrace", "ZX81-9QF", "Moehau"];
const EMAIL: &str = "takahe.quillfeather@example.org";

fn home() -> Value {
    json!({"name": "Takahe Quillfeather", "line1": "4711 Wharepuke Terrace", "city": "Moehau", "postcode": "ZX81-9QF",
        "country": "NZ"})
}

/// Places an order to the person's home that can be paid.
async fn ordered(person: &Visitor, sku: &str, key: &str) -> Value {
    let cart = person.api("POST", "/api/order/v1/carts", Some(json!({})), &[]).await.json["id"].clone();
    let line = format!("/api/order/v1/carts/{}/items/{sku}", cart.as_str().unwrap());
    assert_eq!(person.api("PUT", &line, Some(json!({"quantity": 1})), &[]).await.status, 200);
    let wish = json!({"cart_id": cart, "delivery_address": home()});
    let placed = person.api("POST", "/api/order/v1/orders", Some(wish), &[("Idempotency-Key", key)]).await;
    assert!((200..300).contains(&placed.status), "{}", placed.json);
    reaches(person, &placed.json, "INITIAL").await
}

async fn dispatch(admin: &Visitor, order: &Value) {
    let path = format!("/api/fulfilment/v1/shipping-orders/{}", order["id"].as_str().unwrap());
    eventually(EVENTUALLY_TIMEOUT, || async { (admin.api("GET", &path, None, &[]).await.status == 200).then_some(()) })
        .await;
    let (parcel, number) = (json!({"carrier": "NZ Post", "tracking": "T-1"}), order["number"].as_str().unwrap());
    let key = [("Idempotency-Key", number)];
    let sent = admin.api("POST", &format!("{path}/dispatch"), Some(parcel), &key).await;
    assert_eq!(sent.status, 200, "{}", sent.json);
    reaches(admin, order, "COMPLETED").await;
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() { files(&entry.path(), found) } else { found.push(entry.path()) }
    }
}

/// Where the person stands in the files of the shop: databases with their logs, mail, and whatever else lies there.
fn named_in_files(shop: &Shop) -> Vec<String> {
    let mut all = Vec::new();
    files(shop.folder(), &mut all);
    let names = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap_or_default();
        let found = |text: &&str| bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes()));
        PERSON.iter().find(|text| found(text)).map(|text| format!("{text} in {}", path.display()))
    };
    all.iter().filter_map(names).collect()
}

/// Where the person stands in the tables of the shop's databases on the server.
fn named_in_tables(servers: &Servers) -> Vec<String> {
    let every_row = "SELECT query_to_xml(format('SELECT * FROM %I.%I', table_schema, table_name), true, false, '')
        FROM information_schema.tables
        WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')";
    let read = servers.cluster().psql(&servers.database, every_row);
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    let dump = String::from_utf8_lossy(&read.stdout).into_owned();
    PERSON.iter().filter(|text| dump.to_lowercase().contains(&text.to_lowercase())).map(ToString::to_string).collect()
}

fn named(shop: &Shop) -> Vec<String> {
    let mut found = named_in_files(shop);
    found.extend(shop.servers.iter().flat_map(named_in_tables));
    found
}

async fn an_erased_person_is_named_nowhere(topology: Topology) {
    if !topology.is_possible() {
        return;
    }
    let mut shop = Shop::open_as(topology, &[("STORE_DEMO", "off"), ("STORE_SWEEP_EVERY", "1s")]).await;
    let admin = api_fixtures::admin(&shop).await;
    product(&admin, "KEA-1", "physical", 4_990, Some(9)).await;
    let person = user(&shop, EMAIL, "customer").await;
    let profile = json!({"first_name": "Takahe", "last_name": "Quillfeather", "shipping_address": home()});
    let saved = person.api("PUT", "/api/customer/v1/me", Some(profile), &[]).await;
    assert_eq!(saved.status, 200, "{}", saved.json);
    let history = shop.folder().join("history.jsonl");
    let past = json!({"number": "OLD-1", "placed_at": "2020-01-01T00:00:00Z", "status": "COMPLETED", "currency": "NZD",
        "country": "NZ", "customer": {"id": "17850", "email": EMAIL.to_uppercase(), "name": "T. Quillfeather"},
        "lines": [{"sku": "OLD", "title": "Old thing", "quantity": 1, "unit_price_minor": 100}]});
    std::fs::write(&history, past.to_string()).unwrap();
    let imported = shop.cli(&["import", "orders", history.to_str().unwrap()]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    std::fs::remove_file(&history).unwrap();

    let (done, open) = (ordered(&person, "KEA-1", "done").await, ordered(&person, "KEA-1", "open").await);
    for order in [&done, &open] {
        assert_eq!(give_card(&shop, order, "pm_card_visa").await, 200);
        reaches(&person, order, "PAID").await;
    }
    dispatch(&admin, &done).await;
    let other = bought(&shop, &admin, &[("KEA-1", 1)], "other").await;
    assert!(!named(&shop).is_empty(), "the search finds what is there");

    let erased = person.api("POST", "/api/customer/v1/me/erasure", Some(json!({"current_password": PASSWORD})), &[]);
    let erased = erased.await;
    assert!((200..300).contains(&erased.status), "{}", erased.json);
    eventually(EVENTUALLY_TIMEOUT, || async {
        let order = admin.get(&format!("/api/order/v1/orders/{}", done["id"].as_str().unwrap())).await;
        order["delivery_address"].is_null().then_some(())
    })
    .await;
    let waiting = admin.get(&format!("/api/order/v1/orders/{}", open["id"].as_str().unwrap())).await;
    assert_eq!(waiting["delivery_address"]["city"], "Moehau", "what is still to be sent needs its address");

    dispatch(&admin, &open).await;
    eventually(EVENTUALLY_TIMEOUT, || async {
        let order = admin.get(&format!("/api/order/v1/orders/{}", open["id"].as_str().unwrap())).await;
        order["delivery_address"].is_null().then_some(())
    })
    .await;
    let books = at_rest(&shop).await;
    let told = serde_json::to_string(&books).unwrap();
    assert!(!PERSON.iter().any(|text| told.contains(text)), "the audit names the person");
    let kept = admin.get(&format!("/api/order/v1/orders/{}", done["id"].as_str().unwrap())).await;
    for field in ["/number", "/totals", "/placed_at", "/lines/0/title", "/lines/0/quantity", "/lines/0/line_total"] {
        assert_eq!(kept.pointer(field), done.pointer(field), "the books keep {field}");
    }
    assert_eq!((&kept["status"], &kept["country"]), (&json!("COMPLETED"), &json!("NZ")));
    let others = admin.get(&format!("/api/order/v1/orders/{}", other["id"].as_str().unwrap())).await;
    assert_eq!(others["delivery_address"]["name"], "Hana Tester", "nobody else is forgotten");

    assert!(shop.close().await);
    assert_eq!(named(&shop), [""; 0]);
    rebuilt_reports_are_the_same(&mut shop, &books).await;
    assert!(shop.close().await);
    assert_eq!(named(&shop), [""; 0]);
}

/// What was scrubbed can be read by those who build their tables again from it.
async fn rebuilt_reports_are_the_same(shop: &mut Shop, before: &[Value]) {
    let sales = |books: &[Value]| {
        let ours = |row: &&Value| row["context"] == "reports" && row["kind"] == "sale";
        books.iter().filter(ours).cloned().collect::<Vec<_>>()
    };
    shop.start().await;
    let replayed = shop.cli(&["replay", "reports/record-sales"]);
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    let wanted = sales(before);
    eventually(EVENTUALLY_TIMEOUT, || async { (sales(&shop.audit()) == wanted).then_some(()) }).await;
}

/// What a restored backup has brought back is erased again by a list of ids, which may be given twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_erased_customers_can_be_erased_again() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let person = user(&shop, EMAIL, "customer").await;
    let id = person.get("/api/customer/v1/me").await["id"].as_str().unwrap().to_owned();
    let say = |arguments: &[&str]| {
        let ran = shop.cli(arguments);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap()
    };
    assert_eq!(say(&["erasures"]), "");
    assert_eq!(say(&["erase", &id]), "1 customer erased, 0 not here\n");
    assert_eq!(say(&["erase", &id]), "0 customers erased, 1 not here\n");
    assert_eq!(say(&["erasures"]), format!("{id}\n"));
    assert!(!shop.cli(&["erase", "nobody"]).status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_person_is_named_nowhere_in_files() {
    an_erased_person_is_named_nowhere(Topology::Monolith).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_person_is_named_nowhere_on_servers() {
    an_erased_person_is_named_nowhere(Topology::Servers).await;
}
