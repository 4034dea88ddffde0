//! Probes: `/health/live` says that the process runs, `/health/ready` that it can serve.
//!
//! Not ready is no reason to restart a process, so only readiness looks at what the process depends on.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use futures_util::future::{BoxFuture, join_all};
use serde_json::json;
use tokio::sync::Mutex;

/// No check may keep a probe waiting longer.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);
/// How long an answer is reused: the endpoint is public, and each check costs writes.
const CACHE_TTL: Duration = Duration::from_secs(1);

type Answers = Vec<(&'static str, bool)>;
type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// What has to be well before the process is sent requests.
#[derive(Clone, Default)]
pub struct Readiness {
    checks: Arc<RwLock<Vec<(&'static str, Check)>>>,
    draining: Arc<AtomicBool>,
    last: Arc<Mutex<Option<(Instant, Answers)>>>,
}

impl Readiness {
    /// One more thing to ask after. The reason of a failure goes to the log, not to the caller.
    pub fn register(
        &self,
        name: &'static str,
        check: impl Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync + 'static,
    ) {
        self.checks.write().unwrap_or_else(PoisonError::into_inner).push((name, Arc::new(check)));
    }

    /// From now on: not ready, because the process is about to end.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Each check by name, and whether it passed at most a second ago.
    pub async fn ask(&self) -> Answers {
        let mut last = self.last.lock().await;
        let fresh = last.as_ref().filter(|(at, _)| at.elapsed() < CACHE_TTL).map(|(_, answers)| answers.clone());
        let mut answers = match fresh {
            Some(answers) => answers,
            None => last.insert((Instant::now(), self.check().await)).1.clone(),
        };
        answers.push(("accepting", !self.draining.load(Ordering::Relaxed)));
        answers
    }

    async fn check(&self) -> Answers {
        let checks = self.checks.read().unwrap_or_else(PoisonError::into_inner).clone();
        let asked = checks.into_iter().map(|(name, check)| async move {
            let answer = tokio::time::timeout(CHECK_TIMEOUT, check()).await;
            let answer = answer.unwrap_or_else(|_| Err("it did not answer in time".to_owned()));
            if let Err(reason) = &answer {
                tracing::warn!(check = name, reason = %reason, "not ready: {name}: {reason}");
            }
            (name, answer.is_ok())
        });
        join_all(asked).await
    }

    /// Registers both probes.
    pub fn routes(&self) -> impl FnOnce(&mut web::ServiceConfig) + Clone + use<> {
        let readiness = self.clone();
        move |config| {
            config
                .app_data(web::Data::new(readiness))
                .route("/health/live", web::get().to(live))
                .route("/health/ready", web::get().to(ready));
        }
    }
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({ "status": "live" }))
}

async fn ready(readiness: web::Data<Readiness>) -> HttpResponse {
    let answers = readiness.ask().await;
    let well = answers.iter().all(|(_, well)| *well);
    let checks: Vec<_> = answers.iter().map(|(name, well)| json!({ "name": name, "ok": well })).collect();
    let mut builder = if well { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    let status = if well { "ready" } else { "not ready" };
    builder.insert_header((header::CACHE_CONTROL, "no-store")).json(json!({ "status": status, "checks": checks }))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[actix_web::test]
    async fn one_thing_amiss_makes_the_process_unready() {
        let readiness = Readiness::default();
        readiness.register("database", || async { Ok(()) }.boxed());
        assert_eq!(readiness.ask().await, [("database", true), ("accepting", true)]);
        readiness.register("relay", || async { Err("it stands still".to_owned()) }.boxed());
        assert_eq!(readiness.ask().await, [("database", true), ("accepting", true)], "it was asked a moment ago");
        tokio::time::sleep(CACHE_TTL).await;
        assert_eq!(readiness.ask().await, [("database", true), ("relay", false), ("accepting", true)]);
    }

    #[actix_web::test]
    async fn a_process_about_to_end_wants_no_more_requests() {
        let readiness = Readiness::default();
        readiness.drain();
        assert_eq!(ready(web::Data::new(readiness)).await.status(), 503);
    }
}
