//! Malformed requests, and what counts as a clear refusal.

use reqwest::{Client, Method};
use serde_json::Value;

use crate::support::process::Shop;

/// Sends anything anywhere.
pub struct Wire {
    base: String,
    client: Client,
}

/// What came back, and to what: shown whole when a test fails.
#[derive(Debug)]
#[expect(dead_code, reason = "some of it is only ever shown")]
pub struct Reply {
    /// The request, for the message of a test that fails.
    pub asked: String,
    pub status: u16,
    /// Its content type.
    pub kind: String,
    /// Where it leads.
    pub location: String,
    /// Its body.
    pub text: String,
}

impl Wire {
    /// To this shop; follows no redirects.
    pub fn to(shop: &Shop) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { base: shop.url(""), client }
    }

    /// Sends it. A connection that is dropped, and an answer that blames the shop, fail the test.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Reply {
        let body = body.into();
        let mut asked = format!("{method} {path} {headers:?} {}", String::from_utf8_lossy(&body));
        asked.truncate(asked.floor_char_boundary(400));
        let request =
            self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.base));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = request.body(body).send().await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        let status = answer.status().as_u16();
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
        let (kind, location) = (header("content-type"), header("location"));
        let text = answer.text().await.unwrap();
        assert!(status < 500, "{asked}\n{status} {text}");
        Reply { asked, status, kind, location, text }
    }

    /// Sends JSON, with a token and a key.
    pub async fn json(&self, method: &str, path: &str, token: &str, body: &str) -> Reply {
        let bearer = format!("Bearer {token}");
        let headers =
            [("authorization", bearer.as_str()), ("content-type", "application/json"), ("idempotency-key", "k")];
        self.send(method, path, if token.is_empty() { &headers[1..] } else { &headers }, body.as_bytes()).await
    }
}

impl Reply {
    /// A problem document with this status, whose kind is one of `names`.
    pub fn refuses(&self, status: u16, names: &[&str]) {
        assert_eq!(self.status, status, "{self:?}");
        self.is_a_problem();
        let problem: Value = serde_json::from_str(&self.text).unwrap();
        let name = problem["type"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        assert!(names.contains(&name.as_str()), "{name:?} is none of {names:?}: {self:?}");
    }

    /// A refusal that a program can read.
    pub fn is_a_problem(&self) {
        assert!((400..500).contains(&self.status), "{self:?}");
        assert_eq!(self.kind, "application/problem+json", "{self:?}");
        let problem: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(problem["status"], self.status, "{self:?}");
        assert!(!problem["title"].as_str().unwrap_or_default().is_empty(), "{self:?}");
    }

    /// A refusal that a person can read.
    pub fn is_a_page(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.kind.starts_with("text/html"), "{self:?}");
        assert!(self.text.contains("<h1"), "{self:?}");
    }
}

/// Everything on record that a request could have changed. What the contexts tell each other of it comes later, and is
/// left out.
pub fn books(shop: &Shop) -> Vec<String> {
    let derived = |line: &Value| line["kind"] == "inbox" || line["kind"] == "stock_level";
    let lines = shop.audit().into_iter().filter(|line| !derived(line));
    let mut lines: Vec<String> = lines.map(|line| line.to_string()).collect();
    lines.sort();
    lines
}
