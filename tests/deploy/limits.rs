//! Floods stop at the gateway, once this machine is not exempt any more.

use crate::fake::Bench;

#[actix_web::test]
async fn a_flood_is_told_to_come_back_later() {
    let Some(bench) = Bench::open_limiting().await else { return };
    let (mut fine, mut refused) = (0, None);
    for _ in 0..2_000 {
        let answer = bench.get("/products", &[]).await;
        match answer.status {
            200 => fine += 1,
            429 => {
                refused = Some(answer);
                break;
            }
            other => panic!("a flood was answered {other}"),
        }
    }
    assert!(fine >= 200, "only {fine} requests passed");
    let refused = refused.unwrap();
    assert_eq!(refused.header("retry-after"), "6");
    let program = bench.get("/api/catalogue/v1/products", &[]).await;
    assert_eq!((program.status, program.header("content-type")), (429, "application/problem+json"));
}

#[actix_web::test]
async fn whoever_guesses_passwords_is_slowed_at_every_door_to_them() {
    let doors = ["/login", "/signup", "/reset", "/verify/resend"].map(str::to_owned);
    let api = ["sessions", "customers", "password-resets", "verifications/resend"];
    let api = api.map(|rest| format!("/api/customer/v1/{rest}"));
    for door in doors.into_iter().chain(api) {
        let Some(bench) = Bench::open_limiting().await else { return };
        let mut statuses = Vec::new();
        for _ in 0..30 {
            statuses.push(bench.post(&door, &[]).await.status);
        }
        assert_eq!(statuses[..10], [200; 10], "{door}");
        assert!(statuses.contains(&429), "{door} lets everybody try for ever");
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
