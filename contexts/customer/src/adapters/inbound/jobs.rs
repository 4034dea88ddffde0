//! What this context does by the clock.

use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::Job;

use crate::application::Sweep;

/// Sweeps every ten minutes.
pub fn jobs(sweep: Arc<Sweep>) -> Vec<Job> {
    let job = Job::every("customer/sweep", Duration::from_mins(10), move || {
        let sweep = Arc::clone(&sweep);
        Box::pin(async move { sweep.execute().await.map(|_| ()) })
    });
    vec![job]
}
