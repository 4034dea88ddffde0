//! A shop outgrows its files: killed in the middle of its business, it moves onto PostgreSQL and JetStream and goes on
//! there, however often the move is cut off.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::ALONE;
use crate::backup::{refused, run};
use crate::buyers::Buyers;
use crate::evidence::OrderOutcome;
use crate::kill::comes_to_rest;
use crate::support::process::{Servers, Shop, Topology};

const BUYERS: usize = 100;

fn on_record(shop: &Shop) -> Vec<Value> {
    tokio::task::block_in_place(|| shop.audit())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_shop_moves_onto_servers_in_the_middle_of_its_business_however_often_it_is_cut_off() {
    let _alone = ALONE.lock().await;
    if !Topology::Servers.is_possible() {
        return;
    }
    let mut shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let market = Arc::new(Buyers::set_up(&shop, 20, 10_000).await);
    let mut buyers = JoinSet::new();
    for buyer in 0..BUYERS {
        let market = Arc::clone(&market);
        buyers.spawn(async move { market.buy(buyer).await });
    }
    let _silent = tokio::time::timeout(Duration::from_secs(20), market.answered(250)).await;
    market.set_open(false);
    shop.kill();
    let before = on_record(&shop);
    shop.move_onto(Servers::start(false));

    let plan = run(&shop, &["promote", "--dry-run"]);
    assert!(plan.contains("nothing is there yet") && plan.ends_with("nothing was moved\n"), "{plan}");
    let tables = |part: &str| plan.lines().filter(|line| line.starts_with(part) && line.contains(" rows ")).count();
    let catalogue = tables("catalogue");
    for lines in [1, catalogue, catalogue + tables("order"), catalogue] {
        shop.kill_after_lines(&["promote"], lines);
        assert!(refused(&shop, &["audit", "--json"]).contains("`better-store promote` was cut off here: run it again"));
    }
    let moved = run(&shop, &["promote"]);
    for line in plan.lines().filter(|line| line.contains(" rows ") && !line.contains(" marker ")) {
        assert!(moved.contains(line), "{line} is not in {moved}");
    }
    assert_eq!(on_record(&shop), before);
    let again = refused(&shop, &["promote"]);
    assert!(again.contains("is not empty"), "{again}");

    shop.start().await;
    market.set_open(true);
    let wishes = buyers.join_all().await.concat();
    comes_to_rest(&shop, &wishes).await;
    assert!(
        wishes.iter().all(|wish| wish.told != OrderOutcome::Placed && wish.orders.len() == 1),
        "somebody was left out"
    );
    market.assert_no_trouble();
}
