//! The contexts that this process holds.

use std::any::Any;

use anyhow::Context as _;
use chassis::messaging::{AuditSink, Job, PublishedEvent, Subscription};
use chassis::{ContextModule, OpenWork, Platform};
use shared_kernel::StoreError;
use utoipa_actix_web::service_config::ServiceConfig;

use super::contexts;
use super::setup::Setup;
use crate::config::parts::Part;

/// The contexts of this process. The whole shop holds all of them.
pub struct Modules(Vec<(Part, Box<dyn ContextModule>)>);

impl Modules {
    /// Brings the tables of each context up to date for which there is a platform, and puts it together.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn start(setup: &Setup<'_>, platform: impl Fn(Part) -> Option<Platform>) -> anyhow::Result<Self> {
        contexts::start(setup, platform).await.map(Self)
    }

    /// One of them by its own type, for what only it can do; `None` if another process holds it.
    pub fn get<M: ContextModule>(&self) -> Option<&M> {
        self.iter().find_map(|module| (module as &dyn Any).downcast_ref())
    }

    /// The same for a command, which cannot go on without it.
    ///
    /// # Errors
    /// If it is not here.
    pub fn require<M: ContextModule>(&self, part: Part) -> anyhow::Result<&M> {
        let name = part.name();
        self.get::<M>().with_context(|| {
            format!("{name} is not in this process: give the command where STORE_CONTEXTS names {name}")
        })
    }

    fn iter(&self) -> impl Iterator<Item = &(dyn ContextModule + 'static)> {
        self.0.iter().map(|(_, module)| module.as_ref())
    }

    fn part(&self, context: Part) -> Option<&(dyn ContextModule + 'static)> {
        self.0.iter().find(|(part, _)| *part == context).map(|(_, module)| module.as_ref())
    }

    /// Registers the JSON API of all of them.
    pub fn register_api(&self, config: &mut ServiceConfig<'_>) {
        self.iter().for_each(|module| module.register_api(config));
    }

    /// Registers the pages of all of them.
    pub fn register_pages(&self, config: &mut actix_web::web::ServiceConfig) {
        self.iter().for_each(|module| module.register_pages(config));
    }

    /// What a context listens to, and its timers.
    pub fn lists(&self, context: Part) -> (Vec<Subscription>, Vec<Job>) {
        self.part(context).map(|module| (module.subscriptions(), module.jobs())).unwrap_or_default()
    }

    /// The facts that a context states.
    pub fn published_events(&self, context: Part) -> &'static [PublishedEvent] {
        self.part(context).map(ContextModule::published_events).unwrap_or_default()
    }

    /// What waits for staff in a context.
    ///
    /// # Errors
    /// The store's.
    pub async fn open_work(&self, context: Part) -> Result<Vec<OpenWork>, StoreError> {
        match self.part(context) {
            Some(module) => module.open_work().await,
            None => Ok(Vec::new()),
        }
    }

    /// Every record of the contexts that are here.
    ///
    /// # Errors
    /// The first store's that fails.
    pub async fn write_audit(&self, to: &AuditSink) -> Result<(), StoreError> {
        for module in self.iter() {
            module.write_audit(to).await?;
        }
        Ok(())
    }
}
