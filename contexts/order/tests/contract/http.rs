//! The shop's API and pages, as programs and browsers reach them.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail the test")]

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::middleware::from_fn;
use actix_web::test::TestRequest;
use actix_web::{App, test, web};
use chassis::ContextModule as _;
use chassis::web::testing::{KnownPeople, VISITOR, edge, form_token, somebody};
use order::adapters::inbound::pages;
use order::adapters::stripe::webhook_signature::signed_header;
use serde_json::Value;
use shared_kernel::{Clock as _, Identity, Role};
use utoipa_actix_web::AppExt;

use crate::shop::{TestShop, WEBHOOK_SECRET};

/// The token of a customer, of another customer, of one who is not verified, and of a member of staff.
pub const AROHA: &str = "token-aroha";
pub const WIREMU: &str = "token-wiremu";
pub const UNVERIFIED: &str = "token-unverified";
pub const STAFF: &str = "token-staff";

fn people() -> KnownPeople {
    KnownPeople::default()
        .and(AROHA, somebody(1, Role::Customer))
        .and(WIREMU, somebody(2, Role::Customer))
        .and(UNVERIFIED, Identity { verified: false, ..somebody(3, Role::Customer) })
        .and(STAFF, somebody(4, Role::Staff))
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or_else(|| panic!("no header {name} in {self:?}"), |(_, value)| value.as_str())
    }
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
    /// Status and name of a problem.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/problem+json", "{self:?}");
        let kind = self.json()["type"].as_str().unwrap().to_owned();
        (self.status, kind.rsplit('/').next().unwrap().to_owned())
    }
    /// The value of a cookie that the answer sets.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let mut set = self.headers.iter().filter(|(known, _)| known == "set-cookie");
        let value = |cookie: &str| Some(cookie.strip_prefix(&format!("{name}="))?.split(';').next()?.to_owned());
        set.find_map(|(_, cookie)| value(cookie))
    }
    /// The texts of the elements that carry `data-test="name"`, without their tags.
    pub fn marked(&self, name: &str) -> Vec<String> {
        let mark = format!("data-test=\"{name}\"");
        let after = |at: usize| {
            let rest = &self.body[at + mark.len()..];
            let inner = &rest[rest.find('>').unwrap() + 1..];
            let end = inner.find("</").unwrap_or(inner.len());
            strip_tags(&inner[..end])
        };
        self.body.match_indices(&mark).map(|(at, _)| after(at)).collect()
    }
    /// The value of a form's hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at = self.body.find(&start).unwrap_or_else(|| panic!("no field {name} in {}", self.body)) + start.len();
        self.body[at..].split('"').next().unwrap().to_owned()
    }
}

fn strip_tags(html: &str) -> String {
    let mut inside = false;
    let keep = html.chars().filter(|character| match character {
        '<' => {
            inside = true;
            false
        }
        '>' => {
            inside = false;
            false
        }
        _ => !inside,
    });
    keep.collect::<String>().trim().to_owned()
}

impl TestShop {
    /// Posts a signed webhook.
    pub async fn webhook(&self, body: &str) -> Answer {
        let signature = signed_header(WEBHOOK_SECRET, body.as_bytes(), self.clock.now());
        let request = TestRequest::post()
            .uri("/api/order/v1/payment-events")
            .insert_header(("stripe-signature", signature))
            .insert_header(("content-type", "application/json"))
            .set_payload(body.to_owned());
        self.ask(request).await
    }

    /// The pages as the module serves them, but waiting only a moment for the provider's word.
    fn register_pages(&self, config: &mut web::ServiceConfig) {
        let mut use_cases = self.use_cases().clone();
        let wait = use_cases.wait_for_payment.no_longer_than(Duration::from_millis(2));
        use_cases.wait_for_payment = Arc::new(wait);
        pages::routes::configure(&use_cases, &self.platform.site, Arc::clone(&self.platform.ids), config);
    }

    /// Sends a request through edge, API and pages.
    pub async fn ask(&self, request: TestRequest) -> Answer {
        let app = App::new()
            .into_utoipa_app()
            .configure(|config| self.module.register_api(config))
            .into_app()
            .configure(|config| self.register_pages(config))
            .app_data(web::Data::new(edge(people())))
            .wrap(from_fn(chassis::web::guard));
        let app = test::init_service(app).await;
        let response = match test::try_call_service(&app, request.to_request()).await {
            Ok(response) => response.map_into_boxed_body(),
            Err(error) => panic!("{error}"),
        };
        let text = |value: &actix_web::http::header::HeaderValue| value.to_str().unwrap_or("?").to_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let status = response.status().as_u16();
        let body = response.into_body().try_into_bytes().unwrap_or_else(|_| panic!("the body is a stream"));
        Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Asks for a page as the holder of a token, with the browser's other cookies.
    pub async fn page(&self, path: &str, token: Option<&str>, cookies: &[(&str, &str)]) -> Answer {
        self.ask(browser(TestRequest::get().uri(path), token, cookies)).await
    }

    /// Sends a form of one of our pages as the holder of a token.
    pub async fn form(
        &self,
        path: &str,
        token: Option<&str>,
        cookies: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let csrf = form_token(token);
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.ask(browser(TestRequest::post().uri(path), token, cookies).set_form(all)).await
    }
}

fn browser(request: TestRequest, token: Option<&str>, cookies: &[(&str, &str)]) -> TestRequest {
    let request = request.cookie(Cookie::new("visitor", VISITOR));
    let signed_in = token.into_iter().map(|token| ("sid", token));
    signed_in
        .chain(cookies.iter().copied())
        .fold(request, |request, (name, value)| request.cookie(Cookie::new(name.to_owned(), value.to_owned())))
}
