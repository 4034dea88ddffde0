//! How much a body may weigh: as much at the gateway as in the program, no more and no less.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::fake::Bench;
use crate::source;

/// Announces a body of `size` and answers the status that comes before any of it is sent; 100 is the word to go on.
fn announced(bench: &Bench, path: &str, size: u64) -> u16 {
    let mut stream = TcpStream::connect(bench.gateway.address()).unwrap();
    let head =
        format!("POST {path} HTTP/1.1\r\nHost: shop.test\r\nExpect: 100-continue\r\nContent-Length: {size}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    std::str::from_utf8(&answer[9..]).unwrap().parse().unwrap()
}

/// The uploads that the program takes: (path prefix, bytes), as the source says.
fn uploads() -> Vec<(String, u64)> {
    let (limits, fulfilment) =
        (source::text("app/src/http/limits.rs"), source::text("contexts/fulfilment/src/module.rs"));
    let own = limits.split("fn large_bodies()").nth(1).unwrap().split("\n}\n").next().unwrap();
    let theirs = fulfilment.split("LARGE_BODIES").nth(1).unwrap().split(';').next().unwrap();
    let mut found = Vec::new();
    for pair in own.split("(\"").chain(theirs.split("(\"")).filter(|pair| pair.starts_with('/')) {
        let (path, rest) = pair.split_once("\", ").unwrap();
        found.push((path.to_owned(), product(rest.split(')').next().unwrap())));
    }
    assert!(found.len() >= 6, "only {found:?} were found");
    found
}

/// The value of `32 << 20` or `21 * 1024 * 1024`.
fn product(text: &str) -> u64 {
    let number = |text: &str| text.trim().parse::<u64>().unwrap();
    match text.split_once("<<") {
        Some((left, right)) => number(left) << number(right),
        None => text.split('*').map(number).product(),
    }
}

#[actix_web::test]
async fn uploads_may_be_as_large_as_the_program_takes_them_and_not_larger() {
    let Some(bench) = Bench::open().await else { return };
    for (prefix, most) in uploads() {
        let path = if prefix.ends_with('/') { format!("{prefix}x") } else { prefix };
        assert_eq!(announced(&bench, &path, most), 100, "{path} refuses {most}");
        assert_eq!(announced(&bench, &path, most + 1), 413, "{path} takes more than {most}");
    }
}

#[actix_web::test]
async fn all_other_bodies_are_small() {
    let Some(bench) = Bench::open().await else { return };
    let most = 256 * 1024;
    for path in
        ["/", "/cart", "/admin/stock", "/api/order/v1/orders", "/api/customer/v1/sessions", "/sandbox/v1/refunds"]
    {
        assert_eq!(announced(&bench, path, most), 100, "{path}");
        assert_eq!(announced(&bench, path, most + 1), 413, "{path}");
    }
    assert!(
        source::text("chassis/web/src/edge.rs").contains("body_limit: 256 * 1024"),
        "the program has another limit"
    );
}

#[actix_web::test]
async fn an_upload_arrives_whole() {
    let Some(bench) = Bench::open().await else { return };
    let body = vec![7; 5 << 20];
    let answer = bench.ask(reqwest::Method::PUT, "/api/catalogue/v1/media/kea.png", &[], body).await;
    assert_eq!(answer.echo()["size"], 5 << 20, "{answer:?}");
    let large = bench.ask(reqwest::Method::POST, "/api/order/v1/carts", &[], vec![7; 300 << 10]).await;
    assert_eq!((large.status, large.header("content-type")), (413, "application/problem+json"));
}
