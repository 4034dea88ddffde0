//! Connections to sockets of this machine, with deadlines of a fraction of a second.

use std::time::Duration;

use actix_web::rt::net::TcpStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::*;

fn settings() -> ConnectionSettings {
    ConnectionSettings {
        most: 3,
        most_of_one: 2,
        exempt_loopback: true,
        head: Duration::from_millis(100),
        idle: Duration::from_millis(150),
        rate_window: Duration::from_millis(100),
        least_rate: 1_000_000,
        ..ConnectionSettings::default()
    }
}

/// A connection as the shop has it, and its other end.
async fn connect(listener: &TcpListener) -> (TcpStream, TcpStream) {
    let address = listener.local_addr().unwrap();
    let (client, server) = tokio::join!(TcpStream::connect(address), listener.accept());
    (server.unwrap().0, client.unwrap())
}

async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn read(stream: &mut Guarded) -> std::io::Result<usize> {
    timeout(Duration::from_secs(5), stream.read(&mut [0; 16])).await.unwrap()
}

#[actix_web::test]
async fn a_client_that_says_nothing_is_given_up() {
    let (listener, connections) = (listener().await, Connections::new(settings()));
    let (server, _client) = connect(&listener).await;
    let mut stream = connections.admit(server).unwrap();
    assert_eq!(read(&mut stream).await.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
}

#[actix_web::test]
async fn a_head_that_drips_is_given_up_after_the_first_request_too() {
    let (listener, connections) = (listener().await, Connections::new(settings()));
    let (server, mut client) = connect(&listener).await;
    let mut stream = connections.admit(server).unwrap();
    client.write_all(b"GET /").await.unwrap();
    assert_eq!(read(&mut stream).await.unwrap(), 5);
    drop(stream.line().work());
    let dripping = actix_web::rt::spawn(async move {
        while client.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    });
    let mut bytes = 0;
    let error = loop {
        match read(&mut stream).await {
            Ok(n) => bytes += n,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    assert!(bytes < 16, "{bytes} bytes were waited for");
    drop(stream);
    dripping.await.unwrap();
}

#[actix_web::test]
async fn while_a_request_is_worked_on_nobody_is_in_a_hurry() {
    let (listener, connections) = (listener().await, Connections::new(settings()));
    let (server, mut client) = connect(&listener).await;
    let mut stream = connections.admit(server).unwrap();
    let working = stream.line().work();
    assert!(
        timeout(Duration::from_millis(400), stream.read(&mut [0; 16])).await.is_err(),
        "it is the client who waits"
    );
    drop(working);
    client.write_all(b"GET").await.unwrap();
    assert_eq!(read(&mut stream).await.unwrap(), 3);
}

#[actix_web::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let (listener, connections) = (listener().await, Connections::new(settings()));
    let (server, _client) = connect(&listener).await;
    let mut stream = connections.admit(server).unwrap();
    let _working = stream.line().work();
    let answer = vec![b'x'; 32 << 20];
    let error = timeout(Duration::from_secs(20), stream.write_all(&answer)).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
}

#[actix_web::test]
async fn one_that_never_asked_makes_room_for_another() {
    let (listener, connections) = (listener().await, Connections::new(settings()));
    let mut held = Vec::new();
    for _ in 0..3 {
        let (server, client) = connect(&listener).await;
        held.push((connections.admit(server).unwrap(), client));
    }
    drop(held[0].0.line().work());
    let (server, _client) = connect(&listener).await;
    assert!(connections.admit(server).is_some());
    assert_eq!(read(&mut held[1].0).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionAborted);
    assert!(!held[0].0.line().has_ended() && !held[2].0.line().has_ended());
    let working: Vec<_> = held.iter().map(|(stream, _)| stream.line().work()).collect();
    drop(working);
}

#[actix_web::test]
async fn when_all_are_worked_on_there_is_no_room() {
    let (listener, connections) = (listener().await, Connections::new(settings()));
    let mut held = Vec::new();
    for _ in 0..3 {
        let (server, client) = connect(&listener).await;
        let stream = connections.admit(server).unwrap();
        held.push((stream.line().work(), stream, client));
    }
    let (server, _client) = connect(&listener).await;
    assert!(connections.admit(server).is_none());
    held.pop();
    let (server, _client) = connect(&listener).await;
    assert!(connections.admit(server).is_some(), "one went");
}

#[actix_web::test]
async fn an_address_has_so_many_and_no_more() {
    let listener = listener().await;
    let connections = Connections::new(ConnectionSettings { exempt_loopback: false, ..settings() });
    let mut held = Vec::new();
    for _ in 0..2 {
        let (server, client) = connect(&listener).await;
        held.push((connections.admit(server).unwrap(), client));
    }
    let (server, _client) = connect(&listener).await;
    assert!(connections.admit(server).is_none());
    drop(held);
    let (server, _client) = connect(&listener).await;
    assert!(connections.admit(server).is_some());
}

#[actix_web::test]
async fn a_door_that_closes_waits_a_moment_for_those_who_may_be_asking() {
    let listener = listener().await;
    let connections = Connections::new(ConnectionSettings { idle: Duration::from_mins(1), ..settings() });
    let (server, _client) = connect(&listener).await;
    let mut stream = connections.admit(server).unwrap();
    drop(stream.line().work());
    connections.drain(Duration::from_millis(50));
    assert_eq!(read(&mut stream).await.unwrap_err().kind(), std::io::ErrorKind::TimedOut);
}
