//! Timers. They decide nothing; they call the sweeps of `application/tidy_up.rs`.

use std::time::Duration;

use chassis::messaging::Job;

use crate::application::tidy_up::{MailWhatWaited, ReleaseLapsed};

/// The context's timers, each running every `period`.
pub fn jobs(lapsed: &ReleaseLapsed, waiting: &MailWhatWaited, period: Duration) -> Vec<Job> {
    let (lapsed, waiting) = (lapsed.clone(), waiting.clone());
    let release = move || {
        let lapsed = lapsed.clone();
        Box::pin(async move { lapsed.execute().await.map(drop) }) as _
    };
    let mail = move || {
        let waiting = waiting.clone();
        Box::pin(async move { waiting.execute().await.map(drop) }) as _
    };
    vec![Job::every("release-lapsed-reservations", period, release), Job::every("mail-what-waited", period, mail)]
}
