//! The messages' server with the permissions of `deploy/nats`: a context can do all that it must, and no more.
//!
//! Spoken in the server's own line protocol: a refusal arrives before the answer to the next ping, so nothing has to be
//! waited for.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use chassis::testing::{Tethered, free_port, program, skip};
use serde_json::{Value, json};

use crate::source;

const CONTEXTS: [&str; 5] = ["catalogue", "order", "fulfilment", "reports", "customer"];

/// A server that is installed here.
#[derive(Debug)]
pub struct Server {
    pub program: PathBuf,
    /// Whether it is too old for `nats.conf`.
    old: bool,
}

/// The distribution's server and a current one, as far as they are here; a word if there is none.
pub fn servers() -> Vec<Server> {
    let places = [program("nats-server"), Some(PathBuf::from("/usr/sbin/nats-server"))];
    let found: BTreeSet<PathBuf> =
        places.into_iter().flatten().filter_map(|program| program.canonicalize().ok()).collect();
    if found.is_empty() {
        skip("nats-server is not installed");
    }
    let server = |program: PathBuf| {
        let told = Command::new(&program).arg("--version").output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        let version = told.rsplit(['v', ' ']).next().unwrap().trim().to_owned();
        let minor: u32 = version.split('.').nth(1).unwrap().parse().unwrap();
        Server { program, old: minor < 10 }
    };
    found.into_iter().map(server).collect()
}

/// The settings that the server understands.
pub fn config_for(server: &Server) -> PathBuf {
    source::root().join("deploy/nats").join(if server.old { "nats-2.9.conf" } else { "nats.conf" })
}

/// The variables that the settings ask for.
pub fn passwords() -> Vec<(String, String)> {
    let users = CONTEXTS.iter().chain(&["shop"]);
    users.map(|user| (format!("{}_NATS_PASSWORD", user.to_uppercase()), password(user))).collect()
}

fn password(context: &str) -> String {
    format!("s-{context}")
}

/// A server that runs.
struct Running {
    port: u16,
    _folder: tempfile::TempDir,
    _server: Tethered,
}

/// Starts it with the users of one of the files that `nats.conf` may include.
fn start(server: &Server, users: &str) -> Running {
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let config = std::fs::read_to_string(config_for(server)).unwrap().replace("contexts.conf", users);
    let users = source::root().join("deploy/nats").join(users);
    std::fs::copy(&users, folder.path().join(users.file_name().unwrap())).unwrap();
    std::fs::write(folder.path().join("nats.conf"), config).unwrap();
    let (config, store) = (folder.path().join("nats.conf").display().to_string(), folder.path().join("store"));
    let store = store.display().to_string();
    let passwords: Vec<String> = passwords().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let program = server.program.display().to_string();
    let number = port.to_string();
    let mut words: Vec<&str> = passwords.iter().map(String::as_str).collect();
    words.extend([&program, "-c", &config, "-sd", &store, "-a", "127.0.0.1", "-p", &number]);
    let server = Tethered::start(&program_env(), &words, folder.path(), "nats.log").unwrap();
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let log = std::fs::read_to_string(folder.path().join("nats.log")).unwrap_or_default();
        assert!(begun.elapsed() < Duration::from_secs(20), "nats-server does not answer: {log}");
        std::thread::yield_now();
    }
    Running { port, _folder: folder, _server: server }
}

/// Sets variables for the program that it starts.
fn program_env() -> PathBuf {
    program("env").unwrap()
}

/// A connection as one context.
struct Client {
    context: String,
    stream: BufReader<TcpStream>,
}

impl Running {
    fn connect(&self, user: &str, password: &str) -> Result<Client, String> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut client = Client { context: user.to_owned(), stream: BufReader::new(stream) };
        assert!(client.line().starts_with("INFO "));
        let hello = json!({"verbose": false, "pedantic": false, "user": user, "pass": password, "headers": true});
        client.send(&format!("CONNECT {hello}\r\n"));
        match client.refusal() {
            None => Ok(client),
            Some(refusal) => Err(refusal),
        }
    }

    fn as_context(&self, context: &str) -> Client {
        self.connect(context, &password(context)).unwrap()
    }
}

impl Client {
    fn send(&mut self, text: &str) {
        let _closed = self.stream.get_mut().write_all(text.as_bytes());
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        // A refused client may find the connection closed before it has read the reason.
        let _closed = self.stream.read_line(&mut line);
        line.trim_end().to_owned()
    }

    /// What the server has refused of all that was sent so far.
    fn refusal(&mut self) -> Option<String> {
        self.send("PING\r\n");
        let mut refusal = None;
        loop {
            match self.line() {
                line if line.starts_with("-ERR") => refusal = Some(line),
                line if line == "PONG" => return refusal,
                line if line.is_empty() => return refusal.or(Some("closed".to_owned())),
                _ => {}
            }
        }
    }

    fn may_publish(&mut self, subject: &str) -> bool {
        self.send(&format!("PUB {subject} 0\r\n\r\n"));
        self.refusal().is_none()
    }

    fn may_subscribe(&mut self, subject: &str) -> bool {
        self.send(&format!("SUB {subject} 9\r\nUNSUB 9\r\n"));
        self.refusal().is_none()
    }

    /// Asks, and waits for the answer in the context's own inbox: (headers, body).
    fn ask(&mut self, subject: &str, body: &str) -> (String, String) {
        let inbox = format!("_INBOX_{}.answer", self.context);
        let length = body.len();
        self.send(&format!("SUB {inbox} 1\r\nUNSUB 1 1\r\nPUB {subject} {inbox} {length}\r\n{body}\r\n"));
        self.message()
    }

    fn message(&mut self) -> (String, String) {
        loop {
            let line = self.line();
            assert!(!line.starts_with("-ERR") && !line.is_empty(), "{line}");
            let words: Vec<&str> = line.split(' ').collect();
            let size = |word: Option<&&str>| word.unwrap().parse::<usize>().unwrap();
            match words.first() {
                Some(&"MSG") => return (words[words.len() - 2].to_owned(), self.bytes(size(words.last()))),
                Some(&"HMSG") => {
                    let headers = size(words.get(words.len() - 2));
                    let all = self.bytes(size(words.last()));
                    return (all[..headers].to_owned(), all[headers..].to_owned());
                }
                _ => {}
            }
        }
    }

    fn bytes(&mut self, size: usize) -> String {
        let mut bytes = vec![0; size + 2];
        self.stream.read_exact(&mut bytes).unwrap();
        String::from_utf8(bytes[..size].to_vec()).unwrap()
    }

    fn json(&mut self, subject: &str, body: &Value) -> Value {
        serde_json::from_str(&self.ask(subject, &body.to_string()).1).unwrap()
    }
}

/// Which contexts' facts a context hears, as its adapters for foreign events say.
fn hears(context: &str) -> BTreeSet<String> {
    let sources = source::files(&format!("contexts/{context}/src/adapters/inbound"), ".rs");
    let types = sources.iter().flat_map(|(_, text)| text.split("\"store.").skip(1));
    let producers = types.filter_map(|rest| rest.split('.').next()).filter(|producer| CONTEXTS.contains(producer));
    producers.filter(|producer| *producer != context).map(str::to_owned).collect()
}

#[test]
fn each_context_reaches_its_own_facts_and_those_that_it_hears_and_nothing_else() {
    for server in servers() {
        let running = start(&server, "contexts.conf");
        for context in CONTEXTS {
            let (heard, mut client) = (hears(context), running.as_context(context));
            for stream in CONTEXTS {
                let (own, hears) = (stream == context, heard.contains(stream));
                for (subject, allowed) in [
                    (format!("store.{stream}.x.v1"), own),
                    (format!("$JS.API.STREAM.CREATE.store_{stream}"), own),
                    (format!("$JS.API.STREAM.INFO.store_{stream}"), own || hears),
                    (format!("$JS.API.CONSUMER.NAMES.store_{stream}"), hears),
                    (format!("$JS.API.CONSUMER.CREATE.store_{stream}.{context}-0-ab"), hears),
                    (format!("$JS.API.CONSUMER.INFO.store_{stream}.{context}-0-ab"), hears),
                    (format!("$JS.API.CONSUMER.DELETE.store_{stream}.{context}-0-ab"), hears),
                    (format!("$JS.API.CONSUMER.MSG.NEXT.store_{stream}.{context}-0-ab"), hears),
                    (format!("$JS.ACK.store_{stream}.{context}-0-ab.1.2.3.4.5"), hears),
                    (format!("$JS.API.STREAM.DELETE.store_{stream}"), own),
                    (format!("$JS.API.STREAM.PURGE.store_{stream}"), false),
                    (format!("$JS.API.STREAM.UPDATE.store_{stream}"), false),
                    (format!("$JS.API.STREAM.MSG.GET.store_{stream}"), false),
                    (format!("$JS.API.STREAM.MSG.DELETE.store_{stream}"), false),
                    (format!("$JS.API.DIRECT.GET.store_{stream}"), false),
                    (format!("$JS.API.STREAM.SNAPSHOT.store_{stream}"), false),
                ] {
                    assert_eq!(client.may_publish(&subject), allowed, "{server:?}: {context} publishing to {subject}");
                }
                assert!(!client.may_subscribe(&format!("store.{stream}.>")), "{context} overhears {stream}");
                let inbox = format!("_INBOX_{stream}.answer");
                assert_eq!(client.may_subscribe(&inbox), own, "{context} listening at {inbox}");
            }
            for subject in [">", "_INBOX.>", "$JS.>", "$SYS.>"] {
                assert!(!client.may_subscribe(subject), "{context} listening at {subject}");
            }
            for subject in ["$JS.API.STREAM.CREATE.other", "$JS.API.STREAM.NAMES", "$SYS.REQ.SERVER.PING", "x"] {
                assert!(!client.may_publish(subject), "{context} publishing to {subject}");
            }
        }
    }
}

#[test]
fn a_fact_goes_from_its_context_to_one_that_hears_it() {
    for server in servers() {
        let running = start(&server, "contexts.conf");
        let (mut order, mut reports) = (running.as_context("order"), running.as_context("reports"));
        let stream = json!({"name": "store_order", "subjects": ["store.order.>"], "storage": "file", "retention": "limits",
            "discard": "new", "num_replicas": 1, "deny_delete": true, "deny_purge": true, "max_msgs_per_subject": -1,
            "max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "max_age": 0, "max_msg_size": -1});
        assert!(order.json("$JS.API.STREAM.CREATE.store_order", &stream)["error"].is_null());
        assert_eq!(order.json("store.order.paid.v1", &json!({"id": 7}))["seq"], 1);
        assert_eq!(reports.json("$JS.API.STREAM.INFO.store_order", &json!({}))["state"]["messages"], 1);
        let durable = json!({"stream_name": "store_order", "config": {"durable_name": "reports-0-ab", "name":
            "reports-0-ab", "ack_policy": "explicit", "deliver_policy": "all", "replay_policy": "instant"}});
        let made = reports.json("$JS.API.CONSUMER.CREATE.store_order.reports-0-ab", &durable);
        assert!(made["error"].is_null(), "{made}");
        let (place, fact) = reports.ask("$JS.API.CONSUMER.MSG.NEXT.store_order.reports-0-ab", "1");
        assert_eq!(fact, r#"{"id":7}"#);
        assert!(place.starts_with("$JS.ACK.store_order.reports-0-ab."), "{place}");
        reports.ask(&place, "+ACK");
        let after = reports.json("$JS.API.CONSUMER.INFO.store_order.reports-0-ab", &json!({}));
        assert_eq!((&after["num_ack_pending"], &after["num_pending"]), (&json!(0), &json!(0)), "{after}");
    }
}

#[test]
fn a_process_with_several_contexts_speaks_for_all_of_them_and_administers_nothing() {
    for server in servers() {
        let running = start(&server, "together.conf");
        let mut shop = running.as_context("shop");
        for context in CONTEXTS {
            for (subject, allowed) in [
                (format!("store.{context}.x.v1"), true),
                (format!("$JS.API.STREAM.CREATE.store_{context}"), true),
                (format!("$JS.API.STREAM.INFO.store_{context}"), true),
                (format!("$JS.API.CONSUMER.NAMES.store_{context}"), true),
                (format!("$JS.API.CONSUMER.CREATE.store_{context}.order-0-ab"), true),
                (format!("$JS.API.CONSUMER.MSG.NEXT.store_{context}.order-0-ab"), true),
                (format!("$JS.ACK.store_{context}.order-0-ab.1.2.3.4.5"), true),
                (format!("$JS.API.STREAM.DELETE.store_{context}"), true),
                (format!("$JS.API.STREAM.PURGE.store_{context}"), false),
                (format!("$JS.API.STREAM.UPDATE.store_{context}"), false),
            ] {
                assert_eq!(shop.may_publish(&subject), allowed, "{server:?}: publishing to {subject}");
            }
            assert!(shop.may_subscribe(&format!("_INBOX_{context}.answer")), "{context}");
        }
        assert!(!shop.may_subscribe("store.>") && !shop.may_subscribe("$SYS.>") && !shop.may_publish("other"));
    }
}

#[test]
fn no_user_connects_without_a_password() {
    for server in servers() {
        let running = start(&server, "contexts.conf");
        for (user, password) in [("order", "s-customer"), ("order", ""), ("", ""), ("nobody", "s-order")] {
            assert!(running.connect(user, password).is_err(), "{user:?} came in with {password:?}");
        }
    }
}

#[test]
fn contexts_hear_what_their_source_says() {
    assert_eq!(hears("reports"), ["catalogue", "order"].map(str::to_owned).into());
    assert_eq!(hears("customer"), BTreeSet::new());
}
