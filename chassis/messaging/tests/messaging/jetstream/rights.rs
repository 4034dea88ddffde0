//! A context gets along with what the transport's documentation says that it must be allowed, and with no more; passwords
//! may change while it runs.

use std::fmt::Write as _;
use std::time::Duration;

use chassis_messaging::{Access, JetStream};
use chassis_testing::{Nats, NatsServer, eventually, sqlite};
use secrecy::SecretString;
use shared_kernel::Destination;

use super::shop::{Process, Shop, TALLY};
use super::{broker, fact, settings};

/// The broker's configuration for one context, word for word from the table in `chassis_messaging::jetstream`.
fn user(context: &str, hears: &[&str]) -> String {
    let mut publish = vec![
        format!("store.{context}.>"),
        format!("$JS.API.STREAM.INFO.store_{context}"),
        format!("$JS.API.STREAM.CREATE.store_{context}"),
        format!("$JS.API.STREAM.DELETE.store_{context}"),
    ];
    for producer in hears {
        publish.push(format!("$JS.API.STREAM.INFO.store_{producer}"));
        for verb in ["CREATE", "INFO", "DELETE", "MSG.NEXT"] {
            publish.push(format!("$JS.API.CONSUMER.{verb}.store_{producer}.*"));
        }
        publish.push(format!("$JS.API.CONSUMER.NAMES.store_{producer}"));
        publish.push(format!("$JS.ACK.store_{producer}.>"));
    }
    let publish: Vec<String> = publish.iter().map(|subject| format!("\"{subject}\"")).collect();
    format!(
        "{{ user: {context}, password: \"p:{context}/1\", permissions: {{ publish: [{}], subscribe: [\"_INBOX_{context}.>\"] }} }}",
        publish.join(", ")
    )
}

fn users() -> String {
    let mut text = "authorization { users: [\n".to_owned();
    for (context, hears) in [("order", &[][..]), ("reports", &["order"][..])] {
        let _infallible = writeln!(text, "{}", user(context, hears));
    }
    text + "] }"
}

fn url(server: &NatsServer, context: &str) -> String {
    server.url_for(context, &format!("p%3A{context}%2F1"))
}

async fn the_listed_rights_are_enough(server: NatsServer) {
    let (order, reports) = (sqlite("order", &[]).await, sqlite("reports", TALLY).await);
    let mut shop = Shop::on(order, reports, &url(&server, "order")).await;
    // Until it comes in as itself, reports is not let near what it hears.
    shop.processes.pop().unwrap().end().await;
    shop.processes.push(Process::of_reports(&shop.reports, &url(&server, "reports")).await);
    shop.state(200).await;
    shop.is_in_the_middle().await;
    shop.processes[1].replay.start("reports/tally").await.unwrap();
    shop.state(200).await;
    shop.has_counted_everything().await;
    shop.close().await;
}

async fn nobody_states_facts_in_another_s_name(server: NatsServer) {
    let own = broker(&url(&server, "order")).post("order").bus();
    let stream = Destination::new("store_order");
    let epoch = own.standing(&stream).await.unwrap().epoch;
    let options = async_nats::ConnectOptions::with_user_and_password("reports".into(), "p:reports/1".into());
    let client = options.custom_inbox_prefix("_INBOX_reports").connect(server.url()).await.unwrap();
    let foreign = async_nats::jetstream::context::ContextBuilder::new().timeout(Duration::from_secs(1)).build(client);
    assert!(foreign.get_stream("store_order").await.is_ok(), "it may look");
    let forged = serde_json::to_vec(&fact(1)).unwrap();
    let spoken = foreign.publish("store.order.paid.v1", forged.into()).await.unwrap().await;
    assert!(spoken.is_err(), "it may not speak");
    assert_eq!(own.standing(&stream).await.unwrap().tip, 0);
    own.deliver(&stream, epoch, &[fact(1)]).await.unwrap();
}

async fn a_context_that_is_refused_comes_in_once_it_is_known(mut server: NatsServer) {
    server.kill();
    server.configure("authorization { users: [ { user: somebody, password: else } ] }");
    server.start_again();
    let post = broker(&url(&server, "order")).post("order");
    let (bus, stream) = (post.bus(), Destination::new("store_order"));
    assert!(bus.standing(&stream).await.is_err());
    server.kill();
    server.configure(&users());
    server.start_again();
    eventually(Duration::from_secs(20), || async { bus.standing(&stream).await.ok() }).await;
}

/// Order may use a way in of its own while the others share one.
async fn each_context_comes_in_as_itself(server: NatsServer) {
    let mut settings = settings(&server.url());
    for context in ["order", "reports"] {
        let access = Access { url: SecretString::from(url(&server, context)), credentials: None };
        settings.access_of.insert(context.to_owned(), access);
    }
    let broker = JetStream::new(settings).unwrap();
    assert!(broker.post("order").bus().standing(&Destination::new("store_order")).await.is_ok());
    assert!(broker.post("reports").bus().standing(&Destination::new("store_reports")).await.is_ok());
    assert!(broker.post("customer").bus().standing(&Destination::new("store_customer")).await.is_err());
}

macro_rules! on_each_guarded_server {
    ($($case:ident)+) => { $(
        mod $case {
            use super::*;
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn as_installed() {
                if let Some(server) = NatsServer::start_with(Nats::Installed, &users()) {
                    super::$case(server).await;
                }
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn of_today() {
                if let Some(server) = NatsServer::start_with(Nats::Current, &users()) {
                    super::$case(server).await;
                }
            }
        }
    )+ };
}

on_each_guarded_server! {
    the_listed_rights_are_enough
    nobody_states_facts_in_another_s_name
    a_context_that_is_refused_comes_in_once_it_is_known
    each_context_comes_in_as_itself
}
