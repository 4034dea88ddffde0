//! The shop's behaviour, in Gherkin, over HTTP against the real binary.
//!
//! Scenarios share a shop and keep out of each other's way by having their own products and customers. Those tagged
//! `@impatient` run against a shop whose deadlines are seconds; those tagged `@own` get a shop to themselves.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a scenario that cannot go on ends here, and says where")]
#![expect(clippy::unused_async, reason = "steps are asynchronous by contract")]
#![expect(clippy::print_stdout, reason = "the last line tells how many steps passed")]

mod actors;
mod product_fixtures;
mod shops;
mod steps;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "these tests need only a part of what all share")]
mod support;
mod world;

use cucumber::World as _;
use cucumber::writer::Stats as _;
use futures_util::FutureExt as _;

use support::process::Topology;

/// The same scenarios, word for word, against the shop in each of its forms; `STORE_TEST_TOPOLOGY=2` picks one.
fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut failed = false;
    for (number, topology) in (1..).zip(Topology::ALL) {
        if only().is_none_or(|only| only == number) && topology.is_possible() {
            println!("\n--- {}", topology.name());
            failed |= runtime.block_on(run(topology));
        }
    }
    std::process::exit(i32::from(failed));
}

#[expect(clippy::disallowed_methods, reason = "a test's own switch, not a setting of the shop")]
fn only() -> Option<u32> {
    std::env::var("STORE_TEST_TOPOLOGY").ok()?.parse().ok()
}

/// Runs all scenarios; answers whether any failed.
async fn run(topology: Topology) -> bool {
    let ran = world::World::cucumber()
        .max_concurrent_scenarios(4)
        .fail_on_skipped()
        .before(move |_, _, scenario, world| {
            async move {
                world.shop = Some(shops::shop_for(topology, &scenario.tags).await);
            }
            .boxed()
        })
        .with_default_cli()
        .run(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/features"))
        .await;
    shops::close().await;
    println!("{}: {} passed, {} failed", topology.name(), ran.passed_steps(), ran.failed_steps());
    ran.execution_has_failed()
}
