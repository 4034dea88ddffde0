//! The security log of this process: where it is kept, what of the staff's work has a name of its own in it, and when old
//! records go.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use chassis::security::{SecurityEvent, SecurityLog, remove_before};
use chassis::sql::Database;
use shared_kernel::{Clock, Ids};
use tokio_util::sync::CancellationToken;

use crate::parts::Part;

/// How often old records are looked for.
const PERIOD: Duration = Duration::from_hours(1);

/// Kept beside the customers where these are here, and otherwise with the first context of the process.
#[must_use]
pub fn log(databases: &[(Part, Database)], clock: &Arc<dyn Clock>, ids: &Arc<dyn Ids>) -> SecurityLog {
    let customers = databases.iter().find(|(part, _)| *part == Part::Customer);
    let Some((_, database)) = customers.or_else(|| databases.first()) else { return SecurityLog::default() };
    SecurityLog::new(database.clone(), Arc::clone(clock), Arc::clone(ids))
}

/// Requests that are named in the log when they are carried out, unless their handler names what it did (imports, roles,
/// keys). Whatever else staff change is logged without a name of its own.
#[must_use]
pub fn recorded() -> Vec<(Method, &'static str, SecurityEvent)> {
    use SecurityEvent::{DeadLetterDiscarded, DeadLetterRetried, Exported, RefundRequested, ReplayStarted};
    let (get, post) = (Method::GET, Method::POST);
    vec![
        (post.clone(), "/api/order/v1/orders/{id}/refunds", RefundRequested),
        (post.clone(), "/admin/orders/{id}/refunds", RefundRequested),
        (get.clone(), "/admin/products/export.csv", Exported),
        (get.clone(), "/api/catalogue/v1/exports/products.csv", Exported),
        (get.clone(), "/admin/reports/monthly.csv", Exported),
        (get.clone(), "/admin/reports/products.csv", Exported),
        (get.clone(), "/admin/reports/categories.csv", Exported),
        (get, "/admin/reports/refunds.csv", Exported),
        (post.clone(), "/admin/errors/{id}/retry", DeadLetterRetried),
        (post.clone(), "/admin/errors/{id}/discard", DeadLetterDiscarded),
        (post.clone(), "/api/ops/v1/dead-letters/{id}/retry", DeadLetterRetried),
        (post.clone(), "/api/ops/v1/dead-letters/{id}/discard", DeadLetterDiscarded),
        (post, "/api/ops/v1/replays", ReplayStarted),
    ]
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
            () = tokio::time::sleep(PERIOD) => {}
        }
    }
}
