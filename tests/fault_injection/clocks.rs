//! Clocks are set: back by an hour while the shop is closed, back and ahead while it is open, and apart in two
//! processes on one database. Buyers who have paid get the goods without waiting for a clock to catch up.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chassis::testing::skip;
use tokio::task::JoinSet;

use crate::ALONE;
use crate::buyers::Buyers;
use crate::evidence::{Evidence, OrderOutcome, OrderRequest};
use crate::kill::rests_within;
use crate::support::process::{Plan, Shop, Topology};

/// Much less than any of the jumps.
const TIMEOUT: Duration = Duration::from_secs(40);
const BUYERS: usize = 24;

/// The library that tells a process another time; `None`, and that is said, where it is not installed.
fn library() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let found = folders.map(|folder| folder.join("faketime/libfaketime.so.1")).find(|path| path.is_file());
    if found.is_none() {
        skip("libfaketime is not installed");
    }
    found
}

/// A clock that the test sets while the shop runs.
struct TestClock {
    library: String,
    file: PathBuf,
}

impl TestClock {
    fn at(library: &Path, folder: &Path, offset: &str) -> Self {
        let hands = Self { library: library.display().to_string(), file: folder.join("offset") };
        hands.set(offset);
        hands
    }

    /// The offset from the true time, such as `+3600s`.
    fn set(&self, offset: &str) {
        let unfinished = self.file.with_extension("new");
        std::fs::write(&unfinished, format!("{offset}\n")).unwrap();
        std::fs::rename(unfinished, &self.file).unwrap();
    }

    fn settings(&self) -> [(&str, &str); 5] {
        [
            ("STORE_DEMO", "off"),
            ("LD_PRELOAD", &self.library),
            ("FAKETIME_TIMESTAMP_FILE", self.file.to_str().unwrap()),
            ("FAKETIME_CACHE_DURATION", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ]
    }
}

fn crowd(market: &Arc<Buyers>, buyers: std::ops::Range<usize>) -> JoinSet<Vec<OrderRequest>> {
    let mut crowd = JoinSet::new();
    for buyer in buyers {
        let market = Arc::clone(market);
        crowd.spawn(async move { market.buy(buyer).await });
    }
    crowd
}

fn all_are_served(wishes: &[OrderRequest]) {
    let left_out = wishes.iter().find(|wish| wish.told == OrderOutcome::Placed || wish.orders.len() != 1);
    assert_eq!(left_out.map(|wish| format!("{wish:?}")), None, "somebody was left out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_goes_back_while_the_shop_is_closed_holds_nothing_up() {
    let _alone = ALONE.lock().await;
    let Some(library) = library() else { return };
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::at(&library, folder.path(), "+3600s");
    let mut shop = Shop::open(&clock.settings()).await;
    let market = Arc::new(Buyers::set_up(&shop, 8, 10_000).await);
    let buyers = crowd(&market, 0..BUYERS);
    let _silent = tokio::time::timeout(Duration::from_secs(20), market.answered(60)).await;
    market.set_open(false);
    shop.kill();
    clock.set("+0s");
    let begun = Instant::now();
    shop.start().await;
    market.set_open(true);
    let wishes = buyers.join_all().await.concat();
    all_are_served(&wishes);
    rests_within(TIMEOUT, || Evidence::of(&shop, &wishes)).await;
    println!("one hour back: at rest after {:?}", begun.elapsed());
    market.assert_no_trouble();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_while_the_shop_is_open_holds_nothing_up_and_doubles_nothing() {
    let _alone = ALONE.lock().await;
    let Some(library) = library() else { return };
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::at(&library, folder.path(), "+7200s");
    let shop = Shop::open(&clock.settings()).await;
    let market = Arc::new(Buyers::set_up(&shop, 8, 10_000).await);
    let begun = Instant::now();
    let buyers = crowd(&market, 0..BUYERS);
    // Back by an hour and a half, ahead by minutes as often as leases could notice, and back again.
    for offset in ["+1800s", "+1860s", "+1980s", "+0s"] {
        let _silent = tokio::time::timeout(Duration::from_secs(3), market.answered(20)).await;
        clock.set(offset);
    }
    let wishes = buyers.join_all().await.concat();
    all_are_served(&wishes);
    rests_within(TIMEOUT, || Evidence::of(&shop, &wishes)).await;
    println!("set four times: at rest after {:?}", begun.elapsed());
    market.assert_no_trouble();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_whose_clock_is_ahead_holds_nobody_up_when_it_dies_and_ends_no_order_early() {
    let _alone = ALONE.lock().await;
    let (Some(library), true) = (library(), Topology::Split.is_possible()) else { return };
    let settings = &[("STORE_DEMO", "off"), ("STORE_PAYMENT_WINDOW", "20m")];
    let plan = Plan { topology: Topology::Split, settings, doubled: &["order"], ..Plan::default() };
    let mut shop = Shop::planned(&plan);
    let library = library.display().to_string();
    for (name, value) in [("LD_PRELOAD", &*library), ("FAKETIME", "+3600s"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")] {
        shop.process("order").set(name, value);
    }
    // The one that is ahead comes first, so the leases are its own.
    for name in ["order", "order-2", "catalogue", "fulfilment", "reports", "customer", "edge"] {
        shop.process(name).begin();
        shop.process(name).is_ready().await;
    }
    shop.open_gateway().await;
    let market = Arc::new(Buyers::set_up(&shop, 8, 10_000).await);
    market.outages.store(true, Ordering::SeqCst);
    let first = crowd(&market, 0..BUYERS).join_all().await.concat();
    all_are_served(&first);
    let buyers = crowd(&market, BUYERS..2 * BUYERS);
    let _silent = tokio::time::timeout(Duration::from_secs(20), market.answered(60)).await;
    shop.process("order").kill();
    let begun = Instant::now();
    let second = buyers.join_all().await.concat();
    all_are_served(&second);
    rests_within(TIMEOUT, || Evidence::of(&shop, &[first.clone(), second.clone()].concat())).await;
    println!("one hour ahead, and killed: at rest after {:?}", begun.elapsed());
}
