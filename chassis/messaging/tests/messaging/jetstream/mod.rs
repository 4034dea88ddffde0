//! What is particular to JetStream: faults of the broker, the order on a stream, messages that cannot be read, and who
//! may do what.

mod acknowledging;
mod faults;
mod instances;
mod letters;
mod publisher;
mod renewal;
mod rights;
mod shop;

use std::collections::BTreeMap;

use async_nats::jetstream::Context;
use chassis_messaging::{Access, JetStream, JetStreamSettings};
use secrecy::SecretString;
use shared_kernel::{Envelope, MessageId, Timestamp};

/// Each case on a server that is years old and on a current one.
macro_rules! on_each_server {
    ($($case:ident)+) => { $(
        mod $case {
            use chassis_testing::{Nats, NatsServer};
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn as_installed() {
                if let Some(server) = NatsServer::start(Nats::Installed) {
                    super::$case(server).await;
                }
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn of_today() {
                if let Some(server) = NatsServer::start(Nats::Current) {
                    super::$case(server).await;
                }
            }
        }
    )+ };
}
pub(crate) use on_each_server;

/// The transport over one server that all contexts connect to in the same way.
pub fn broker(url: &str) -> JetStream {
    JetStream::new(settings(url)).unwrap()
}

fn settings(url: &str) -> JetStreamSettings {
    let access = Access { url: SecretString::from(url), credentials: None };
    JetStreamSettings { access, access_of: BTreeMap::new(), replicas: 1, trust_network: false }
}

/// The broker as its administrator sees it.
async fn administrator(url: &str) -> Context {
    async_nats::jetstream::new(async_nats::connect(url).await.unwrap())
}

/// The `number`th fact of order.
fn fact(number: u32) -> Envelope {
    Envelope {
        specversion: "1.0".to_owned(),
        id: MessageId::new(format!("fact-{number}")),
        source: "/order".to_owned(),
        event_type: "store.order.paid.v1".to_owned(),
        subject: "s".to_owned(),
        time: Timestamp::parse("2026-11-22T12:00:00Z").unwrap(),
        datacontenttype: "application/json".to_owned(),
        sequence: u64::from(number),
        correlationid: "c".to_owned(),
        causationid: None,
        traceparent: None,
        data: serde_json::json!({"number": number}),
    }
}
