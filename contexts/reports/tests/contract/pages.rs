//! The pages as an administrator's browser gets them.

use actix_web::http::StatusCode;
use actix_web::http::header::{COOKIE, LOCATION};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, web};
use chassis::ContextModule as _;
use chassis::web::testing::{KnownPeople, edge, somebody};
use shared_kernel::Role;

use crate::samples::{completed, imported, paid, product, refunded};
use crate::shop::TestShop;
use crate::storage::{Storage, on_both_engines};

const PAGES: [&str; 11] = [
    "",
    "/monthly",
    "/monthly.csv",
    "/sales",
    "/sales.csv",
    "/products",
    "/products.csv",
    "/categories",
    "/categories.csv",
    "/refunds",
    "/refunds.csv",
];

async fn get(shop: &TestShop, page: &str, token: Option<&str>) -> (StatusCode, String, String) {
    let people = KnownPeople::default().and("admin", somebody(1, Role::Admin)).and("staff", somebody(2, Role::Staff));
    let app = App::new().app_data(web::Data::new(edge(people))).wrap(from_fn(chassis::web::guard));
    let app = init_service(app.configure(|config| shop.module.register_pages(config))).await;
    let mut request = TestRequest::get().uri(&format!("/admin/reports{page}"));
    if let Some(token) = token {
        request = request.insert_header((COOKIE, format!("sid={token}")));
    }
    let answer = call_service(&app, request.to_request()).await;
    let location = answer.headers().get(LOCATION).map_or("", |value| value.to_str().unwrap()).to_owned();
    (answer.status(), location, String::from_utf8(read_body(answer).await.to_vec()).unwrap())
}

async fn page(shop: &TestShop, page: &str) -> String {
    let (status, _, html) = get(shop, page, Some("admin")).await;
    assert_eq!(status, StatusCode::OK, "{page}: {html}");
    html
}

async fn a_shop_with_sales(on: Storage) -> TestShop {
    let shop = TestShop::open(on).await;
    let mut hostile = paid(3, "2026-11-21T00:00:00Z");
    hostile.data["lines"][0]["sku"] = "<b>".into();
    hostile.data["lines"][0]["title"] = "<script>alert(1)</script>".into();
    shop.hears(&[
        product(1, 1, Some("Birds & more"), "KEA-14"),
        paid(1, "2026-10-31T10:59:59Z"),
        completed(1),
        paid(2, "2026-11-05T11:00:00Z"),
        hostile,
        refunded(2, "r-2", 500),
        imported(7, "COMPLETED", "2026-08-01T00:00:00Z"),
    ])
    .await;
    shop
}

/// The row of a month, without its tags.
fn row(html: &str, month: &str) -> String {
    let start = html.find(&format!("data-month=\"{month}\"")).unwrap_or_else(|| panic!("{month} is not in {html}"));
    let row = &html[start..start + html[start..].find("</tr>").unwrap()];
    let cells = row.split('<').skip(1).filter_map(|tag| tag.split_once('>')).map(|(_, text)| text);
    cells.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" | ")
}

async fn sales_are_compared_with_the_period_before(on: Storage) {
    let html = page(&a_shop_with_sales(on).await, "/sales?by=month&from=2026-08-01&until=2026-11-23").await;
    let november = row(&html, "2026-11");
    assert_eq!(
        november,
        "Nov 2026 | 2 | NZ$126.50 | NZ$220.00 | NZ$33.00 | NZ$253.00 | NZ$23.00 | 0 | NZ$5.00 | NZ$248.00"
    );
    let before = html.split("data-test=\"period-before\"").nth(1).unwrap();
    assert!(before.contains("8 Apr 2026 to 31 Jul 2026"), "{before}");
    assert!(html.contains("sales.csv?by=month&#38;from=2026-08-01"), "{html}");
}

async fn completed_orders_can_be_shown_alone(on: Storage) {
    let html = page(&a_shop_with_sales(on).await, "/monthly?status=completed").await;
    assert_eq!(html.matches("data-test=\"month\"").count(), 12);
    assert_eq!(
        row(&html, "2026-10"),
        "October 2026 | 1 | NZ$110.00 | NZ$16.50 | NZ$126.50 | NZ$11.50 | 0 | NZ$0.00 | NZ$126.50"
    );
    assert_eq!(
        row(&html, "2026-11"),
        "November 2026 | 0 | NZ$0.00 | NZ$0.00 | NZ$0.00 | NZ$0.00 | 0 | NZ$0.00 | NZ$0.00"
    );
    assert!(html.contains("data-test=\"total-net\">NZ$123.30<"), "{html}");
    assert!(html.find("data-month=\"2025-12\"") < html.find("data-month=\"2026-11\""), "the oldest is not first");
}

async fn every_tab_counts_all_paid_orders_and_says_so(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    for name in ["", "/monthly", "/products", "/categories", "/refunds"] {
        assert!(page(&shop, name).await.contains("data-test=\"definition\""), "{name}");
    }
    let overview = page(&shop, "").await;
    for figure in ["total-gross\">NZ$394.80<", "total-refunded\">NZ$5.00<", "total-kept\">NZ$389.80<"] {
        assert!(overview.contains(figure), "{figure} is not in {overview}");
    }
    let html = page(&shop, "/monthly?months=2").await;
    assert_eq!(html.matches("data-test=\"month\"").count(), 2);
    assert_eq!(
        row(&html, "2026-11"),
        "November 2026 | 2 | NZ$220.00 | NZ$33.00 | NZ$253.00 | NZ$23.00 | 0 | NZ$5.00 | NZ$248.00"
    );
    let file = "/admin/reports/monthly.csv?months=2&#38;from=&#38;until=&#38;currency=NZD&#38;status=paid";
    assert!(html.contains(file), "{html}");
}

async fn the_chart_says_in_words_what_it_draws(on: Storage) {
    let html = page(&a_shop_with_sales(on).await, "/monthly").await;
    assert!(html.contains("role=\"img\" aria-labelledby=\"chart-title chart-description\""));
    assert_eq!(html.matches("<rect class=\"bar\"").count(), 12);
    assert!(html.contains("<title>October 2026: NZ$126.50</title>"));
    assert!(html.contains("the best was November 2026 with NZ$248.00"));
    assert!(!html.contains("style="), "the content policy forbids inline styles");
}

async fn every_page_says_how_fresh_it_is(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    for name in ["", "/monthly", "/products", "/categories", "/refunds"] {
        let html = page(&shop, name).await;
        assert!(
            html.contains("data-test=\"as-of\">As of 2026-11-23 01:00; dates and times in Pacific/Auckland<"),
            "{name}: {html}"
        );
    }
    assert!(page(&TestShop::open(on).await, "").await.contains("Nothing has been sold yet"));
}

async fn what_people_wrote_stays_text(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    let html = page(&shop, "/products").await;
    assert!(html.contains("&#60;script&#62;") && !html.contains("<script"), "{html}");
    assert!(page(&shop, "/categories").await.contains("Birds &#38; more"));
    assert!(page(&shop, "/refunds.csv").await.contains("\"'=cmd()\""));
}

async fn refunds_lead_to_their_orders_and_to_older_refunds(on: Storage) {
    let shop = a_shop_with_sales(on).await;
    shop.hears(&[refunded(9, "r-9", 100)]).await;
    let html = page(&shop, "/refunds?limit=1").await;
    assert_eq!(html.matches("data-test=\"refund\"").count(), 1);
    assert!(html.contains("no, the money came too late"), "{html}");
    let next = html.split("href=\"").find(|part| part.contains("rel=\"next\"")).unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let older = page(&shop, next.strip_prefix("/admin/reports").unwrap()).await;
    assert!(
        older.contains("NZ$5.00") && older.contains("/admin/orders/00000000-0000-0000-0000-000000000002"),
        "{older}"
    );
}

async fn a_parameter_that_makes_no_sense_is_said_in_words(on: Storage) {
    let (status, _, html) = get(&TestShop::open(on).await, "/monthly?months=0", Some("admin")).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(html.contains("months is a whole number from 1 to 120"), "{html}");
}

async fn only_administrators_see_the_pages(on: Storage) {
    let shop = TestShop::open(on).await;
    for name in PAGES {
        let (status, location, _) = get(&shop, name, None).await;
        assert_eq!((status, location.starts_with("/login?next=")), (StatusCode::SEE_OTHER, true), "{name}");
        assert_eq!(get(&shop, name, Some("staff")).await.0, StatusCode::FORBIDDEN, "{name}");
        assert_eq!(get(&shop, name, Some("admin")).await.0, StatusCode::OK, "{name}");
    }
}

on_both_engines! {
    completed_orders_can_be_shown_alone
    sales_are_compared_with_the_period_before
    every_tab_counts_all_paid_orders_and_says_so
    the_chart_says_in_words_what_it_draws
    every_page_says_how_fresh_it_is
    what_people_wrote_stays_text
    refunds_lead_to_their_orders_and_to_older_refunds
    a_parameter_that_makes_no_sense_is_said_in_words
    only_administrators_see_the_pages
}
