//! The shop's behaviour, in Gherkin, over HTTP against the real binary.
//!
//! Scenarios share a shop and keep out of each other's way by having their own products and customers. Those tagged
//! `@impatient` run against a shop whose deadlines are seconds; those tagged `@own` get a shop to themselves.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a scenario that cannot go on ends here, and says where")]
#![expect(clippy::unused_async, reason = "steps are asynchronous by contract")]

mod people;
mod shops;
mod steps;
mod things;
#[path = "../support/mod.rs"]
mod support;
mod world;

use cucumber::World as _;
use futures_util::FutureExt as _;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        world::World::cucumber()
            .max_concurrent_scenarios(4)
            .fail_on_skipped()
            .before(|_, _, scenario, world| {
                async move {
                    world.shop = Some(shops::shop_for(&scenario.tags).await);
                }
                .boxed()
            })
            .with_default_cli()
            .filter_run_and_exit(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/features"), |_, _, _| true)
            .await;
    });
}
