//! The shop on PostgreSQL and JetStream, while the shop itself, PostgreSQL and the broker are killed thirty times each
//! in the middle of two hundred purchases; and a broker that loses everything it has.
//!
//! Buyers may be told to come back as long as the database is away; nothing else may go wrong, and in the end the books
//! agree.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::ALONE;
use crate::buyers::Buyers;
use crate::evidence::{OrderOutcome, OrderRequest};
use crate::kill::{BUYERS, Chance, comes_to_rest, seed};
use crate::support::process::{Plan, Shop, Topology};

const KILLS_OF_EACH: usize = 30;
/// A server is killed anyway if the shop answers nothing for this long.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Copy)]
enum Victim {
    Shop,
    Database,
    Broker,
}

const VICTIMS: [Victim; 3] = [Victim::Shop, Victim::Database, Victim::Broker];

async fn strike(victim: Victim, shop: &mut Shop, market: &Buyers) {
    match victim {
        Victim::Shop => {
            market.set_open(false);
            shop.kill();
            assert!(!shop.log().contains("panicked at"), "{}", shop.log());
            shop.start().await;
            market.set_open(true);
        }
        Victim::Database => {
            let mut cluster = shop.servers.as_ref().unwrap().cluster();
            cluster.kill();
            cluster.start_again();
        }
        Victim::Broker => {
            let nats = &mut shop.servers.as_mut().unwrap().nats;
            nats.kill();
            nats.start_again();
        }
    }
}

fn buyers(market: &Arc<Buyers>) -> JoinSet<Vec<OrderRequest>> {
    let mut buyers = JoinSet::new();
    for buyer in 0..BUYERS {
        let market = Arc::clone(market);
        buyers.spawn(async move { market.buy(buyer).await });
    }
    buyers
}

async fn open() -> (Shop, Arc<Buyers>) {
    let settings = &[("STORE_DEMO", "off")];
    let plan = Plan { topology: Topology::Servers, settings, own_cluster: true, ..Plan::default() };
    let mut shop = Shop::planned(&plan);
    shop.start().await;
    let market = Arc::new(Buyers::set_up(&shop, 20, 10_000).await);
    market.outages.store(true, Ordering::SeqCst);
    (shop, market)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_doubled_or_stuck_when_shop_database_and_broker_are_killed_again_and_again() {
    let _alone = ALONE.lock().await;
    if !Topology::Servers.is_possible() {
        return;
    }
    let seed = seed();
    println!("SEED={seed}");
    let mut chance = Chance(seed);
    let (mut shop, market) = open().await;
    let begun = Instant::now();
    let buyers = buyers(&market);
    let (mut left, mut with_work) = ([KILLS_OF_EACH; 3], 0);
    while left.iter().sum::<usize>() > 0 {
        let waiting = u64::try_from(BUYERS - market.served()).unwrap();
        let pace = 2 * 4 * waiting / u64::try_from(left.iter().sum::<usize>()).unwrap();
        let busy = async {
            market.answered(chance.below(pace + 1)).await;
            tokio::time::sleep(Duration::from_micros(chance.below(10_000))).await;
        };
        let _silent = tokio::time::timeout(RESPONSE_TIMEOUT, busy).await;
        let mut turn = usize::try_from(chance.below(3)).unwrap();
        while left[turn] == 0 {
            turn = (turn + 1) % 3;
        }
        left[turn] -= 1;
        with_work += usize::from(market.outstanding() > 0);
        strike(VICTIMS[turn], &mut shop, &market).await;
    }
    let wishes = buyers.join_all().await.concat();
    comes_to_rest(&shop, &wishes).await;
    println!("90 kills, {with_work} with work in flight, {:?} in all", begun.elapsed());
    assert!(
        wishes.iter().all(|wish| wish.told != OrderOutcome::Placed && wish.orders.len() == 1),
        "somebody was left out"
    );
    assert!(with_work >= 45, "only {with_work} kills hit work");
    market.assert_no_trouble();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_broker_that_loses_everything_it_has_costs_nothing() {
    let _alone = ALONE.lock().await;
    if !Topology::Servers.is_possible() {
        return;
    }
    let (mut shop, market) = open().await;
    let buyers = buyers(&market);
    for _ in 0..3 {
        let _silent = tokio::time::timeout(RESPONSE_TIMEOUT, market.answered(150)).await;
        let nats = &mut shop.servers.as_mut().unwrap().nats;
        nats.kill();
        nats.wipe();
        nats.start_again();
    }
    let wishes = buyers.join_all().await.concat();
    comes_to_rest(&shop, &wishes).await;
    assert!(
        wishes.iter().all(|wish| wish.told != OrderOutcome::Placed && wish.orders.len() == 1),
        "somebody was left out"
    );
    market.assert_no_trouble();
}
