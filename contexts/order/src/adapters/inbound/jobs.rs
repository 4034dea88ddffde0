//! Timers. What they do is a use case; how often is decided here.

use std::time::Duration;

use chassis::messaging::Job;
use shared_kernel::StoreError;

use crate::application::{ReconcilePayments, UseCases};
use crate::settings::OrderSettings;

/// Orders that are younger are still being paid; their webhooks are on the way.
const RECONCILE_AFTER: Duration = Duration::from_mins(1);

/// Deadlines and the provider's books as often as the settings say, old carts every hour.
pub fn jobs(use_cases: &UseCases, settings: &OrderSettings) -> Vec<Job> {
    let (overdue, reconcile) = (use_cases.handle_overdue.clone(), use_cases.reconcile_payments.clone());
    let (forget, forget_customers) = (use_cases.forget_carts.clone(), use_cases.forget_customer.clone());
    vec![
        Job::every("order-deadlines", settings.sweep_every, move || {
            let overdue = overdue.clone();
            Box::pin(async move { overdue.execute().await.map(|_| ()) })
        }),
        Job::every("order-reconcile-payments", settings.reconcile_every, move || {
            let reconcile = reconcile.clone();
            Box::pin(async move { compare_next(&reconcile).await })
        }),
        Job::every("order-forget-carts", Duration::from_hours(1), move || {
            let forget = forget.clone();
            Box::pin(async move { forget.execute().await.map(|_| ()) })
        }),
        Job::every("order-forget-customers", settings.sweep_every * 12, move || {
            let forget = forget_customers.clone();
            Box::pin(async move { forget.sweep().await.map(|_| ()) })
        }),
    ]
}

async fn compare_next(reconcile: &ReconcilePayments) -> Result<(), StoreError> {
    let summary = reconcile.next_slice(RECONCILE_AFTER).await?;
    for (number, changes) in &summary.repaired {
        tracing::info!(order.number = %number, ?changes, "reconciliation repaired order {number}");
    }
    Ok(())
}
