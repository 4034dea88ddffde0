//! The power fails sixty times in the middle of two hundred purchases.
//!
//! The process is killed with SIGKILL at random moments: after a random number of answers and a random time, so that
//! requests, relays, consumers and webhooks are all cut off somewhere. Buyers repeat what they have asked. Nothing is
//! lost, nothing happens twice, and nothing is stuck.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chassis::testing::eventually;
use tokio::task::JoinSet;

use crate::ALONE;
use crate::buyers::Buyers;
use crate::evidence::{Evidence, OrderOutcome, OrderRequest};
use crate::oracle::violations;
use crate::support::process::Shop;

pub const BUYERS: usize = 200;
const KILLS: usize = 60;
/// At least this many kills have to hit work in progress.
const IN_FLIGHT: usize = 40;
/// A shop that answers nothing for this long is killed anyway.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);
const SETTLE_TIMEOUT: Duration = Duration::from_secs(90);

/// A small generator that makes the same numbers from the same seed (splitmix64).
pub struct Chance(pub u64);

impl Chance {
    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

#[expect(clippy::disallowed_methods, reason = "a seed to repeat comes from anyone who repeats it")]
/// Where to begin: the number in `SEED`, or any.
pub fn seed() -> u64 {
    let given = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0)
}

/// What sixty kills have hit.
#[derive(Default)]
struct Tally {
    kills: usize,
    /// Requests outstanding at each kill.
    outstanding: Vec<usize>,
    /// How long each start took until the shop was ready.
    starts: Vec<Duration>,
}

impl Tally {
    fn with_work(&self) -> usize {
        self.outstanding.iter().filter(|count| **count > 0).count()
    }

    fn report(&self, elapsed: Duration) -> String {
        let longest = self.starts.iter().max().copied().unwrap_or_default();
        let mean = self.starts.iter().sum::<Duration>() / u32::try_from(self.starts.len().max(1)).unwrap();
        format!(
            "{} kills, {} with work in flight ({} requests cut off); ready again after {mean:?} on average, {longest:?} at most; {elapsed:?} in all",
            self.kills,
            self.with_work(),
            self.outstanding.iter().sum::<usize>(),
        )
    }
}

async fn kill_and_restart(shop: &mut Shop, market: &Buyers, chance: &mut Chance, tally: &mut Tally) {
    // A buyer needs four answers at least; at this pace the last is served as the last kill falls.
    let (waiting, left) = (BUYERS - market.served(), KILLS - tally.kills);
    let pace = u64::try_from(2 * 4 * waiting / left).unwrap();
    let (answers, moment) = (chance.below(pace + 1), Duration::from_micros(chance.below(10_000)));
    let busy = async {
        market.answered(answers).await;
        // A moment later, unless this is the moment.
        let _passed = tokio::time::timeout(moment, market.answered(u64::from(u32::MAX))).await;
    };
    let _silent = tokio::time::timeout(RESPONSE_TIMEOUT, busy).await;
    tally.outstanding.push(market.outstanding());
    market.set_open(false);
    shop.kill();
    assert!(!shop.log().contains("panicked at"), "{}", shop.log());
    let begun = Instant::now();
    shop.start().await;
    tally.starts.push(begun.elapsed());
    tally.kills += 1;
    market.set_open(true);
}

/// Waits until the books are in order; when they do not get there, says what is wrong.
pub async fn comes_to_rest(shop: &Shop, wishes: &[OrderRequest]) -> Evidence {
    rests_within(SETTLE_TIMEOUT, || Evidence::of(shop, wishes)).await
}

/// The same with records read by `books`, within `rest`.
pub async fn rests_within(rest: Duration, books: impl Fn() -> Evidence) -> Evidence {
    let last = Mutex::new(Vec::new());
    let in_order = eventually(rest * 2, || async {
        let evidence = books();
        let found = violations(&evidence);
        let rests = found.is_empty();
        *last.lock().unwrap() = found;
        rests.then_some(evidence)
    });
    let rested = tokio::time::timeout(rest, in_order).await;
    rested.unwrap_or_else(|_| {
        let found = last.lock().unwrap();
        panic!("{} violations: {:#?}", found.len(), &found[..found.len().min(20)])
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_doubled_or_stuck_when_the_process_is_killed_again_and_again() {
    let _alone = ALONE.lock().await;
    let seed = seed();
    println!("SEED={seed}");
    let mut chance = Chance(seed);
    let mut shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let market = Arc::new(Buyers::set_up(&shop, 20, 10_000).await);
    let begun = Instant::now();
    let mut buyers = JoinSet::new();
    for buyer in 0..BUYERS {
        let market = Arc::clone(&market);
        buyers.spawn(async move { market.buy(buyer).await });
    }
    let mut tally = Tally::default();
    for _ in 0..KILLS {
        kill_and_restart(&mut shop, &market, &mut chance, &mut tally).await;
    }
    let wishes = buyers.join_all().await.concat();
    comes_to_rest(&shop, &wishes).await;
    println!("{}", tally.report(begun.elapsed()));
    assert!(
        wishes.iter().all(|wish| wish.told != OrderOutcome::Placed && wish.orders.len() == 1),
        "somebody was left out"
    );
    assert!(tally.with_work() >= IN_FLIGHT, "only {} kills hit work: {:?}", tally.with_work(), tally.outstanding);
    market.assert_no_trouble();
}
