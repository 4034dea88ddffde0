//! How a process runs, listens, and finds and believes the other processes of its shop.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use chassis::telemetry::LogFormat;
use chassis::web::TrustedProxies;
use chassis::web::signed::{PrivateKey, PublicKey};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use super::text::{key, origin, parse, span, switch, whole, words};
use crate::config::parts::{Part, Parts};

/// How this process runs.
#[derive(Debug, Clone, Deserialize)]
pub struct ProcessSettings {
    /// Address and port of the public door.
    pub listen: String,
    /// The folder of everything the shop stores in files.
    pub data_dir: PathBuf,
    /// The parts of the shop that this process runs.
    #[serde(default = "Parts::all", rename = "contexts", deserialize_with = "parts")]
    pub parts: Parts,
    /// Addresses of the other parts, without a slash at the end.
    #[serde(default, deserialize_with = "peers")]
    pub peers: BTreeMap<Part, String>,
    /// Signs identities for the other processes.
    #[serde(default, deserialize_with = "private_key")]
    pub identity_private_key: Option<PrivateKey>,
    /// Verify identities.
    #[serde(default, deserialize_with = "public_keys")]
    pub identity_public_keys: Vec<PublicKey>,
    /// Signs form tokens, if it is not to be generated.
    #[serde(default, deserialize_with = "key")]
    pub csrf_key: Option<[u8; 32]>,
    /// Threads that serve requests.
    #[serde(deserialize_with = "whole::<1, 256, _, _>")]
    pub workers: usize,
    /// The first pause before a failed message is retried.
    #[serde(deserialize_with = "span")]
    pub retry_base: Duration,
    /// How often timers look for expired orders and reservations.
    #[serde(deserialize_with = "span")]
    pub sweep_every: Duration,
    /// What is logged: a filter as `tracing` writes it.
    #[serde(deserialize_with = "log_filter")]
    pub log: String,
    #[serde(deserialize_with = "log_format")]
    pub log_format: LogFormat,
}

/// How requests are limited and whose headers are believed.
#[derive(Debug, Clone, Deserialize)]
pub struct HttpSettings {
    /// Whether rate limits also apply to programs on this machine.
    #[serde(deserialize_with = "switch")]
    pub limit_loopback: bool,
    /// Networks whose forwarding headers are believed.
    #[serde(default, deserialize_with = "networks")]
    pub trusted_proxies: TrustedProxies,
    /// Whether requests that other proxies forward are refused.
    #[serde(deserialize_with = "switch")]
    pub refuse_untrusted_proxies: bool,
    /// Bearer token for `/metrics`. Without it they are served only to this machine, by a shop whose address is this
    /// machine's.
    #[serde(default, deserialize_with = "token")]
    pub metrics_token: Option<SecretString>,
}

fn parts<'de, D: Deserializer<'de>>(text: D) -> Result<Parts, D::Error> {
    parse(text, Parts::parse)
}

/// Reads `catalogue=http://host:port,order=http://host:port`.
fn peers<'de, D: Deserializer<'de>>(text: D) -> Result<BTreeMap<Part, String>, D::Error> {
    parse(text, |text| {
        let mut peers = BTreeMap::new();
        for entry in words(text) {
            let split = entry.split_once('=');
            let (name, url) =
                split.with_context(|| format!("expected entries such as order=http://host:port, got {entry:?}"))?;
            let address = origin(url.trim()).with_context(|| format!("the address of {name}"))?;
            ensure!(peers.insert(Part::parse(name.trim())?, address).is_none(), "{name} is named twice");
        }
        Ok(peers)
    })
}

/// The error does not repeat it.
fn private_key<'de, D: Deserializer<'de>>(text: D) -> Result<Option<PrivateKey>, D::Error> {
    parse(text, |text| Ok(PrivateKey::parse(text)?))
}

fn public_keys<'de, D: Deserializer<'de>>(text: D) -> Result<Vec<PublicKey>, D::Error> {
    parse(text, |text| Ok(words(text).map(PublicKey::parse).collect::<Result<Vec<_>, _>>()?))
}

fn log_filter<'de, D: Deserializer<'de>>(text: D) -> Result<String, D::Error> {
    parse(text, |text| {
        chassis::telemetry::check_filter(text)?;
        Ok(text.to_owned())
    })
}

fn log_format<'de, D: Deserializer<'de>>(text: D) -> Result<LogFormat, D::Error> {
    parse(text, |text| Ok(text.parse()?))
}

fn networks<'de, D: Deserializer<'de>>(text: D) -> Result<TrustedProxies, D::Error> {
    parse(text, |text| Ok(TrustedProxies::parse(words(text))?))
}

/// An empty one protects nothing: it counts as none.
fn token<'de, D: Deserializer<'de>>(text: D) -> Result<Option<SecretString>, D::Error> {
    parse(text, |text| Ok((!text.is_empty()).then(|| SecretString::from(text))))
}
