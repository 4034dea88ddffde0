//! The pages as staff meets them, without scripts.

use actix_web::cookie::Cookie;
use actix_web::test::TestRequest;
use chassis::web::testing::{VISITOR, form_token};
use fulfilment::testing::order;

use crate::shop::{Answer, Shop, Storage, on_both_engines};

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

async fn follow(shop: &Shop, answer: &Answer) -> Answer {
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
    let shop = Shop::open(on).await;
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
    let shop = Shop::open(on).await;
    shop.count("KEA", 10).await;
    shop.count("TUI", 10).await;
    shop.pay(1, &[("KEA", "physical", 2), ("TUI", "physical", 1)]).await;
    let order = shop.page(&path(1)).await;
    assert_eq!((count(&order, "item"), count(&order, "item-check"), count(&order, "dispatch")), (2, 2, 1));
    assert!(order.text().contains("12 Kauri Lane<br>Nelson 7010"), "{}", order.text());
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
    let shop = Shop::open(on).await;
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
    let shop = Shop::open(on).await;
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
    assert!(text(&page, "flash").starts_with("The file is kept"));
    let files = shop.page("/admin/digital-files").await;
    assert_eq!((count(&files, "digital-line"), text(&files, "file")), (1, "birds.pdf, 4882 KiB".to_owned()));
    assert_eq!((count(&page, "missing-file"), text(&page, "status")), (0, "Processed".to_owned()));
    let attached = &shop.mailer.sent()[0].attachments[0];
    assert_eq!((attached.name.as_str(), attached.bytes.len()), ("birds.pdf", 5_000_000));
}

async fn shelves_are_searched_and_counted(on: Storage) {
    let shop = Shop::open(on).await;
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
        assert_eq!(text(&follow(&shop, &refused).await, "flash"), "A count is a whole number from 0 to 1000000000.");
    }
    shop.place(1, &[("KEA-05", "physical", 5)]).await;
    let below = shop.form("/admin/stock", &[("sku", "KEA-05"), ("on_hand", "4")]).await;
    let told = text(&follow(&shop, &below).await, "flash");
    assert_eq!(told, "5 are reserved for open orders; the count cannot be below that.");
}

async fn what_a_merchant_writes_is_shown_and_never_obeyed(on: Storage) {
    let shop = Shop::open(on).await;
    let code = "<script>alert(1)</script>";
    shop.count(code, 10).await;
    shop.pay(1, &[(code, "physical", 1)]).await;
    for page in ["/admin/stock".to_owned(), format!("/admin/stock?q={}", "%3Cscript%3E"), path(1)] {
        let answer = shop.page(&page).await;
        assert!(answer.text().contains("&#60;script&#62;") && !answer.text().contains("<script"), "{page}");
    }
}

async fn only_staff_sees_the_back_office(on: Storage) {
    let shop = Shop::open(on).await;
    for page in
        ["/admin/shipping-orders".to_owned(), "/admin/stock".to_owned(), "/admin/digital-files".to_owned(), path(1)]
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
    what_a_merchant_writes_is_shown_and_never_obeyed
    only_staff_sees_the_back_office
}
