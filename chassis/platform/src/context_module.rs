//! What a context hands to the app: what it serves, what it listens to, its timers, and what waits for staff.
//!
//! How a context is started is not part of it: each takes settings of its own.

use std::any::Any;

use async_trait::async_trait;
use chassis_messaging::{AuditSink, Job, PublishedEvent, Subscription};
use shared_kernel::StoreError;
use utoipa_actix_web::service_config::ServiceConfig;

/// A context that runs in this process.
///
/// The app keeps its contexts in one list of these. What it asks of one context alone (a command, a page that joins
/// contexts) it asks of the module's own type, which [`Any`] gives back.
#[async_trait]
pub trait ContextModule: Any + Send + Sync {
    /// Registers the JSON API, below `/api/<context>/v1`.
    fn register_api(&self, config: &mut ServiceConfig<'_>);

    /// Registers the pages.
    fn register_pages(&self, config: &mut actix_web::web::ServiceConfig);

    /// What the context listens to: events of others, and its own tasks.
    fn subscriptions(&self) -> Vec<Subscription>;

    /// The facts that it states to others: a golden file and a schema in its `contract/` for each.
    fn published_events(&self) -> &'static [PublishedEvent];

    /// Timers.
    fn jobs(&self) -> Vec<Job>;

    /// Sends every record of the context, as JSON without personal data. Ends early if the reader has gone.
    ///
    /// # Errors
    /// The store's.
    async fn write_audit(&self, to: &AuditSink) -> Result<(), StoreError>;

    /// What waits for staff, each kind counted up to [`shared_kernel::Limit::MAX`].
    ///
    /// # Errors
    /// The store's.
    async fn open_work(&self) -> Result<Vec<OpenWork>, StoreError> {
        Ok(Vec::new())
    }
}

/// One kind of work that waits for staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWork {
    /// What waits, such as "to send".
    pub label: &'static str,
    pub count: usize,
    /// The page where it is done.
    pub link: &'static str,
    /// Whether it should not wait for long.
    pub is_urgent: bool,
}
