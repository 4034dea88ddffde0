//! What the edge itself writes into the security log: what was done, not what was only asked for.

use actix_web::http::Method;
use chassis_security::{SecurityEvent, SecurityLog, records};
use chassis_sql::Database;
use chassis_system::SystemIds;
use chassis_testing::{FixedClock, sqlite};

use super::*;
use crate::edge::EdgeSettings;

/// A shop that names two of its requests in the log.
async fn logging() -> (Database, Edge) {
    let database = sqlite("edge", &[]).await;
    let clock = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
    let settings = EdgeSettings {
        csrf_key: [42; 32],
        base_url: "http://localhost".to_owned(),
        security: SecurityLog::new(database.clone(), clock, Arc::new(SystemIds)),
        recorded: vec![
            (Method::POST, "/admin/refund", SecurityEvent::RefundRequested),
            (Method::GET, "/admin/secrets", SecurityEvent::Exported),
        ],
        ..EdgeSettings::default()
    };
    let edge = Edge::new(settings, Arc::new(people()), Arc::new(SystemIds));
    (database, edge)
}

async fn logged(request: TestRequest) -> Vec<String> {
    let (database, edge) = logging().await;
    ask_at(edge, request).await;
    let found = records(&database, "", "", 10).await.unwrap();
    found.into_iter().map(|record| record.event).collect()
}

fn form(path: &str, session: &str, sku: &str) -> TestRequest {
    TestRequest::post()
        .uri(path)
        .cookie(Cookie::new("visitor", VISITOR))
        .cookie(sid(session))
        .set_form([("csrf", form_token(Some(session)).as_str()), ("sku", sku)])
}

#[actix_web::test]
async fn a_request_that_is_carried_out_is_logged_by_its_name() {
    assert_eq!(logged(form("/admin/refund", "staff", "KEA-14")).await, ["refund-requested"]);
    assert_eq!(logged(TestRequest::get().uri("/admin/secrets").cookie(sid("admin"))).await, ["exported"]);
    assert_eq!(logged(form("/admin/stock", "staff", "KEA-14")).await, ["staff-change"]);
}

#[actix_web::test]
async fn what_the_next_page_says_was_refused_is_logged_as_refused() {
    assert_eq!(logged(form("/admin/refund", "staff", "too-much")).await, ["staff-change-refused"]);
    assert_eq!(logged(form("/admin/stock", "admin", "too-much")).await, ["staff-change-refused"]);
}

#[actix_web::test]
async fn whatever_waits_for_a_login_has_not_happened() {
    assert_eq!(logged(TestRequest::get().uri("/admin/secrets")).await, [""; 0]);
    assert_eq!(logged(form("/admin/refund", "nobody", "KEA-14")).await, [""; 0]);
    assert_eq!(logged(TestRequest::get().uri("/admin/secrets").cookie(sid("staff"))).await, ["access-denied"]);
}
