//! Where the broker is and how it is entered, checked before anything is started.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use async_nats::ServerAddr;
use secrecy::{ExposeSecret as _, SecretString};

/// The way into the broker.
#[derive(Debug, Clone)]
pub struct Access {
    /// One or more servers of one cluster, separated by commas: `nats://user:password@host:4222`, `tls://...`.
    pub url: SecretString,
    /// A credentials file as the broker's own tools make it, instead of a password in the URL.
    pub credentials: Option<PathBuf>,
}

/// What the transport has to be told.
#[derive(Debug, Clone)]
pub struct JetStreamSettings {
    /// The way in for every context that has none of its own.
    pub access: Access,
    /// The ways in of single contexts, by their names: then the broker can tell who publishes and who reads.
    pub access_of: BTreeMap<String, Access>,
    /// How many servers of the cluster keep each stream: 1 to 5; odd in production.
    pub replicas: usize,
    /// Whether a server on another machine may do without authentication, because only this shop can reach it.
    pub trust_network: bool,
}

/// The transport over NATS JetStream, with settings that have been found fit.
#[derive(Debug, Clone)]
pub struct JetStream {
    settings: JetStreamSettings,
}

/// Why the settings are not used. No text names a password.
#[derive(Debug, thiserror::Error)]
pub enum JetStreamRefused {
    /// It is no address of a server.
    #[error("{0} is no address of a NATS server")]
    NoAddress(String),
    /// Any program on the network could publish in the shop's name.
    #[error(
        "{0} is not on this machine, and nothing authenticates us to it: name a user, or say that the network is trusted"
    )]
    Unauthenticated(String),
    /// It is not there.
    #[error("there is no credentials file {0}")]
    NoCredentials(PathBuf),
    /// Brokers keep one to five copies.
    #[error("a stream cannot be kept {0} times; it can be 1 to 5 times")]
    Replicas(usize),
}

impl JetStream {
    /// Checks the settings; opens no connection.
    pub fn new(settings: JetStreamSettings) -> Result<Self, JetStreamRefused> {
        if !(1..=5).contains(&settings.replicas) {
            return Err(JetStreamRefused::Replicas(settings.replicas));
        }
        for access in settings.access_of.values().chain([&settings.access]) {
            if let Some(file) = access.credentials.as_ref().filter(|file| !file.is_file()) {
                return Err(JetStreamRefused::NoCredentials(file.clone()));
            }
            for server in access.servers()? {
                let known = server.has_user_pass() || access.credentials.is_some();
                if !known && !is_loopback(&server) && !settings.trust_network {
                    return Err(JetStreamRefused::Unauthenticated(server.host().to_owned()));
                }
            }
        }
        Ok(Self { settings })
    }

    /// The context's own access, or the shared one.
    pub(super) fn access(&self, context: &str) -> &Access {
        self.settings.access_of.get(context).unwrap_or(&self.settings.access)
    }

    pub(super) fn replicas(&self) -> usize {
        self.settings.replicas
    }
}

impl Access {
    /// The servers, in the order given.
    pub(super) fn servers(&self) -> Result<Vec<ServerAddr>, JetStreamRefused> {
        let server = |text: &str| {
            let address = text.trim().parse::<ServerAddr>().ok().filter(|address| !address.host().is_empty());
            address.ok_or_else(|| JetStreamRefused::NoAddress(without_password(text)))
        };
        self.url.expose_secret().split(',').map(server).collect()
    }
}

fn is_loopback(server: &ServerAddr) -> bool {
    server.host() == "localhost" || server.host().parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What comes after the last `@`: an address that could not be read may still hold a password.
fn without_password(text: &str) -> String {
    text.rsplit('@').next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> JetStreamSettings {
        let access = Access { url: SecretString::from(url), credentials: None };
        JetStreamSettings { access, access_of: BTreeMap::new(), replicas: 1, trust_network: false }
    }

    #[test]
    fn a_server_of_this_machine_needs_no_password() {
        for url in ["nats://127.0.0.1:4222", "localhost", "nats://[::1]:4222", "127.0.0.1:4222,127.0.0.1:4223"] {
            assert!(JetStream::new(settings(url)).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_server_elsewhere_needs_a_password_or_a_word_that_the_network_is_trusted() {
        let refused = |settings| matches!(JetStream::new(settings), Err(JetStreamRefused::Unauthenticated(_)));
        assert!(refused(settings("nats://10.0.0.7:4222")));
        assert!(refused(settings("nats://order:secret@10.0.0.7,nats://10.0.0.8")), "each server counts");
        assert!(!refused(settings("nats://order:secret@10.0.0.7")));
        assert!(!refused(JetStreamSettings { trust_network: true, ..settings("nats://10.0.0.7") }));
    }

    #[test]
    fn a_credentials_file_does_as_well_if_it_is_there() {
        let with_file = |file| {
            let mut settings = settings("tls://broker.example");
            settings.access.credentials = Some(PathBuf::from(file));
            JetStream::new(settings)
        };
        assert!(with_file("Cargo.toml").is_ok(), "what is in it is the broker's business");
        assert!(matches!(with_file("no/such.creds"), Err(JetStreamRefused::NoCredentials(_))));
    }

    #[test]
    fn each_context_s_own_way_in_is_checked_too() {
        let mut of_one = settings("nats://127.0.0.1");
        of_one.access_of.insert("order".to_owned(), settings("nats://broker.example").access);
        assert!(matches!(JetStream::new(of_one), Err(JetStreamRefused::Unauthenticated(_))));
    }

    #[test]
    fn no_refusal_names_a_password() {
        let refused = JetStream::new(settings("http://order:s3cret@broker.example")).unwrap_err();
        assert!(!refused.to_string().contains("s3cret"), "{refused}");
        assert!(!format!("{:?}", settings("nats://order:s3cret@127.0.0.1")).contains("s3cret"));
    }

    #[test]
    fn a_stream_is_kept_one_to_five_times() {
        for replicas in [0, 6] {
            let refused = JetStream::new(JetStreamSettings { replicas, ..settings("localhost") });
            assert!(matches!(refused, Err(JetStreamRefused::Replicas(_))));
        }
    }
}
