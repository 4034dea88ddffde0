//! A visitor without scripts: keeps cookies, reads pages, fills in forms, follows redirects.

use std::collections::BTreeMap;

use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;

/// A browser, or a program with a token.
pub struct Visitor {
    base: String,
    client: Client,
    cookies: BTreeMap<String, String>,
    /// The bearer token of a program.
    pub token: Option<String>,
    /// The page that they look at.
    pub page: Page,
}

/// A page as it came.
#[derive(Clone, Default)]
pub struct Page {
    /// Where it was found in the end, after redirects.
    pub path: String,
    pub status: u16,
    /// Its text.
    pub body: String,
}

impl Page {
    /// The texts of all elements with this `data-test`.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.select(&format!("[data-test='{name}']"))
    }

    /// The text of the only element with this `data-test`.
    pub fn text(&self, name: &str) -> String {
        let mut found = self.all(name);
        assert_eq!(found.len(), 1, "one {name:?} on {} ({}):\n{}", self.path, self.status, self.body);
        found.remove(0)
    }

    /// Whether there is such an element.
    pub fn has(&self, name: &str) -> bool {
        !self.all(name).is_empty()
    }

    /// The texts of all elements that the CSS selector finds.
    pub fn select(&self, selector: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body);
        html.select(&Selector::parse(selector).unwrap()).map(text_of).collect()
    }

    /// The message at the top of the page.
    pub fn flash(&self) -> String {
        self.all("flash").join(" ")
    }
}

fn text_of(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An answer of the API.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    /// Its body; null if there is none.
    pub json: Value,
}

impl Visitor {
    /// Where their shop is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A new browser at the shop at `base`.
    pub fn new(base: &str) -> Self {
        // Only fails when another test did it before, which is as good.
        let _done = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { base: base.to_owned(), client, cookies: BTreeMap::new(), token: None, page: Page::default() }
    }

    /// Goes to a page.
    pub async fn visit(&mut self, path: &str) -> &Page {
        self.go(Method::GET, path.to_owned(), Vec::new()).await
    }

    /// Fills in the form that posts to `action` on the page they look at, and sends it. Fields that are not named keep
    /// what the page put into them.
    pub async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) -> &Page {
        let (target, mut filled) = self.form(action);
        for (name, value) in fields {
            filled.retain(|(known, _)| known != name);
            filled.push(((*name).to_owned(), (*value).to_owned()));
        }
        self.go(Method::POST, target, filled).await
    }

    /// Presses a button of the form to `action` that sends it to `target` instead.
    pub async fn submit_to(&mut self, action: &str, target: &str, fields: &[(&str, &str)]) -> &Page {
        let (_, mut filled) = self.form(action);
        filled.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.go(Method::POST, target.to_owned(), filled).await
    }

    /// Sends a form that the page does not have, as an attacker or a clumsy program would.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> &Page {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.go(Method::POST, path.to_owned(), fields.collect()).await
    }

    /// A cookie that they keep.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    fn form(&self, action: &str) -> (String, Vec<(String, String)>) {
        let html = Html::parse_document(&self.page.body);
        let forms = Selector::parse("form").unwrap();
        let found = html.select(&forms).find(|form| {
            let is_post = form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
            is_post && form.attr("action").is_some_and(|target| target.split('?').next() == Some(action))
        });
        let form = found.unwrap_or_else(|| panic!("no form to {action} on {}:\n{}", self.page.path, self.page.body));
        (form.attr("action").unwrap().to_owned(), fields_of(form))
    }

    async fn go(&mut self, method: Method, path: String, fields: Vec<(String, String)>) -> &Page {
        let (mut method, mut path, mut fields) = (method, path, fields);
        for _ in 0..12 {
            let url = if path.starts_with("http") { path.clone() } else { format!("{}{path}", self.base) };
            let mut request = self.client.request(method.clone(), &url).header("Cookie", self.cookie_header());
            if method == Method::POST {
                request = request.header("Origin", &self.base).form(&fields);
            }
            let answer = request.send().await.unwrap();
            self.keep_cookies(&answer);
            let status = answer.status();
            if let Some(next) = answer.headers().get(LOCATION).filter(|_| status.is_redirection()) {
                path = next.to_str().unwrap().to_owned();
                assert!(
                    status == StatusCode::SEE_OTHER || method == Method::GET,
                    "a form must answer 303, not {status}"
                );
                (method, fields) = (Method::GET, Vec::new());
                continue;
            }
            let shown = path.strip_prefix(&self.base).unwrap_or(&path).to_owned();
            self.page = Page { path: shown, status: status.as_u16(), body: answer.text().await.unwrap() };
            return &self.page;
        }
        panic!("{path} redirects in circles");
    }

    fn cookie_header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep_cookies(&mut self, answer: &reqwest::Response) {
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, rest) = cookie.split_once(';').unwrap_or((cookie, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") || value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Calls the API as a program: with the token, without cookies.
    pub async fn api(&self, method: &str, path: &str, body: Option<Value>, headers: &[(&str, &str)]) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        Answer { status, json: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }

    /// Gets something from the API that must be there.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.api("GET", path, None, &[]).await;
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.json);
        answer.json
    }

    /// Signs in at the API and keeps the token.
    pub async fn log_in(&mut self, email: &str, password: &str) {
        let body = serde_json::json!({"email": email, "password": password});
        let answer = self.api("POST", "/api/customer/v1/sessions", Some(body), &[]).await;
        assert_eq!(answer.status, 201, "{}", answer.json);
        self.token = answer.json["token"].as_str().map(str::to_owned);
    }
}

fn fields_of(form: ElementRef<'_>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for field in form.select(&Selector::parse("input, select, textarea").unwrap()) {
        let Some(name) = field.attr("name") else { continue };
        let value = match field.value().name() {
            "select" => selected(field),
            "textarea" => Some(field.text().collect()),
            _ => match field.attr("type") {
                Some("checkbox" | "radio") => {
                    field.attr("checked").map(|_| field.attr("value").unwrap_or("on").to_owned())
                }
                Some("submit" | "button" | "file") => None,
                _ => Some(field.attr("value").unwrap_or_default().to_owned()),
            },
        };
        fields.extend(value.map(|value| (name.to_owned(), value)));
    }
    fields
}

fn selected(select: ElementRef<'_>) -> Option<String> {
    let options = Selector::parse("option").unwrap();
    let chosen = select.select(&options).find(|option| option.attr("selected").is_some());
    let option = chosen.or_else(|| select.select(&options).next())?;
    Some(option.attr("value").map_or_else(|| text_of(option), str::to_owned))
}
