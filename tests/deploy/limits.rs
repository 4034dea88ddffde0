//! Floods stop at the gateway, once this machine is not exempt any more.

use crate::fake::{Answer, Bench};

/// Asks for `path` until it is refused: how often it was not, and the refusal.
async fn flood(bench: &Bench, path: &str) -> (u32, Answer) {
    for fine in 0..5_000 {
        let answer = bench.get(path, &[]).await;
        match answer.status {
            200 => {}
            429 => return (fine, answer),
            other => panic!("a flood was answered {other}"),
        }
    }
    panic!("{path} takes any flood");
}

#[actix_web::test]
async fn a_flood_is_told_to_come_back_later() {
    let Some(bench) = Bench::open_limiting().await else { return };
    let (fine, refused) = flood(&bench, "/products").await;
    assert!(fine >= 200, "only {fine} requests passed");
    assert_eq!((refused.header("retry-after"), refused.header("content-type")), ("6", "text/html; charset=utf-8"));
    let (_, refused) = flood(&bench, "/api/catalogue/v1/products").await;
    assert_eq!((refused.header("retry-after"), refused.header("content-type")), ("6", "application/problem+json"));
}

#[actix_web::test]
async fn anyone_who_guesses_passwords_is_slowed_at_every_door_to_them() {
    let doors = ["/login", "/signup", "/reset", "/verify", "/verify/resend"].map(str::to_owned);
    let api = ["sessions", "customers", "password-resets", "verifications", "verifications/resend"];
    let api = api.map(|rest| format!("/api/customer/v1/{rest}"));
    for door in doors.into_iter().chain(api) {
        let Some(bench) = Bench::open_limiting().await else { return };
        let mut statuses = Vec::new();
        for _ in 0..30 {
            statuses.push(bench.post(&door, &[]).await.status);
        }
        assert_eq!(statuses[..10], [200; 10], "{door}");
        assert!(statuses.contains(&429), "{door} lets everybody try forever");
        assert_eq!(bench.get(&door, &[]).await.status, 200, "looking at {door} is not trying it");
    }
}

#[actix_web::test]
async fn programs_on_this_machine_are_not_limited_unless_it_is_said() {
    let Some(bench) = Bench::open().await else { return };
    for _ in 0..40 {
        assert_eq!(bench.post("/login", &[]).await.status, 200);
    }
}
