//! Asks the shop of these settings whether it is ready, as a container's health check does where there is no other
//! program to ask with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A shop that has not answered by then is not ready.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

/// Asks the shop that listens at `listen`.
///
/// # Errors
/// When it does not answer in time, or not that it is ready.
pub async fn ask(listen: &str) -> anyhow::Result<()> {
    let answered = tokio::time::timeout(PROBE_TIMEOUT, status_line(near(listen)?));
    let status = answered.await.with_context(|| format!("{listen} does not answer"))??;
    anyhow::ensure!(status.split(' ').nth(1) == Some("200"), "not ready: {status}");
    Ok(())
}

async fn status_line(address: SocketAddr) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).await.with_context(|| format!("nobody listens at {address}"))?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer).await?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

/// The address at which this machine reaches `listen`; "all addresses" includes the loopback.
fn near(listen: &str) -> anyhow::Result<SocketAddr> {
    let mut address = listen.to_socket_addrs()?.next().with_context(|| format!("{listen:?} is no address"))?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    Ok(address)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn asked_of(answer: &'static str) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listen = format!("0.0.0.0:{}", listener.local_addr().unwrap().port());
        let serving = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                assert_ne!(stream.read_buf(&mut asked).await.unwrap(), 0);
            }
            assert!(asked.starts_with(b"GET /health/ready "));
            stream.write_all(answer.as_bytes()).await.unwrap();
        };
        let ((), asked) = tokio::join!(serving, ask(&listen));
        asked.map_err(|error| error.to_string())
    }

    #[actix_web::test]
    async fn only_a_shop_that_says_so_is_ready() {
        assert_eq!(asked_of("HTTP/1.1 200 OK\r\n\r\n{}").await, Ok(()));
        let unready = asked_of("HTTP/1.1 503 Service Unavailable\r\n\r\n{}").await;
        assert_eq!(unready, Err("not ready: HTTP/1.1 503 Service Unavailable".to_owned()));
        assert!(asked_of("").await.is_err());
    }

    #[actix_web::test]
    async fn a_shop_that_is_not_there_is_not_ready() {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        assert!(ask(&format!("127.0.0.1:{port}")).await.is_err());
    }
}
