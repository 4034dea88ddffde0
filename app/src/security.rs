//! The security log of this process: where it is kept, what of the staff's work has a name of its own in it, and when old
//! records go.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use chassis::security::{SecurityEvent, SecurityLog, SecurityTrail, remove_before};
use chassis::sql::Database;
use shared_kernel::{Clock, Ids};
use tokio_util::sync::CancellationToken;

use crate::parts::Part;
use crate::peers::{Decision, letter_name};

/// How often old records are looked for.
const CLEANUP_INTERVAL: Duration = Duration::from_hours(1);

/// Kept beside the customers where these are here, and otherwise with the first context of the process.
pub fn log(databases: &[(Part, Database)], clock: &Arc<dyn Clock>, ids: &Arc<dyn Ids>) -> SecurityLog {
    let customers = databases.iter().find(|(part, _)| *part == Part::Customer);
    let Some((_, database)) = customers.or_else(|| databases.first()) else { return SecurityLog::default() };
    SecurityLog::new(database.clone(), Arc::clone(clock), Arc::clone(ids))
}

/// Downloads that are named in the log: they change nothing, so a 200 says all. What changes something is told by its
/// handler, which knows whether it was done.
pub fn recorded() -> Vec<(Method, &'static str, SecurityEvent)> {
    let downloads = [
        "/admin/products/export.csv",
        "/admin/products/import/{run}/before.csv",
        "/api/catalogue/v1/exports/products.csv",
        "/admin/reports/monthly.csv",
        "/admin/reports/products.csv",
        "/admin/reports/categories.csv",
        "/admin/reports/refunds.csv",
        "/admin/reports/sales.csv",
    ];
    downloads.map(|path| (Method::GET, path, SecurityEvent::Exported)).into()
}

/// Notes what was decided about a dead letter; nothing if there was none.
pub async fn note_decision(trail: &SecurityTrail, letter: &str, decision: Decision, found: bool) {
    let event = match decision {
        Decision::Retry => SecurityEvent::DeadLetterRetried,
        Decision::Discard => SecurityEvent::DeadLetterDiscarded,
    };
    if found {
        trail.note(event, &letter_name(letter).unwrap_or_default()).await;
    }
}

/// Removes records that are older than they are kept, until it is told to stop.
pub async fn sweep(databases: Vec<Database>, clock: Arc<dyn Clock>, keep: Duration, stop: CancellationToken) {
    loop {
        for database in &databases {
            if let Err(error) = remove_before(database, clock.now().minus(keep)).await {
                tracing::warn!("old security records could not be removed: {error}");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(CLEANUP_INTERVAL) => {}
        }
    }
}
