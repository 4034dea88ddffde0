//! The pages as staff meets them, without scripts.

use actix_web::cookie::Cookie;
use actix_web::test::TestRequest;
use chassis::web::testing::{VISITOR, form_token};
use fulfilment::testing::order;

use crate::shop::{Answer, Storage, TestShop, on_both_engines};

/// How many elements of that kind there are.
fn count(answer: &Answer, test: &str) -> usize {
    answer.text().matches(&format!("data-test=\"{test}\"")).count()
}

/// The text of the first element of that kind.
fn text(answer: &Answer, test: &str) -> String {
    let page = answer.text();
    let rest = page.split(&format!("data-test=\"{test}\"")).nth(1).unwrap_or_else(|| panic!("no {test} in {page}"));
    let inner = rest.split_once('>').unwrap().1;
    inner.split('<').next().unwrap().trim().to_owned()
}

async fn follow(shop: &TestShop, answer: &Answer) -> Answer {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let cookies =
        answer.headers.get_all("set-cookie").filter_map(|cookie| Cookie::parse(cookie.to_str().ok()?.to_owned()).ok());
    let request = TestRequest::get().uri(&answer.header("location")).cookie(Cookie::new("sid", "staff"));
    shop.ask(cookies.fold(request, TestRequest::cookie)).await
}

fn path(number: u128) -> String {
    format!("/admin/shipping-orders/{}", order(number))
}

async fn the_work_list_shows_what_is_pending_first(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 100).await;
    assert_eq!(count(&shop.page("/admin/shipping-orders").await, "empty"), 1);
    for number in 1..=26 {
        shop.pay(number, &[("KEA", "physical", 1)]).await;
    }
    shop.pay(30, &[("PDF", "digital", 1)]).await;
    shop.form(&format!("{}/dispatch", path(1)), &[("carrier", "NZ Post"), ("tracking", ""), ("item", "KEA")]).await;
    let list = shop.page("/admin/shipping-orders").await;
    assert_eq!((list.status, count(&list, "shipping-order"), count(&list, "next-page")), (200, 25, 1));
    assert_eq!(text(&list, "order-number"), "A-2");
    assert!(list.text().contains("Aroha Ngata") && list.text().contains("1 to pack"));
    let next = list
        .text()
        .split("rel=\"next\"")
        .next()
        .unwrap()
        .rsplit("href=\"")
        .next()
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let rest = shop.page(&next.replace("&amp;", "&").replace("&#38;", "&")).await;
    assert_eq!((count(&rest, "shipping-order"), count(&rest, "waiting-for-file")), (2, 1));
    let done = shop.page("/admin/shipping-orders?status=processed").await;
    assert_eq!((count(&done, "shipping-order"), text(&done, "status")), (1, "Processed".to_owned()));
    assert_eq!(shop.page("/admin/shipping-orders?status=lost").await.status, 404);
}

async fn a_parcel_is_packed_by_checkboxes(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 10).await;
    shop.count("TUI", 10).await;
    shop.pay(1, &[("KEA", "physical", 2), ("TUI", "physical", 1)]).await;
    let order = shop.page(&path(1)).await;
    assert_eq!((count(&order, "item"), count(&order, "item-check"), count(&order, "dispatch")), (2, 2, 1));
    assert!(order.text().contains("12 Kauri Lane<br>Nelson 7010<br>New Zealand"), "{}", order.text());
    let dispatch = format!("{}/dispatch", path(1));
    let nothing = shop.form(&dispatch, &[("carrier", "NZ Post"), ("tracking", "T-1")]).await;
    assert_eq!(text(&follow(&shop, &nothing).await, "flash"), "Choose at least one item.");
    let nobody = shop.form(&dispatch, &[("carrier", " "), ("tracking", "T-1"), ("item", "KEA")]).await;
    assert!(text(&follow(&shop, &nobody).await, "flash").starts_with("Carrier must have"));
    let first = shop.form(&dispatch, &[("carrier", "NZ Post"), ("tracking", "T-1"), ("item", "KEA")]).await;
    let after = follow(&shop, &first).await;
    assert_eq!(text(&after, "flash"), "Dispatched. Some items are still pending.");
    assert_eq!((count(&after, "item-check"), text(&after, "item-status")), (1, "Processed".to_owned()));
    assert!(after.text().contains("23 November 2026, 01:00 by NZ Post, T-1"));
    let second = shop.form(&dispatch, &[("carrier", "NZ Post"), ("tracking", "T-2"), ("item", "TUI")]).await;
    let done = follow(&shop, &second).await;
    assert_eq!((text(&done, "status"), count(&done, "dispatch")), ("Processed".to_owned(), 0));
    assert_eq!(shop.page("/admin/shipping-orders/nonsense").await.status, 404);
    assert_eq!(shop.page(&path(9)).await.status, 404);
}

async fn a_cancelled_order_says_why_it_is_not_dispatched(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("KEA", 10).await;
    shop.pay(1, &[("KEA", "physical", 2)]).await;
    shop.hear_of_order("cancellation_requested", 1).await;
    let late = shop.form(&format!("{}/dispatch", path(1)), &[("carrier", "NZ Post"), ("item", "KEA")]).await;
    let page = follow(&shop, &late).await;
    assert_eq!(
        (text(&page, "flash"), text(&page, "status")),
        ("The shipping order was cancelled.".to_owned(), "Cancelled".to_owned())
    );
    assert_eq!(count(&page, "dispatch"), 0);
}

async fn a_missing_file_is_uploaded_where_it_is_missed(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.pay(1, &[("PDF", "digital", 1)]).await;
    let page = shop.page(&path(1)).await;
    assert_eq!((count(&page, "missing-file"), text(&page, "item-status")), (1, "Waiting for file".to_owned()));
    let upload = async |token: String| {
        let part =
            |head: &str, body: &str| format!("--cut\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n");
        let file = "name=\"file\"; filename=\"birds.pdf\"\r\nContent-Type: application/pdf";
        let body = [
            part("name=\"csrf\"", &token),
            part("name=\"sku\"", "PDF"),
            part("name=\"order\"", &order(1).to_string()),
            part(file, &"birds".repeat(1_000_000)),
            "--cut--\r\n".to_owned(),
        ];
        let request = TestRequest::post().uri("/admin/digital-files");
        let request = request.insert_header(("content-type", "multipart/form-data; boundary=cut"));
        let request = request.cookie(Cookie::new("sid", "staff")).cookie(Cookie::new("visitor", VISITOR));
        shop.ask(request.set_payload(body.concat())).await
    };
    assert_eq!(upload("forged".to_owned()).await.status, 403);
    let kept = upload(form_token(Some("staff"))).await;
    shop.work().await;
    let page = follow(&shop, &kept).await;
    assert!(text(&page, "flash").starts_with("File uploaded"));
    let files = shop.page("/admin/digital-files").await;
    assert_eq!((count(&files, "digital-line"), text(&files, "file")), (1, "birds.pdf, 4882 KiB".to_owned()));
    assert_eq!((count(&page, "missing-file"), text(&page, "status")), (0, "Processed".to_owned()));
    let attached = &shop.mailer.sent()[0].attachments[0];
    assert_eq!((attached.name.as_str(), attached.bytes.len()), ("birds.pdf", 5_000_000));
}

async fn shelves_are_searched_and_counted(on: Storage) {
    let shop = TestShop::open(on).await;
    for number in 1..=26 {
        shop.count(&format!("KEA-{number:02}"), number).await;
    }
    shop.count("TUI & Co/1", 3).await;
    let list = shop.page("/admin/stock").await;
    assert_eq!(
        (count(&list, "stock-line"), count(&list, "next-page"), text(&list, "sku")),
        (25, 1, "KEA-01".to_owned())
    );
    let rest = shop.page("/admin/stock?after=KEA-25").await;
    assert_eq!((count(&rest, "stock-line"), count(&rest, "next-page")), (2, 0));
    let found = shop.page("/admin/stock?q=tui%20%26").await;
    assert_eq!(count(&found, "stock-line"), 1);
    let saved = shop.form("/admin/stock", &[("sku", "TUI & Co/1"), ("on_hand", "9"), ("q", "tui &")]).await;
    assert_eq!(saved.header("location"), "/admin/stock?q=tui%20%26");
    let page = follow(&shop, &saved).await;
    assert!(page.text().contains("TUI &#38; Co/1: 9 on hand, 9 available."), "{}", page.text());
    assert_eq!(text(&page, "available"), "9");
    for wrong in ["-1", "1.5", "1e3", "", "99999999999"] {
        let refused = shop.form("/admin/stock", &[("sku", "TUI & Co/1"), ("on_hand", wrong)]).await;
        let told = text(&follow(&shop, &refused).await, "flash");
        assert_eq!(told, "TUI &#38; Co/1: a count is a whole number from 0 to 1000000000.");
    }
    shop.place(1, &[("KEA-05", "physical", 5)]).await;
    let below = shop.form("/admin/stock", &[("sku", "KEA-05"), ("on_hand", "4")]).await;
    let told = text(&follow(&shop, &below).await, "flash");
    assert_eq!(
        told,
        "KEA-05: 5 are promised to orders (5 reserved, 0 sold and not sent yet); there cannot be fewer. Your count of 4 was not saved."
    );
    let typo = shop.form("/admin/stock", &[("sku", "TYPO-SKU"), ("on_hand", "5")]).await;
    assert_eq!(text(&follow(&shop, &typo).await, "flash"), "There is no such product: TYPO-SKU.");
    assert_eq!(shop.stock("TYPO-SKU").await.0, 404);
}

async fn a_whole_list_is_counted_with_one_form(on: Storage) {
    let shop = TestShop::open(on).await;
    for (code, on_hand) in [("A", 1), ("B", 2), ("C", 3), ("D", 4)] {
        shop.count(code, on_hand).await;
    }
    let page = shop.page("/admin/stock").await;
    assert_eq!((count(&page, "save"), page.text().matches("name=\"expected\"").count()), (1, 4));
    // Meanwhile goods arrive and an order is placed.
    shop.count("B", 22).await;
    shop.pay(1, &[("C", "physical", 2)]).await;
    let lines = [("A", "1", "1"), ("B", "2", "7"), ("C", "3", "5"), ("D", "4", "8")];
    let fields: Vec<(&str, &str)> = lines
        .iter()
        .flat_map(|(sku, expected, on_hand)| [("sku", *sku), ("expected", *expected), ("on_hand", *on_hand)])
        .collect();
    let after = follow(&shop, &shop.form("/admin/stock", &fields).await).await;
    assert_eq!(
        text(&after, "flash"),
        "B: stock has changed meanwhile: 22 are on hand now. Your count of 7 was not saved. 2 counts saved."
    );
    let on_hand = async |code: &str| shop.stock(code).await.1["on_hand"].as_i64().unwrap();
    assert_eq!([on_hand("A").await, on_hand("B").await, on_hand("C").await, on_hand("D").await], [1, 22, 5, 8]);
    let fresh = after.text().contains("name=\"expected\" value=\"22\"");
    assert!(fresh, "the page shows what is there now: {}", after.text());
    let again =
        follow(&shop, &shop.form("/admin/stock", &[("sku", "A"), ("expected", "1"), ("on_hand", "1")]).await).await;
    assert_eq!(text(&again, "flash"), "Nothing was changed.");
}

async fn a_shelf_has_a_page_with_its_history(on: Storage) {
    let shop = TestShop::open(on).await;
    shop.count("TUI & Co/1", 20).await;
    shop.pay(1, &[("TUI & Co/1", "physical", 2)]).await;
    let path = "/admin/stock/TUI%20%26%20Co%2F1";
    let page = shop.page(path).await;
    let numbers = ["on-hand", "reserved", "committed", "available"].map(|name| text(&page, name));
    assert_eq!(numbers, ["20", "0", "2", "18"]);
    assert!(shop.page("/admin/stock").await.text().contains(&format!("href=\"{path}\"")));
    let key = page.text().split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let adjust = async |quantity: &str, reason: &str, key: &str| {
        let fields = [("quantity", quantity), ("reason", reason), ("note", "slip <7>"), ("key", key)];
        let answer = shop.form(path, &fields).await;
        assert_eq!(answer.header("location"), path);
        text(&follow(&shop, &answer).await, "flash")
    };
    for _twice in 0..2 {
        assert_eq!(adjust("+5", "received", &key).await, "TUI &#38; Co/1: 25 on hand, 23 available.");
    }
    assert_eq!(adjust("3", "damaged", "k-2").await, "TUI &#38; Co/1: 22 on hand, 20 available.");
    assert_eq!(adjust("-2", "correction", "k-3").await, "TUI &#38; Co/1: 20 on hand, 18 available.");
    assert_eq!(adjust("5", "received", "k-3").await, "This key was used for another adjustment.");
    assert_eq!(adjust("2.5", "found", "k-4").await, "A quantity is a whole number, such as 20 or -3.");
    assert_eq!(adjust("1", "magic", "k-4").await, "Choose a reason.");
    assert!(adjust("0", "found", "k-4").await.starts_with("A quantity is a whole number other than 0"));
    let counted =
        shop.form("/admin/stock", &[("back", "shelf"), ("sku", "TUI & Co/1"), ("expected", "20"), ("on_hand", "19")]);
    let page = follow(&shop, &counted.await).await;
    let rows = page.text();
    let whats: Vec<&str> =
        rows.split("data-test=\"what\">").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(whats, ["Counted", "Correction", "Damaged", "Received", "Sold", "Counted"]);
    assert!(rows.contains("slip &#60;7&#62;") && rows.contains(&format!("/admin/orders/{}", order(1))), "{rows}");
    assert_eq!(shop.page("/admin/stock/MOA").await.status, 404);
    assert_eq!(
        shop.form("/admin/stock/MOA", &[("quantity", "1"), ("reason", "found"), ("key", "k")]).await.status,
        404
    );
}

async fn what_a_merchant_writes_is_shown_and_never_obeyed(on: Storage) {
    let shop = TestShop::open(on).await;
    let code = "<script>alert(1)</script>";
    shop.count(code, 10).await;
    shop.pay(1, &[(code, "physical", 1)]).await;
    for page in ["/admin/stock".to_owned(), format!("/admin/stock?q={}", "%3Cscript%3E"), path(1)] {
        let answer = shop.page(&page).await;
        assert!(answer.text().contains("&#60;script&#62;") && !answer.text().contains("<script"), "{page}");
    }
}

async fn only_staff_sees_the_back_office(on: Storage) {
    let shop = TestShop::open(on).await;
    for page in ["/admin/shipping-orders", "/admin/stock", "/admin/stock/KEA", "/admin/digital-files", &*path(1)]
        .map(str::to_owned)
    {
        let guest = shop.ask(TestRequest::get().uri(&page)).await;
        assert_eq!(guest.status, 303, "{page}");
        assert!(guest.header("location").starts_with("/login?next="));
        let buyer = shop.ask(TestRequest::get().uri(&page).cookie(Cookie::new("sid", "buyer"))).await;
        assert_eq!(buyer.status, 403, "{page}");
    }
    let forged = TestRequest::post().uri("/admin/stock").cookie(Cookie::new("sid", "staff"));
    let forged = shop.ask(forged.set_form([("sku", "KEA"), ("on_hand", "9"), ("csrf", "forged")])).await;
    assert_eq!(forged.status, 403);
    assert_eq!(shop.stock("KEA").await.0, 404);
}

on_both_engines! {
    the_work_list_shows_what_is_pending_first
    a_parcel_is_packed_by_checkboxes
    a_cancelled_order_says_why_it_is_not_dispatched
    a_missing_file_is_uploaded_where_it_is_missed
    shelves_are_searched_and_counted
    a_whole_list_is_counted_with_one_form
    a_shelf_has_a_page_with_its_history
    what_a_merchant_writes_is_shown_and_never_obeyed
    only_staff_sees_the_back_office
}
