//! Numbers for Prometheus at `/metrics`.
//!
//! Answered to those who reach the process itself or know the token, never through the front door: a request that a
//! proxy forwarded is told that there is no such page.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::page_error::PageError;

/// Upper bounds of request durations in seconds.
const DURATIONS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// The numbers gathered so far, and who may read them.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    token: Option<SecretString>,
}

impl Metrics {
    /// Makes this process gather metrics. Once per process.
    ///
    /// # Errors
    /// When something else gathers them already.
    pub fn install(token: Option<SecretString>) -> Result<Self, BuildError> {
        Ok(Self { handle: builder()?.install_recorder()?, token })
    }

    /// Everything gathered so far, in the exposition format.
    #[must_use]
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }

    /// Registers `/metrics`.
    pub fn routes(&self) -> impl FnOnce(&mut web::ServiceConfig) + Clone + use<> {
        let metrics = self.clone();
        move |config| {
            config.app_data(web::Data::new(metrics)).route("/metrics", web::get().to(show));
        }
    }

    fn open_to(&self, req: &HttpRequest) -> bool {
        let sent = req.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
        match &self.token {
            Some(token) => {
                let sent = sent.strip_prefix("Bearer ").unwrap_or("");
                sent.as_bytes().ct_eq(token.expose_secret().as_bytes()).into()
            }
            None => !["forwarded", "x-forwarded-for", "x-forwarded-host", "via"]
                .iter()
                .any(|name| req.headers().contains_key(*name)),
        }
    }
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &DURATIONS)
}

async fn show(req: HttpRequest, metrics: web::Data<Metrics>) -> Result<HttpResponse, PageError> {
    if !metrics.open_to(&req) {
        return Err(PageError::NotFound);
    }
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(metrics.render()))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn metrics(token: Option<&str>) -> Metrics {
        Metrics { handle: builder().unwrap().build_recorder().handle(), token: token.map(SecretString::from) }
    }

    #[test]
    fn the_front_door_does_not_lead_to_the_numbers() {
        let direct = TestRequest::get().to_http_request();
        let forwarded = TestRequest::get().insert_header(("x-forwarded-for", "1.2.3.4")).to_http_request();
        assert!(metrics(None).open_to(&direct));
        assert!(!metrics(None).open_to(&forwarded));
    }

    #[test]
    fn with_a_token_only_the_token_counts() {
        let with = |token: &str| TestRequest::get().insert_header(("authorization", token)).to_http_request();
        assert!(metrics(Some("s3cret")).open_to(&with("Bearer s3cret")));
        assert!(!metrics(Some("s3cret")).open_to(&with("Bearer wrong")));
        assert!(!metrics(Some("s3cret")).open_to(&TestRequest::get().to_http_request()));
    }
}
