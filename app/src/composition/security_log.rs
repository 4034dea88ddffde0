//! The security log of this process: where it is kept, and when old records go.

use std::sync::Arc;
use std::time::Duration;

use chassis::security::{SecurityLog, remove_before};
use chassis::sql::Database;
use shared_kernel::{Clock, Ids};
use tokio_util::sync::CancellationToken;

use crate::config::parts::Part;

/// How often old records are looked for.
const CLEANUP_INTERVAL: Duration = Duration::from_hours(1);

/// Kept beside the customers where these are here, and otherwise with the first context of the process.
pub fn log(databases: &[(Part, Database)], clock: &Arc<dyn Clock>, ids: &Arc<dyn Ids>) -> SecurityLog {
    let customers = databases.iter().find(|(part, _)| *part == Part::Customer);
    let Some((_, database)) = customers.or_else(|| databases.first()) else { return SecurityLog::default() };
    SecurityLog::new(database.clone(), Arc::clone(clock), Arc::clone(ids))
}

/// Removes records that are older than they are kept, until `stop`.
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
