//! Clients that are slow, silent or many hold nothing that others need.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::browser;
use crate::support::process::Shop;
use crate::wire::Wire;

/// Other clients must be answered within this time.
const TIMEOUT: Duration = Duration::from_secs(5);

fn connect(shop: &Shop) -> TcpStream {
    TcpStream::connect(shop.url("").trim_start_matches("http://")).unwrap()
}

/// As many connections as this machine lets the test have, ten thousand at most.
fn many() -> usize {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
    usize::try_from(hard).unwrap_or(usize::MAX).saturating_sub(1_000).min(10_000)
}

/// Probes, pages, a webhook and a login are answered soon.
async fn serves(shop: &Shop) {
    let asked = Instant::now();
    let wire = Wire::to(shop);
    for path in ["/health/live", "/health/ready", "/products", "/cart"] {
        assert_eq!(wire.send("GET", path, &[], "").await.status, 200, "{path}");
    }
    wire.json("POST", "/api/order/v1/payment-events", "", "{}").await.refuses(400, &["invalid-signature"]);
    assert_eq!(wire.json("POST", "/api/order/v1/carts", "", "{}").await.status, 201);
    browser::admin(shop).await;
    assert!(asked.elapsed() < TIMEOUT, "it took {:?}", asked.elapsed());
}

/// Waits for the end of a connection and answers what was said before.
fn ends(mut held: TcpStream, within: Duration) -> String {
    held.set_read_timeout(Some(within)).unwrap();
    let (mut said, mut buffer) = (Vec::new(), [0; 4_096]);
    loop {
        match held.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => said.extend_from_slice(&buffer[..n]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("it is still open: {:?}", String::from_utf8_lossy(&said))
            }
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_that_do_not_come_hold_no_place() {
    assert!(many() > 1_100);
    let shop = Shop::open(&[]).await;
    let post = "POST /api/order/v1/carts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let unfinished =
        [format!("{post}Content-Length: 60000\r\n\r\n{{"), format!("{post}Transfer-Encoding: chunked\r\n\r\n")];
    let held: Vec<TcpStream> = (0..1_100)
        .map(|n| {
            let mut stream = connect(&shop);
            stream.write_all(unfinished[n % 2].as_bytes()).unwrap();
            stream
        })
        .collect();
    serves(&shop).await;
    for (n, stream) in held.into_iter().enumerate().filter(|(n, _)| n % 100 < 2) {
        let said = ends(stream, Duration::from_secs(30));
        assert!(said.starts_with("HTTP/1.1 408 ") && said.contains("request-timeout"), "{n}: {said}");
        assert!(said.to_ascii_lowercase().contains("connection: close"), "{n}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_drips_is_not_waited_for() {
    let shop = Shop::open(&[]).await;
    let mut stream = connect(&shop);
    stream.write_all(b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n").unwrap();
    let mut dripping = stream.try_clone().unwrap();
    let drip = tokio::task::spawn_blocking(move || {
        while dripping.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(500));
        }
    });
    let said = tokio::task::spawn_blocking(move || ends(stream, Duration::from_secs(30))).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    drip.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_silent_connections_hold_nothing() {
    let shop = Shop::open(&[]).await;
    let held: Vec<TcpStream> = (0..many()).map(|_| connect(&shop)).collect();
    serves(&shop).await;
    let said = ends(held.into_iter().next_back().unwrap(), Duration::from_secs(30));
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 408 "), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_head_of_a_connection_has_a_deadline_too() {
    let shop = Shop::open(&[]).await;
    let mut stream = connect(&shop);
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /health/live HT").unwrap();
    let started = Instant::now();
    let said = tokio::task::spawn_blocking(move || ends(stream, Duration::from_mins(1))).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
    assert!(started.elapsed() < Duration::from_secs(40), "{:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_address_has_so_many_connections_and_no_more() {
    let shop = Shop::open(&[("STORE_LIMIT_LOOPBACK", "on")]).await;
    let held: Vec<TcpStream> = (0..400).map(|_| connect(&shop)).collect();
    let mut dropped = 0;
    for mut stream in held {
        stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
        match stream.read(&mut [0; 16]) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            _ => dropped += 1,
        }
    }
    assert!(dropped >= 100, "only {dropped} of 400 were dropped");
}
