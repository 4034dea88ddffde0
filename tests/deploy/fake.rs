//! Stand-ins for the shop's processes: each says who it is and remembers what it was sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

use crate::gateway::{Gateway, PARTS};

/// A request as a process saw it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
}

/// One process of one part.
pub struct Fake {
    pub part: &'static str,
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    handle: ServerHandle,
}

impl Fake {
    /// A process of `part` on a free port.
    pub fn start(part: &'static str) -> Self {
        Self::start_at(part, "127.0.0.1:0".parse().unwrap())
    }

    /// A process of `part` that has just been started again at `address`.
    pub fn start_at(part: &'static str, address: SocketAddr) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let remembered = Arc::clone(&seen);
        let server = HttpServer::new(move || {
            let remembered = Arc::clone(&remembered);
            let large = web::PayloadConfig::new(64 << 20);
            App::new().app_data(large).default_service(web::to(move |req: HttpRequest, body: web::Bytes| {
                let seen = seen_of(&req);
                remembered.lock().unwrap().push(seen.clone());
                let answer = answer(part, &seen, body.len());
                async move { answer }
            }))
        });
        let server = server.workers(1).disable_signals().shutdown_timeout(5).bind(address).unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { part, address, seen, handle }
    }

    /// What it was sent so far, in order.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Closes its door; requests that are in come to an end.
    pub async fn stop(&self) {
        self.handle.stop(true).await;
    }
}

fn seen_of(req: &HttpRequest) -> Seen {
    let headers = req.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()));
    Seen { method: req.method().to_string(), path: req.uri().to_string(), headers: headers.collect() }
}

/// The identity endpoint knows Ana by cookie and by token; everything else is an echo, whose `Cache-Control` and
/// cookie the query may ask for.
fn answer(part: &'static str, seen: &Seen, size: usize) -> HttpResponse {
    if seen.path.starts_with("/api/customer/v1/identity") {
        let shown = |name| seen.headers.get(name).is_some_and(|value: &String| value.contains("ana"));
        let mut known = HttpResponse::NoContent();
        if shown("cookie") || shown("authorization") {
            known.insert_header(("X-Store-Identity", "signed-ana"));
        }
        return known.finish();
    }
    let mut answer = HttpResponse::Ok();
    answer.insert_header(("ETag", "\"v1\"")).insert_header(("X-Store-Identity", "leaked"));
    for (wish, name, value) in [
        ("public", "Cache-Control", "public, max-age=60"),
        ("private", "Cache-Control", "private, no-cache"),
        ("setcookie", "Set-Cookie", "visitor=1"),
    ] {
        if seen.path.contains(wish) {
            answer.insert_header((name, value));
        }
    }
    answer.json(json!({"part": part, "path": seen.path, "headers": seen.headers, "size": size}))
}

/// A gateway with one stand-in behind each name.
pub struct Bench {
    pub gateway: Gateway,
    fakes: Vec<Fake>,
    client: reqwest::Client,
}

impl Bench {
    /// `None` when there is no nginx here.
    pub async fn open() -> Option<Self> {
        let fakes: Vec<Fake> = PARTS.into_iter().map(Fake::start).collect();
        let gateway = Gateway::start(|part| addresses(&fakes, part)).await?;
        Some(Self { gateway, fakes, client: client() })
    }

    /// The same with rate limits for this machine.
    pub async fn open_limiting() -> Option<Self> {
        let fakes: Vec<Fake> = PARTS.into_iter().map(Fake::start).collect();
        let gateway = Gateway::start_limiting(|part| addresses(&fakes, part)).await?;
        Some(Self { gateway, fakes, client: client() })
    }

    /// The process of `part`.
    pub fn fake(&self, part: &str) -> &Fake {
        self.fakes.iter().find(|fake| fake.part == part).unwrap()
    }

    /// A GET through the gateway with these headers.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(reqwest::Method::GET, path, headers, Vec::new()).await
    }

    /// An empty POST through the gateway with these headers.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(reqwest::Method::POST, path, headers, Vec::new()).await
    }

    /// Any request through the gateway.
    pub async fn ask(&self, method: reqwest::Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let request = self.client.request(method, self.gateway.url(path)).body(body);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.text().await.unwrap() }
    }
}

fn addresses(fakes: &[Fake], part: &str) -> Vec<SocketAddr> {
    fakes.iter().filter(|fake| fake.part == part).map(|fake| fake.address).collect()
}

/// A client that follows no redirect and keeps no cookie.
pub fn client() -> reqwest::Client {
    // Only fails when another test did it before, which is as good.
    let _done = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: String,
}

impl Answer {
    /// A header of the answer, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Which process answered; empty if the gateway did.
    pub fn part(&self) -> String {
        self.echo()["part"].as_str().unwrap_or_default().to_owned()
    }

    /// A header as the process behind the gateway was sent it.
    pub fn forwarded_header(&self, name: &str) -> String {
        self.echo()["headers"][name].as_str().unwrap_or_default().to_owned()
    }

    /// The answering process's account of the request.
    pub fn echo(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}
