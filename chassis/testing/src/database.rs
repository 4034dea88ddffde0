//! Throw-away databases, and workers that run until nothing is left to do.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, ConsumerName, Currency, Envelope, Ids, TaxRate};

use super::{CountingIds, FixedClock, MemoryMailer};
use chassis_messaging::{Inbox as _, SqlMessages, Subscription, WorkQueue as _, Worker};
use chassis_platform::{Platform, Site};
use chassis_sql::{Database, Migration};
use chassis_system::SystemIds;

/// A new SQLite database with the owner's tables; its folder goes when the last handle does.
pub async fn sqlite(owner: &'static str, migrations: &[Migration]) -> Database {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
    let path = folder.path().join(format!("{owner}.db"));
    let database = Database::sqlite_keeping(&path, Some(Box::new(folder))).await;
    let database = database.unwrap_or_else(|error| panic!("cannot open {}: {error:?}", path.display()));
    database.migrate(owner, migrations).await.unwrap_or_else(|error| panic!("cannot migrate: {error:?}"));
    database
}

/// A platform on a throw-away database at noon of 22 November 2026, with counting ids and a mailbox in memory.
pub async fn platform(owner: &'static str, migrations: &[Migration]) -> Platform {
    platform_on(sqlite(owner, migrations).await)
}

/// The same on a database that is there.
pub fn platform_on(database: Database) -> Platform {
    Platform {
        database,
        clock: Arc::new(FixedClock::at("2026-11-22T12:00:00Z")),
        ids: Arc::new(CountingIds::default()),
        mailer: Arc::new(MemoryMailer::default()),
        site: site(),
    }
}

/// The shop that tests are of: in Auckland, found at `http://shop.test`.
pub fn site() -> Site {
    Site {
        name: "The Better Store".to_owned(),
        base_url: "http://shop.test".to_owned(),
        currency: Currency::NZD,
        tax: TaxRate::from_basis_points(1_500),
        time_zone: "Pacific/Auckland".to_owned(),
        mail_from: "The Better Store <shop@shop.test>".to_owned(),
    }
}

/// Puts a message into the inbox and leases it: the cause that a handler would get.
pub async fn leased(database: &Database, consumer: &'static str, envelope: Envelope) -> Cause {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
    let messages = SqlMessages::new(database.clone(), Arc::clone(&clock));
    let consumer = ConsumerName::new(consumer);
    let id = envelope.id.clone();
    messages.accept(consumer, &[envelope]).await.unwrap_or_else(|error| panic!("{error:?}"));
    let claim = chassis_messaging::Claim {
        consumer,
        lanes: 1_000,
        now: clock.now(),
        steady: clock.steady(),
        lease_for: std::time::Duration::from_mins(1),
        lease: shared_kernel::LeaseToken(SystemIds.uuid()),
    };
    let claimed = messages.claim(claim).await.unwrap_or_else(|error| panic!("{error:?}"));
    let mine = claimed.into_iter().find(|delivery| delivery.envelope.id == id);
    mine.unwrap_or_else(|| panic!("message {id} could not be leased")).cause
}

/// Runs the consumers of one context over its own inbox until nothing more is due by `clock`.
pub async fn drive(database: &Database, clock: &Arc<dyn Clock>, subscriptions: &[Subscription]) {
    let messages = Arc::new(SqlMessages::new(database.clone(), Arc::clone(clock)));
    let ids: Arc<dyn Ids> = Arc::new(SystemIds);
    loop {
        let mut idle = true;
        for subscription in subscriptions {
            let worker =
                Worker::new(Arc::clone(&messages) as _, subscription.clone(), Arc::clone(clock), Arc::clone(&ids));
            for delivery in worker.claim(16).await.unwrap_or_else(|error| panic!("{error:?}")) {
                idle = false;
                worker.work(&delivery).await.unwrap_or_else(|error| panic!("{error:?}"));
            }
        }
        if idle {
            return;
        }
    }
}
