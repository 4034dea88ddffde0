//! Timers: what must happen without a message. They decide nothing.

use std::sync::Arc;
use std::time::Duration;

use chassis::messaging::Job;

use crate::application::{ReleaseLapsedReservations, SendWaitingFiles};

/// The context's timers, each running every `period`.
pub fn jobs(release: Arc<ReleaseLapsedReservations>, send: Arc<SendWaitingFiles>, period: Duration) -> Vec<Job> {
    let release = move || {
        let release = Arc::clone(&release);
        Box::pin(async move { release.execute().await.map(drop) }) as _
    };
    let send = move || {
        let send = Arc::clone(&send);
        Box::pin(async move { send.execute().await.map(drop) }) as _
    };
    vec![Job::every("release-lapsed-reservations", period, release), Job::every("mail-what-waited", period, send)]
}
