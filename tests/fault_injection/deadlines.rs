//! Buyers pay at the last moment and after it, while the power fails.
//!
//! Buyers who pay in time get their goods; the others get their money back, or could not pay at all. Which of them a
//! buyer is may be decided by milliseconds, but order, provider, fulfilment and reports agree on it.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::ALONE;
use crate::buyers::Buyers;
use crate::kill::{Chance, comes_to_rest, seed};
use crate::support::process::Shop;

const BUYERS: usize = 60;
const KILLS: usize = 10;
const SETTINGS: &[(&str, &str)] = &[
    ("STORE_DEMO", "off"),
    ("STORE_PAYMENT_WINDOW", "4s"),
    ("STORE_SWEEP_EVERY", "100ms"),
    ("STORE_RETRY_BASE", "100ms"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_that_comes_at_the_last_moment_buys_or_goes_back() {
    let _alone = ALONE.lock().await;
    let seed = seed();
    println!("SEED={seed}");
    let mut chance = Chance(seed);
    let mut shop = Shop::open(SETTINGS).await;
    let market = Arc::new(Buyers::set_up(&shop, 10, 10_000).await);
    let mut buyers = JoinSet::new();
    for buyer in 0..BUYERS {
        let (market, ahead) = (Arc::clone(&market), i64::try_from(chance.below(7_000)).unwrap() - 4_500);
        buyers.spawn(async move { market.buy_late(buyer, ahead).await });
    }
    for _ in 0..KILLS {
        let wait = std::time::Duration::from_millis(200 + chance.below(600));
        let _passed = tokio::time::timeout(wait, market.answered(u64::from(u32::MAX))).await;
        market.set_open(false);
        shop.kill();
        shop.start().await;
        market.set_open(true);
    }
    let wishes = buyers.join_all().await;
    let evidence = comes_to_rest(&shop, &wishes).await;
    let ended = |status: &str| evidence.lines("order", "order").filter(|order| order.text("status") == status).count();
    let late = evidence.lines("order", "order").filter(|order| order.number("refunded_minor") > 0).count();
    let (paid, completed, expired) = (ended("PAID"), ended("COMPLETED"), ended("EXPIRED"));
    println!(
        "{} of {BUYERS} were in time, {expired} were not, {late} of whom had paid and got it back",
        paid + completed
    );
    assert_eq!(paid + completed + expired, BUYERS);
    assert!(paid + completed > 0 && expired > 0, "nobody was in time, or nobody was not");
    market.assert_no_trouble();
}
