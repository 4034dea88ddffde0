//! Several processes of the same kind, and some that are away: they share the work, stand in for each other, and catch
//! up with what they have missed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use chassis::testing::eventually;
use reqwest::Client;
use tokio::task::JoinSet;

use crate::ALONE;
use crate::buyers::{Buyers, GOODS};
use crate::evidence::OrderOutcome;
use crate::kill::comes_to_rest;
use crate::support::EVENTUALLY_TIMEOUT;
use crate::support::process::{Plan, Shop, Topology, Version};

/// Every lease of a process that is gone has run out by then.
const TAKEN_OVER: Duration = Duration::from_secs(18);

async fn taken_apart(doubled: &[&str]) -> (Shop, Arc<Buyers>) {
    let settings = &[("STORE_DEMO", "off")];
    let plan = Plan { topology: Topology::Split, settings, doubled, ..Plan::default() };
    let mut shop = Shop::planned(&plan);
    shop.start().await;
    let market = Arc::new(Buyers::set_up(&shop, 10, 10_000).await);
    (shop, market)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_of_a_context_share_its_work_and_one_carries_on_when_the_other_is_killed() {
    let _alone = ALONE.lock().await;
    if !Topology::Split.is_possible() {
        return;
    }
    let (mut shop, market) = taken_apart(&["order", "fulfilment"]).await;
    market.outages.store(true, Ordering::SeqCst);
    let mut buyers = JoinSet::new();
    for buyer in 0..100 {
        let market = Arc::clone(&market);
        buyers.spawn(async move { market.buy(buyer).await });
    }
    let _silent = tokio::time::timeout(Duration::from_secs(10), market.answered(100)).await;
    shop.process("order").kill();
    shop.process("fulfilment-2").kill();
    let wishes = buyers.join_all().await.concat();
    assert!(
        wishes.iter().all(|wish| wish.told != OrderOutcome::Placed && wish.orders.len() == 1),
        "somebody was left out"
    );
    for name in ["order", "fulfilment-2"] {
        shop.process(name).begin();
        shop.process(name).is_ready().await;
    }
    comes_to_rest(&shop, &wishes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_process_that_was_stopped_past_its_leases_changes_nothing_when_it_wakes() {
    let _alone = ALONE.lock().await;
    if !Topology::Split.is_possible() {
        return;
    }
    let (mut shop, market) = taken_apart(&["order", "fulfilment"]).await;
    market.outages.store(true, Ordering::SeqCst);
    let mut wishes = Vec::new();
    for round in 0..2 {
        let mut buyers = JoinSet::new();
        for buyer in round * 20..round * 20 + 20 {
            let market = Arc::clone(&market);
            buyers.spawn(async move { market.buy(buyer).await });
        }
        let _silent = tokio::time::timeout(Duration::from_secs(5), market.answered(20)).await;
        let sleeper = if round == 1 { "fulfilment" } else { "order-2" };
        let pid = shop.process(sleeper).pid().unwrap();
        signal(pid, "-STOP");
        tokio::time::sleep(TAKEN_OVER).await; // its leases run out while it sleeps, and others take its work over
        signal(pid, "-CONT");
        wishes.extend(buyers.join_all().await.concat());
    }
    market.assert_no_trouble();
    let left_out = wishes.iter().find(|wish| wish.told == OrderOutcome::Placed || wish.orders.len() != 1);
    assert_eq!(left_out.map(|wish| format!("{wish:?}")), None, "somebody was left out");
    comes_to_rest(&shop, &wishes).await;
}

fn signal(pid: u32, signal: &str) {
    assert!(std::process::Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_are_replaced_one_by_one_under_load_and_no_request_fails() {
    let _alone = ALONE.lock().await;
    if !Topology::Split.is_possible() {
        return;
    }
    let twice = ["catalogue", "order", "fulfilment", "customer"];
    let (mut shop, market) = taken_apart(&twice).await;
    let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut visitors = JoinSet::new();
    for path in ["/products", "/api/catalogue/v1/products", "/products/kea-1", "/login"] {
        let (stop, asked, url) = (Arc::clone(&stop), Arc::clone(&asked), shop.url(path));
        visitors.spawn(async move {
            let client = Client::new();
            let mut failures = Vec::new();
            while !stop.load(Ordering::SeqCst) {
                match client.get(&url).send().await {
                    Ok(answer) if answer.status().as_u16() < 400 => {}
                    Ok(answer) => failures.push(format!("{url}: {}", answer.status())),
                    Err(error) => failures.push(format!("{url}: {error:?}")),
                }
                asked.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(15)).await;
            }
            failures
        });
    }
    let mut buyers = JoinSet::new();
    for buyer in 0..80 {
        let market = Arc::clone(&market);
        buyers.spawn(async move {
            tokio::time::sleep(Duration::from_millis(u64::try_from(buyer).unwrap() * 150)).await;
            market.buy(buyer).await
        });
    }
    for name in twice {
        for instance in [name.to_owned(), format!("{name}-2")] {
            assert!(shop.process(&instance).replace(Version::This).await, "{instance} did not end well");
        }
    }
    let wishes = buyers.join_all().await.concat();
    stop.store(true, Ordering::SeqCst);
    let failures = visitors.join_all().await.concat();
    assert!(failures.is_empty(), "{} of {} failed: {failures:#?}", failures.len(), asked.load(Ordering::SeqCst));
    assert_eq!(market.cut_off.load(Ordering::SeqCst), 0, "no buyer was cut off");
    market.assert_no_trouble();
    comes_to_rest(&shop, &wishes).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_shop_sells_on_while_reports_customers_and_fulfilment_are_away() {
    let _alone = ALONE.lock().await;
    if !Topology::Split.is_possible() {
        return;
    }
    let (mut shop, market) = taken_apart(&[]).await;
    shop.process("reports").kill();
    let mut wishes = market.buy(1).await;
    shop.process("customer").kill();
    let client = Client::new();
    for page in ["/", "/products", "/products/kea-1", "/api/catalogue/v1/products", "/about"] {
        let answer = client.get(shop.url(page)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{page} while customers are away");
    }
    shop.process("customer").begin();
    shop.process("customer").is_ready().await;
    shop.process("fulfilment").kill();
    // An order can be placed while fulfilment is down: it waits for stock, and continues when fulfilment is back.
    let cart = market.fill_cart(2, GOODS[0], 1).await;
    let key = "wish-while-fulfilment-is-away";
    let ordering = {
        let market = Arc::clone(&market);
        tokio::spawn(async move { market.order(2, &cart, key).await })
    };
    eventually(EVENTUALLY_TIMEOUT, || async { (market.answers_so_far() > 0).then_some(()) }).await;
    shop.process("fulfilment").begin();
    shop.process("fulfilment").is_ready().await;
    let (mut wish, payment) = ordering.await.unwrap();
    assert_eq!(market.pay(&payment.unwrap(), "pm_card_visa").await, "succeeded");
    wish.told = OrderOutcome::Paid;
    wishes.push(wish);
    shop.process("reports").begin();
    shop.process("reports").is_ready().await;
    comes_to_rest(&shop, &wishes).await;
}
