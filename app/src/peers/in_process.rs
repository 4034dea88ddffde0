//! The answers when the context lives in this process.

use std::sync::Arc;

use async_trait::async_trait;
use catalogue::{CatalogueModule, ProductCard};
use chassis::messaging::{DeadLetters, Replay, ReplayError, flow};
use chassis::security::records;
use chassis::sql::Database;
use chassis::web::CallerContext;
use customer::CustomerModule;
use customer::domain::{EmailAddress, PersonName};
use shared_kernel::{Clock, CustomerId, StoreError};

use super::{
    CategorySummary, ContextTopology, Counts, DashboardCount, DeadLetterView, Decision, ErrorView, LogEntry, LogQuery,
    MAX_DEAD_LETTERS_SHOWN, Operations, People, Person, Shopfront, letter_name,
};
use crate::composition::modules::Modules;
use crate::config::parts::Part;

/// The catalogue, if it is here.
pub struct LocalShopfront(pub Arc<Modules>);

impl LocalShopfront {
    fn catalogue(&self) -> Result<&CatalogueModule, StoreError> {
        self.0.get::<CatalogueModule>().ok_or_else(|| StoreError::unavailable("the catalogue is not here"))
    }
}

#[async_trait]
impl Shopfront for LocalShopfront {
    async fn featured(&self, _: &CallerContext, limit: u32) -> Result<Vec<ProductCard>, StoreError> {
        self.catalogue()?.featured(limit as usize).await
    }

    async fn categories(&self, _: &CallerContext) -> Result<Vec<CategorySummary>, StoreError> {
        let summary = |count: catalogue::CategoryCount| CategorySummary {
            name: count.name,
            slug: count.slug,
            products: count.products,
        };
        Ok(self.catalogue()?.categories().await?.into_iter().map(summary).collect())
    }

    async fn public_paths(&self, _: &CallerContext) -> Result<Vec<String>, StoreError> {
        self.catalogue()?.sitemap_paths().await
    }
}

/// The customers, if they are here.
pub struct LocalPeople(pub Arc<Modules>);

#[async_trait]
impl People for LocalPeople {
    async fn find(&self, _: &CallerContext, id: CustomerId) -> Result<Option<Person>, StoreError> {
        let customers =
            self.0.get::<CustomerModule>().ok_or_else(|| StoreError::unavailable("the customers are not here"))?;
        let person = |(name, email): (PersonName, EmailAddress)| Person {
            name: format!("{} {}", name.first(), name.last()),
            email: email.as_str().to_owned(),
        };
        Ok(customers.find(id).await?.map(person))
    }
}

/// One context of this process, as its operator sees it.
pub struct LocalOperations {
    part: Part,
    modules: Arc<Modules>,
    letters: DeadLetters,
    replay: Replay,
    database: Database,
    /// By which the messages of the database are stamped.
    clock: Arc<dyn Clock>,
}

impl LocalOperations {
    /// Of this context; `letters` and `replay` may be those of the whole process.
    pub fn new(
        part: Part,
        modules: Arc<Modules>,
        letters: &DeadLetters,
        replay: &Replay,
        database: Database,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { part, modules, letters: letters.only(part.name()), replay: replay.clone(), database, clock }
    }

    fn is_own(&self, consumer: &str) -> bool {
        consumer.split_once('/').is_some_and(|(context, _)| context == self.part.name())
    }
}

/// What went wrong in this process, whichever part of it.
pub(super) fn errors() -> Vec<ErrorView> {
    chassis::telemetry::errors().into_iter().map(ErrorView::from).collect()
}

#[async_trait]
impl Operations for LocalOperations {
    async fn counts(&self, _: &CallerContext) -> Result<Counts, StoreError> {
        let (inboxes, work) = (self.letters.counts().await?, self.modules.open_work(self.part).await?);
        let (_, inbox) = inboxes.first().ok_or_else(|| StoreError::unavailable("the context is not here"))?;
        Ok(Counts::of(inbox, work.iter().map(DashboardCount::from).collect()))
    }

    async fn dead_letters(&self, _: &CallerContext) -> Result<Vec<DeadLetterView>, StoreError> {
        Ok(self.letters.list(MAX_DEAD_LETTERS_SHOWN).await?.into_iter().map(DeadLetterView::from).collect())
    }

    async fn decide(&self, _: &CallerContext, letter: &str, decision: Decision) -> Result<bool, StoreError> {
        let Some(name) = letter_name(letter) else { return Ok(false) };
        match decision {
            Decision::Retry => self.letters.retry(&name).await,
            Decision::Discard => self.letters.discard(&name).await,
        }
    }

    async fn errors(&self, _: &CallerContext) -> Result<Vec<ErrorView>, StoreError> {
        Ok(errors())
    }

    async fn rebuildable(&self, _: &CallerContext) -> Result<Vec<String>, StoreError> {
        Ok(self.replay.rebuildable().into_iter().filter(|consumer| self.is_own(consumer)).collect())
    }

    async fn security_log(&self, _: &CallerContext, query: &LogQuery) -> Result<Vec<LogEntry>, StoreError> {
        let found = records(&self.database, &query.before, &query.event, MAX_DEAD_LETTERS_SHOWN).await?;
        Ok(found.into_iter().map(LogEntry::from).collect())
    }

    async fn topology(&self, _: &CallerContext) -> Result<ContextTopology, StoreError> {
        let flow = flow(&self.database, self.clock.now()).await?;
        let (subscriptions, _) = self.modules.lists(self.part);
        Ok(ContextTopology::of(self.part.name(), self.modules.published_events(self.part), &subscriptions, &flow))
    }

    async fn replay(&self, _: &CallerContext, consumer: &str) -> Result<(), ReplayError> {
        if !self.is_own(consumer) {
            return Err(ReplayError::NoSuchConsumer(consumer.to_owned()));
        }
        self.replay.start(consumer).await
    }
}
