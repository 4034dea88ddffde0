//! The version before this one and this one serve the same shop, on the same databases and the same broker, while it
//! sells: process by process forward, some of them back, and forward again. No request fails. And a folder that the version
//! before has made is opened by this one, whose books say the same of everything in it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::ALONE;
use crate::buyers::Buyers;
use crate::evidence::OrderRequest;
use crate::kill::comes_to_rest;
use crate::support::process::{Plan, Shop, Topology, Version};

const TWICE: [&str; 4] = ["catalogue", "order", "fulfilment", "customer"];
/// Parts with a single process; buyers pause while one of them is replaced.
const ONCE: [&str; 2] = ["reports", "edge"];

/// A buyer comes every tenth of a second.
fn buyers(market: &Arc<Buyers>, from: usize, count: usize) -> JoinSet<Vec<OrderRequest>> {
    let mut buyers = JoinSet::new();
    for buyer in from..from + count {
        let market = Arc::clone(market);
        buyers.spawn(async move {
            tokio::time::sleep(Duration::from_millis(100) * u32::try_from(buyer - from).unwrap()).await;
            market.buy(buyer).await
        });
    }
    buyers
}

async fn become_all(shop: &mut Shop, names: impl IntoIterator<Item = String>, version: Version) {
    for name in names {
        assert!(shop.process(&name).replace(version).await, "{name} did not end well");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_version_before_and_this_one_serve_the_same_shop_side_by_side() {
    let _alone = ALONE.lock().await;
    if !Topology::Split.is_possible() || Version::Previous.program().is_none() {
        return;
    }
    let (settings, version) = (&[("STORE_DEMO", "off")], Version::Previous);
    let plan = Plan { topology: Topology::Split, settings, doubled: &TWICE, version, ..Plan::default() };
    let mut shop = Shop::planned(&plan);
    shop.start().await;
    let market = Arc::new(Buyers::set_up(&shop, 20, 10_000).await);
    let (first, second) = (|name: &str| name.to_owned(), |name: &str| format!("{name}-2"));

    let crowd = buyers(&market, 0, 150);
    become_all(&mut shop, TWICE.map(first), Version::This).await;
    // One of each now, on the tables of this version.
    let _silent = tokio::time::timeout(Duration::from_secs(10), market.answered(150)).await;
    become_all(&mut shop, ["order", "fulfilment"].map(first), Version::Previous).await;
    become_all(&mut shop, TWICE.map(second), Version::This).await;
    let mut wishes = crowd.join_all().await.concat();
    assert_eq!(market.cut_off.load(Ordering::SeqCst), 0, "somebody was cut off");

    become_all(&mut shop, ONCE.map(first).into_iter().chain(TWICE.map(first)), Version::This).await;
    wishes.extend(buyers(&market, 150, 20).join_all().await.concat());
    market.assert_no_trouble();
    comes_to_rest(&shop, &wishes).await;
}

/// Whether `after` says everything that `before` says; it may say more. How often a row was written is no part of the books.
fn says_the_same(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let same = |name, value| after.get(name).is_some_and(|found| says_the_same(value, found));
            before.iter().all(|(name, value)| name == "version" || same(name, value))
        }
        (Value::Array(before), Value::Array(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(before, after)| says_the_same(before, after))
        }
        _ => before == after,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_folder_of_the_version_before_is_opened_and_its_books_say_the_same() {
    let _alone = ALONE.lock().await;
    if Version::Previous.program().is_none() {
        return;
    }
    let plan = Plan { settings: &[("STORE_DEMO", "off")], version: Version::Previous, ..Plan::default() };
    let mut shop = Shop::planned(&plan);
    shop.start().await;
    let market = Arc::new(Buyers::set_up(&shop, 4, 100).await);
    let mut wishes = buyers(&market, 0, 12).join_all().await.concat();
    comes_to_rest(&shop, &wishes).await;
    let before = shop.audit();
    assert!(before.len() > 100, "only {} records", before.len());

    become_all(&mut shop, ["shop".to_owned()], Version::This).await;
    let after = shop.audit();
    let lost = before.iter().filter(|record| !after.iter().any(|found| says_the_same(record, found)));
    let now = |record: &Value| {
        after
            .iter()
            .filter(|found| found["id"] == record["id"] && found["kind"] == record["kind"])
            .cloned()
            .collect::<Vec<_>>()
    };
    let lost: Vec<_> = lost.map(|record| (record, now(record))).collect();
    assert!(
        lost.is_empty(),
        "missing or changed after the migration: {}",
        serde_json::to_string_pretty(&lost).unwrap()
    );

    wishes.extend(buyers(&market, 12, 4).join_all().await.concat());
    market.assert_no_trouble();
    comes_to_rest(&shop, &wishes).await;
}
