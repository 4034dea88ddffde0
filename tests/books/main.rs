//! Orders, reports and the payment provider's books, driven through random histories of payments, refunds and disputes
//! with events that come twice, in any order, late or never: at the end all three agree.
//!
//! The provider is a stand-in that holds the truth; stores are those in memory, which pass the same suites as the tables.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod chance;
mod world;

use chance::Chance;
use world::{Events, World};

/// Each seed is a history of its own; a failure names it.
const HISTORIES: u64 = 200;

#[tokio::test]
async fn whatever_events_come_in_whatever_order_all_books_agree_when_none_is_lost() {
    for seed in 0..HISTORIES {
        let mut world = World::new(seed);
        world.live(Events::AllArrive).await;
        world.everything_arrives().await;
        world.works().await;
        world.all_books_agree().await;
    }
}

#[tokio::test]
async fn what_lost_events_would_have_told_is_found_by_reconciliation() {
    for seed in 0..HISTORIES {
        let mut world = World::new(1_000_000 + seed);
        world.live(Events::SomeAreLost).await;
        world.works().await;
        let summary = world.reconciles().await;
        assert_eq!(summary.unanswered, [], "seed {}", world.seed());
        world.works().await;
        world.all_books_agree().await;
        let again = world.reconciles().await;
        assert_eq!(again.repaired, [], "seed {}: a second comparison finds nothing", world.seed());
    }
}

#[tokio::test]
async fn the_timer_finds_the_same_slice_by_slice() {
    for seed in 0..20 {
        let mut world = World::new(2_000_000 + seed);
        world.live(Events::SomeAreLost).await;
        world.works().await;
        for _ in 0..3 {
            world.takes_a_slice().await;
            world.works().await;
        }
        world.all_books_agree().await;
    }
}

#[test]
fn chance_is_the_same_for_the_same_seed() {
    let draw = |seed| {
        let mut chance = Chance::new(seed);
        (0..8).map(|_| chance.below(1_000)).collect::<Vec<_>>()
    };
    assert_eq!(draw(7), draw(7));
    assert_ne!(draw(7), draw(8));
}
