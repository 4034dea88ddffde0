//! The contexts of the shop: the one list to which a new one is added, after its name in [`Part`].

use std::pin::Pin;

use anyhow::Context as _;
use catalogue::CatalogueModule;
use chassis::sql::Migration;
use chassis::{ContextModule, Platform};
use customer::CustomerModule;
use fulfilment::FulfilmentModule;
use order::{OrderModule, OrderSettings};
use reports::ReportsModule;
use shared_kernel::StoreError;
use stripe_sandbox::Sandbox;

use super::setup::Setup;
use crate::config::parts::Part;

type Starting = Pin<Box<dyn Future<Output = anyhow::Result<Box<dyn ContextModule>>>>>;

/// How a context is made.
struct ContextEntry {
    part: Part,
    migrations: &'static [Migration],
    /// Brings its tables up to date and puts it together.
    start: fn(&Setup<'_>, Platform) -> Starting,
}

const CONTEXTS: [ContextEntry; 5] = [
    ContextEntry {
        part: Part::Catalogue,
        migrations: CatalogueModule::MIGRATIONS,
        start: |_, platform| boxed(CatalogueModule::start(platform), "catalogue"),
    },
    ContextEntry {
        part: Part::Order,
        migrations: OrderModule::MIGRATIONS,
        start: |setup, platform| Box::pin(start_order(setup.order(), platform)),
    },
    ContextEntry {
        part: Part::Fulfilment,
        migrations: FulfilmentModule::MIGRATIONS,
        start: |setup, platform| boxed(FulfilmentModule::start(setup.fulfilment(), platform), "fulfilment"),
    },
    ContextEntry {
        part: Part::Reports,
        migrations: ReportsModule::MIGRATIONS,
        start: |setup, platform| boxed(ReportsModule::start(setup.reports(), platform), "reports"),
    },
    ContextEntry {
        part: Part::Customer,
        migrations: CustomerModule::MIGRATIONS,
        start: |setup, platform| boxed(CustomerModule::start(setup.customer(), platform), "customer"),
    },
];

fn boxed<M: ContextModule>(
    starting: impl Future<Output = Result<M, StoreError>> + 'static,
    name: &'static str,
) -> Starting {
    Box::pin(async move { Ok(Box::new(starting.await.context(name)?) as Box<dyn ContextModule>) })
}

/// A shop sells in one currency as long as it lives, and the orders remember which.
async fn start_order(settings: OrderSettings, platform: Platform) -> anyhow::Result<Box<dyn ContextModule>> {
    let (database, currency, clock) = (platform.database.clone(), platform.site.currency, platform.clock.clone());
    let order = OrderModule::start(settings, platform).await.context("order")?;
    database.keep_currency(currency, OrderModule::CURRENCY_IN_USE, clock.now()).await?;
    Ok(Box::new(order))
}

/// Brings the tables of each context up to date for which there is a platform, and puts it together.
pub(super) async fn start(
    setup: &Setup<'_>,
    platform: impl Fn(Part) -> Option<Platform>,
) -> anyhow::Result<Vec<(Part, Box<dyn ContextModule>)>> {
    let mut started = Vec::new();
    for entry in &CONTEXTS {
        if let Some(platform) = platform(entry.part) {
            started.push((entry.part, (entry.start)(setup, platform).await?));
        }
    }
    Ok(started)
}

/// The steps that make a part's tables.
pub fn migrations(part: Part) -> &'static [Migration] {
    if part == Part::Sandbox {
        return Sandbox::MIGRATIONS;
    }
    CONTEXTS.iter().find(|entry| entry.part == part).map_or(&[], |entry| entry.migrations)
}

#[test]
fn every_part_that_is_a_context_can_be_made() {
    assert_eq!(CONTEXTS.map(|entry| entry.part), Part::CONTEXTS);
}
