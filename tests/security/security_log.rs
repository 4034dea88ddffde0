//! The security log says what was done, not what was only asked for; its page shows names instead of ids.

use reqwest::StatusCode;
use serde_json::json;

use crate::lockout::recorded;
use crate::support::process::{ADMIN, Shop};
use crate::wire::Wire;
use crate::{api_fixtures, browser, buy};

const CSV: &[(&str, &str)] = &[("content-type", "text/csv")];

#[tokio::test]
async fn a_preview_is_no_import_and_a_refused_form_is_no_change() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let (admin, wire) = (api_fixtures::admin(&shop).await, Wire::to(&shop));
    let count = async |event: &str| recorded(&admin, event).await.len();
    let bearer = format!("Bearer {}", admin.token.as_deref().unwrap());
    let headers = [("authorization", bearer.as_str()), CSV[0]];
    let file = "handle,title,description,category,status,sku,kind,weight_g,price,currency\n\
                owl,Owl,An owl.,Birds,active,OWL,physical,100,12.00,NZD\n";
    let import = async |query: &str| {
        let path = format!("/api/catalogue/v1/imports{query}");
        let reply = wire.send("POST", &path, &headers, file).await;
        assert_eq!(reply.status, u16::from(StatusCode::OK), "{reply:?}");
    };
    import("?dry_run=true").await;
    assert_eq!((count("import-previewed").await, count("imported").await), (1, 0));
    import("").await;
    assert_eq!((count("import-previewed").await, count("imported").await), (1, 1));

    api_fixtures::product(&admin, "KEA", "physical", 4_990, Some(50)).await;
    let ana = api_fixtures::user(&shop, "ana@post.test", "customer").await;
    let order = buy::bought(&shop, &ana, &[("KEA", 1)]).await["id"].as_str().unwrap().to_owned();
    let mut staff = browser::admin(&shop).await;
    let (page, refunds) = (format!("/admin/orders/{order}"), format!("/admin/orders/{order}/refunds"));
    staff.visit(&page).await;
    staff.submit(&refunds, &[("amount", "1000000.00")]).await;
    assert!(staff.page.flash().starts_with("Not refunded"), "{}", staff.page.flash());
    assert_eq!((count("refund-requested").await, count("staff-change-refused").await), (0, 1));
    staff.submit(&refunds, &[("amount", "1.00")]).await;
    let refunded = recorded(&admin, "refund-requested").await;
    assert_eq!((refunded.len(), &refunded[0]["subject"]), (1, &json!(format!("order/{order}"))), "{refunded:?}");

    let ended = json!({ "label": "till", "role": "staff", "expires_at": "2020-01-01T00:00:00Z" });
    let refused = admin.api("POST", "/api/customer/v1/api-keys", Some(ended), &[]).await;
    assert!((400..500).contains(&refused.status), "{}", refused.json);
    let own = admin.get("/api/customer/v1/me").await["id"].as_str().unwrap().to_owned();
    let role = format!("/api/customer/v1/customers/{own}/role");
    assert_eq!(admin.api("PUT", &role, Some(json!({ "role": "staff" })), &[]).await.status, 409);
    admin.api("PUT", &role, Some(json!({ "role": "admin" })), &[]).await;
    let gone = admin.api("POST", "/api/ops/v1/dead-letters/b3JkZXIvYS9i/retry", None, &[]).await;
    assert_eq!(gone.status, 404, "{}", gone.json);
    let away = wire.send("GET", "/admin/reports/monthly.csv", &[], "").await;
    assert!(away.location.starts_with("/login"), "{away:?}");
    for event in ["api-key-made", "role-changed", "dead-letter-retried", "exported"] {
        assert_eq!(count(event).await, 0, "{event}");
    }
    assert!(staff.visit("/admin/reports/monthly.csv").await.status == 200 && count("exported").await == 1);
}

#[tokio::test]
async fn the_page_of_the_log_names_people_until_their_account_is_deleted() {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let admin = api_fixtures::admin(&shop).await;
    let ana = api_fixtures::user(&shop, "ana@post.test", "customer").await;
    let mut staff = browser::admin(&shop).await;
    let page = staff.visit("/admin/security?event=login").await;
    let who = page.all("security-who");
    assert!(
        who.iter().any(|who| who.contains(ADMIN.0)) && who.iter().any(|who| who.contains("ana@post.test")),
        "{who:?}"
    );

    let id = ana.get("/api/customer/v1/me").await["id"].as_str().unwrap().to_owned();
    let role = format!("/api/customer/v1/customers/{id}/role");
    for role_name in ["staff", "customer"] {
        admin.api("PUT", &role, Some(json!({ "role": role_name })), &[]).await;
    }
    let about = staff.visit("/admin/security?event=role-changed").await.all("security-about");
    assert!(about.len() == 2 && about.iter().all(|about| about.contains("ana@post.test")), "{about:?}");

    assert_eq!(admin.api("DELETE", &format!("/api/customer/v1/customers/{id}"), None, &[]).await.status, 204);
    let about = staff.visit("/admin/security?event=role-changed").await.all("security-about");
    assert_eq!(about, ["deleted account", "deleted account"]);
}
