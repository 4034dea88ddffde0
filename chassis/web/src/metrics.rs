//! Numbers for Prometheus at `/metrics`.
//!
//! Closed unless there is a token, and then open to requests that carry it. A shop without one whose own address is
//! this machine's, such as a demo, shows them to this machine. All other requests get 404: a proxy on the same machine
//! need not say for whom it asks, so an address alone proves nothing where the shop faces the net.

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
    door: MetricsAccess,
}

/// Who may read the numbers.
#[derive(Clone)]
pub enum MetricsAccess {
    /// Requests that carry this bearer token.
    Token(SecretString),
    /// Programs on this machine.
    ThisMachine,
    Closed,
}

impl Metrics {
    /// Makes this process gather metrics. Once per process.
    pub fn install(door: MetricsAccess) -> Result<Self, BuildError> {
        Ok(Self { handle: builder()?.install_recorder()?, door })
    }

    /// Everything gathered so far, in the exposition format.
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
        match &self.door {
            MetricsAccess::Token(token) => {
                let sent = sent.strip_prefix("Bearer ").unwrap_or("");
                sent.as_bytes().ct_eq(token.expose_secret().as_bytes()).into()
            }
            MetricsAccess::ThisMachine => {
                let local = req.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
                local && !req.headers().keys().any(|name| tells_of_a_proxy(name.as_str()))
            }
            MetricsAccess::Closed => false,
        }
    }
}

fn tells_of_a_proxy(header: &str) -> bool {
    header.starts_with("x-forwarded") || ["forwarded", "via", "x-real-ip", "x-client-ip"].contains(&header)
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

    fn metrics(door: MetricsAccess) -> Metrics {
        Metrics { handle: builder().unwrap().build_recorder().handle(), door }
    }

    fn from(peer: &str) -> TestRequest {
        TestRequest::get().peer_addr(peer.parse().unwrap())
    }

    #[test]
    fn without_a_token_only_this_machine_sees_them_and_no_proxy_on_it() {
        let open = |req: TestRequest| metrics(MetricsAccess::ThisMachine).open_to(&req.to_http_request());
        assert!(open(from("127.0.0.1:5000")) && open(from("[::1]:5000")));
        assert!(!open(from("192.0.2.7:5000")));
        for header in ["x-forwarded-for", "x-forwarded-proto", "x-real-ip", "forwarded", "via"] {
            assert!(!open(from("127.0.0.1:5000").insert_header((header, "1.2.3.4"))), "{header}");
        }
        assert!(!metrics(MetricsAccess::Closed).open_to(&from("127.0.0.1:5000").to_http_request()));
    }

    #[test]
    fn with_a_token_only_the_token_counts() {
        let open = |token: &str| {
            let req = from("127.0.0.1:5000").insert_header(("authorization", token)).to_http_request();
            metrics(MetricsAccess::Token(SecretString::from("s3cret"))).open_to(&req)
        };
        assert!(open("Bearer s3cret"));
        assert!(!open("Bearer wrong") && !open(""));
    }
}
