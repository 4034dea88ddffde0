//! The context put together as in a running shop, on a throw-away database.

use std::sync::Arc;

use chassis::ContextModule as _;
use chassis::messaging::{Delivery, Handled, Handler, Inbox, SqlMessages};
use chassis::sql::Database;
use chassis::testing::{Leftovers, a_cause, drive, platform_on};
use reports::adapters::inbound::consumers::catalogue::{KEEP_PRODUCTS, PRODUCT_FACTS};
use reports::adapters::inbound::consumers::order::{ERASURE_FACTS, FORGET_REASONS, RECORD_SALES, RecordSales};
use reports::adapters::outbound::sql::{MIGRATIONS, SqlBooks};
use reports::application::RecordFact;
use reports::domain::ShopCalendar;
use reports::{ReportsModule, ReportsSettings};
use shared_kernel::{Clock, Envelope, Timestamp};

use crate::storage::Storage;

/// A shop with one context. Its test fails if messages are left undelivered or dead.
pub struct TestShop {
    pub module: ReportsModule,
    pub database: Database,
    pub clock: Arc<dyn Clock>,
    books: SqlBooks,
    leftovers: Leftovers,
}

impl TestShop {
    /// At noon of 22 November 2026, UTC; the shop is in Auckland.
    pub async fn open(on: Storage) -> Self {
        Self::over(on.database("reports", MIGRATIONS).await).await
    }

    /// The same over a database that is there.
    pub async fn over(database: Database) -> Self {
        let platform = platform_on(database);
        let (database, clock) = (platform.database.clone(), Arc::clone(&platform.clock));
        let recorder = chassis::messaging::Recorder::new("reports", Arc::clone(&clock), Arc::clone(&platform.ids));
        let books = SqlBooks::new(database.clone(), recorder, "Pacific/Auckland");
        let module = ReportsModule::start(ReportsSettings::default(), platform).await.unwrap();
        Self { module, database, clock, books, leftovers: Leftovers::default() }
    }

    /// Puts the messages into the inboxes of their subscribers, and works until nothing is left to do.
    pub async fn hears(&self, messages: &[Envelope]) {
        let inbox = SqlMessages::new(self.database.clone(), Arc::clone(&self.clock));
        for message in messages {
            let consumer = match &*message.event_type {
                kind if PRODUCT_FACTS.contains(&kind) => KEEP_PRODUCTS,
                kind if ERASURE_FACTS.contains(&kind) => FORGET_REASONS,
                _ => RECORD_SALES,
            };
            inbox.accept(consumer, std::slice::from_ref(message)).await.unwrap();
        }
        drive(&self.database, &self.clock, &self.module.subscriptions()).await;
        self.leftovers.look(&inbox).await;
    }

    /// What the handler of order facts answers to one message.
    pub async fn handle(&self, message: &Envelope) -> Handled {
        let calendar = ShopCalendar::of("Pacific/Auckland").unwrap();
        let handler = RecordSales(Arc::new(RecordFact::new(Arc::new(self.books.clone()), calendar)));
        let delivery = Delivery {
            envelope: message.clone(),
            cause: a_cause("record-sales"),
            attempt: 1,
            received_at: Timestamp::from_micros(0),
        };
        handler.handle(&delivery).await
    }
}
