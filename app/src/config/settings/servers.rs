//! Database servers and the broker.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::ensure;
use chassis::messaging::{Access, JetStream, JetStreamRefused, JetStreamSettings};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::text::{optional, parse, switch, whole};
use crate::config::parts::Part;

/// Where contexts store their data, if not in files of the data folder.
#[derive(Debug, Clone, Deserialize)]
pub struct Databases {
    /// One server for all, each context in a schema of its own.
    #[serde(default, deserialize_with = "server")]
    database_url: Option<SecretString>,
    #[serde(default, deserialize_with = "server")]
    catalogue_database_url: Option<SecretString>,
    #[serde(default, deserialize_with = "server")]
    order_database_url: Option<SecretString>,
    #[serde(default, deserialize_with = "server")]
    fulfilment_database_url: Option<SecretString>,
    #[serde(default, deserialize_with = "server")]
    reports_database_url: Option<SecretString>,
    #[serde(default, deserialize_with = "server")]
    customer_database_url: Option<SecretString>,
    #[serde(default, deserialize_with = "server")]
    sandbox_database_url: Option<SecretString>,
    /// The maximum number of connections for each context.
    #[serde(rename = "database_connections", deserialize_with = "whole::<1, 1_000, _, _>")]
    pub connections: u32,
    /// Whether a server is accepted that may lose commits in a power cut, such as one for tests.
    #[serde(rename = "forgetful_database", deserialize_with = "switch")]
    pub forgetful: bool,
}

impl Databases {
    /// All contexts on one server that may be a test's: what tests start from.
    #[cfg(test)]
    pub(crate) fn on_one_server(url: &str) -> anyhow::Result<Self> {
        let written = [("database_url", url), ("database_connections", "3"), ("forgetful_database", "on")];
        Ok(super::Settings::of(&written)?.databases)
    }

    /// The server of this part, its own before the one for all; `None` means a file.
    pub fn url(&self, part: Part) -> Option<&SecretString> {
        let own = match part {
            Part::Catalogue => &self.catalogue_database_url,
            Part::Order => &self.order_database_url,
            Part::Fulfilment => &self.fulfilment_database_url,
            Part::Reports => &self.reports_database_url,
            Part::Customer => &self.customer_database_url,
            Part::Sandbox => &self.sandbox_database_url,
            Part::Edge => &None,
        };
        own.as_ref().or(self.database_url.as_ref())
    }
}

/// The way to the broker between processes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct NatsSettings {
    #[serde(default, rename = "nats_url", deserialize_with = "optional")]
    url: Option<SecretString>,
    #[serde(default, rename = "nats_credentials", deserialize_with = "optional")]
    credentials: Option<PathBuf>,
    /// The number of servers that store each message, 1 to 5.
    #[serde(rename = "nats_replicas", deserialize_with = "whole::<1, 5, _, _>")]
    replicas: usize,
    /// Whether a remote server is accepted that asks for no password.
    #[serde(rename = "nats_trust_network", deserialize_with = "switch")]
    trust_network: bool,
}

impl NatsSettings {
    /// Refuses a broker that is open to outsiders.
    pub(super) fn transport(self) -> anyhow::Result<Option<JetStream>> {
        let Some(url) = self.url else {
            ensure!(self.credentials.is_none(), "STORE_NATS_CREDENTIALS needs STORE_NATS_URL beside it");
            return Ok(None);
        };
        let settings = JetStreamSettings {
            access: Access { url, credentials: self.credentials },
            access_of: BTreeMap::new(),
            replicas: self.replicas,
            trust_network: self.trust_network,
        };
        JetStream::new(settings).map(Some).map_err(|error| {
            let setting = match &error {
                JetStreamRefused::Replicas(_) => "STORE_NATS_REPLICAS",
                JetStreamRefused::Unauthenticated(_) => {
                    "STORE_NATS_URL (or STORE_NATS_CREDENTIALS, or STORE_NATS_TRUST_NETWORK=on)"
                }
                JetStreamRefused::NoAddress(_) => "STORE_NATS_URL",
                JetStreamRefused::NoCredentials(_) => "STORE_NATS_CREDENTIALS",
            };
            anyhow::Error::new(error).context(setting)
        })
    }
}

/// The address of a PostgreSQL server, which the error does not repeat.
fn server<'de, D: Deserializer<'de>>(url: D) -> Result<Option<SecretString>, D::Error> {
    parse(url, |url| {
        let is_server = url.starts_with("postgres://") || url.starts_with("postgresql://");
        ensure!(is_server, "expected an address that begins with postgres://; without it, data is stored in files");
        Ok(SecretString::from(url))
    })
}
