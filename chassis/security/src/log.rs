//! Where records go.

use std::sync::{Arc, Mutex, PoisonError};

use shared_kernel::{Clock, CustomerId, Ids};

use super::SecurityEvent;
use super::budget::Budget;
use super::rows::{self, SecurityRecord};
use chassis_sql::Database;

/// Writes records. Cheap to clone; the default writes them to the log only.
#[derive(Clone, Default)]
pub struct SecurityLog(Option<Arc<StoredRecord>>);

struct StoredRecord {
    database: Database,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    budget: Mutex<Budget>,
}

/// What a record is about.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// What was done.
    pub event: SecurityEvent,
    /// Who has done it, if that is known.
    pub actor: Option<CustomerId>,
    /// To what; see [`SecurityRecord::subject`].
    pub subject: &'a str,
    /// The address that the request came from, as far as it can be believed.
    pub address: &'a str,
    /// What the browser or program calls itself.
    pub agent: &'a str,
    pub request_id: &'a str,
}

impl SecurityLog {
    /// Keeps records in a database that has the chassis' tables.
    pub fn new(database: Database, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self(Some(Arc::new(StoredRecord { database, clock, ids, budget: Mutex::default() })))
    }

    /// Writes one. A failure to write is logged and does not stop the request.
    pub async fn write(&self, what: Entry<'_>) {
        let (event, actor, subject) = (what.event.name(), what.actor.map(|id| id.to_string()), what.subject);
        tracing::info!(
            target: "security",
            {
                security.event = event,
                security.actor = actor.as_deref().unwrap_or_default(),
                security.subject = subject,
                client.address = what.address,
                request.id = what.request_id
            },
            "{event}"
        );
        let Some(kept) = &self.0 else { return };
        let now = kept.clock.now();
        let Some(left_out) = kept.budget.lock().unwrap_or_else(PoisonError::into_inner).take(what.event, now) else {
            return;
        };
        let more = if left_out == 0 { String::new() } else { format!(" (and {left_out} more before)") };
        let record = SecurityRecord {
            id: kept.ids.uuid().to_string(),
            at: now,
            event: event.to_owned(),
            actor: what.actor,
            subject: format!("{subject}{more}"),
            address: what.address.to_owned(),
            agent: what.agent.to_owned(),
            request_id: what.request_id.to_owned(),
        };
        if let Err(error) = rows::insert(&kept.database, record).await {
            tracing::error!(error = &error as &dyn std::error::Error, "a security record was not written: {error}");
        }
    }

    /// Forgets from where an erased customer came.
    pub async fn forget(&self, customer: CustomerId) {
        let Some(kept) = &self.0 else { return };
        let done = kept.database.write(move |tx| Box::pin(rows::forget(tx, customer))).await;
        if let Err(error) = done {
            tracing::error!(error = &error as &dyn std::error::Error, "the security log was not cleared: {error}");
        }
    }
}
