//! The shop is asked to close in the middle of traffic, and opens again.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::ALONE;
use crate::buyers::Buyers;
use crate::evidence::OrderOutcome;
use crate::kill::comes_to_rest;
use crate::support::process::Shop;

const BUYERS: usize = 90;
/// How long a closing shop may take before its operator kills it.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shop_that_is_told_to_close_ends_in_time_and_leaves_its_books_in_order() {
    let _alone = ALONE.lock().await;
    let mut shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let market = Arc::new(Buyers::set_up(&shop, 10, 10_000).await);
    let mut buyers = JoinSet::new();
    for buyer in 0..BUYERS {
        let market = Arc::clone(&market);
        buyers.spawn(async move { market.buy(buyer).await });
    }
    for _ in 0..3 {
        market.answered(60).await;
        let (outstanding, begun) = (market.outstanding(), Instant::now());
        market.set_open(false);
        let well = shop.close().await;
        let took = begun.elapsed();
        let cut_off = market.cut_off.swap(0, Ordering::SeqCst);
        println!("closed in {took:?} with {outstanding} requests outstanding, {cut_off} of which had no answer");
        assert!(well, "the process did not end with 0:\n{}", shop.log());
        assert!(took < SHUTDOWN_TIMEOUT, "closing took {took:?}");
        assert!(!shop.log().contains("panicked at"), "{}", shop.log());
        for entry in std::fs::read_dir(shop.folder()).unwrap().flatten() {
            let (path, size) = (entry.path(), entry.metadata().unwrap().len());
            let is_log = path.extension().is_some_and(|extension| extension == "db-wal");
            assert!(!is_log || size == 0, "{} holds {size} bytes that are not in its file", path.display());
        }
        shop.start().await;
        market.set_open(true);
    }
    let wishes = buyers.join_all().await.concat();
    comes_to_rest(&shop, &wishes).await;
    assert!(wishes.iter().all(|wish| wish.told != OrderOutcome::Placed), "somebody was left out");
}
