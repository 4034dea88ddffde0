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

use super::text::{key, origin, parse, span, switch, web_address, whole, words};
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
    /// The collector that spans are sent to; without it nothing is traced.
    #[serde(default, deserialize_with = "collector")]
    pub otlp_endpoint: Option<String>,
    /// The share of the traces that is recorded, 0 to 1.
    #[serde(deserialize_with = "share")]
    pub otlp_sample: f64,
}

/// How requests are limited and whose headers are believed.
#[derive(Debug, Clone, Deserialize)]
pub struct HttpSettings {
    /// Whether rate limits also apply to programs on this machine.
    #[serde(deserialize_with = "switch")]
    pub limit_loopback: bool,
    /// How many requests are worked on at once; more are refused with 503, except the payment provider's messages.
    #[serde(deserialize_with = "whole::<1, 65_536, _, _>")]
    pub requests_at_once: usize,
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

/// The error does not repeat it, for it may hold a login.
fn collector<'de, D: Deserializer<'de>>(text: D) -> Result<Option<String>, D::Error> {
    parse(text, |text| {
        let is_address = web_address(text).is_some_and(|url| url.query().is_none());
        ensure!(is_address, "expected an address such as http://127.0.0.1:4318, without a login");
        Ok(text.to_owned())
    })
}

fn share<'de, D: Deserializer<'de>>(text: D) -> Result<f64, D::Error> {
    parse(text, |text| {
        let share = text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
        share.with_context(|| format!("expected a share between 0 and 1 such as 0.1, got {text:?}"))
    })
}

fn networks<'de, D: Deserializer<'de>>(text: D) -> Result<TrustedProxies, D::Error> {
    parse(text, |text| Ok(TrustedProxies::parse(words(text))?))
}

/// An empty one protects nothing: it counts as none.
fn token<'de, D: Deserializer<'de>>(text: D) -> Result<Option<SecretString>, D::Error> {
    parse(text, |text| Ok((!text.is_empty()).then(|| SecretString::from(text))))
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    fn text(text: &str) -> StrDeserializer<'_, Error> {
        text.into_deserializer()
    }

    #[test]
    fn a_collector_is_an_address_and_the_refusal_of_another_repeats_no_login() {
        assert_eq!(collector(text("https://c.example/otlp")), Ok(Some("https://c.example/otlp".to_owned())));
        for wrong in ["127.0.0.1:4318", "http://me:hunter2@c.example", "grpc://c.example", "http://c.example?x=1"] {
            let refused = collector(text(wrong)).unwrap_err().to_string();
            assert!(refused.starts_with("expected an address") && !refused.contains("hunter2"), "{refused}");
        }
    }

    #[test]
    fn a_share_is_from_nothing_to_everything() {
        assert_eq!((share(text("0")), share(text("0.25")), share(text("1"))), (Ok(0.0), Ok(0.25), Ok(1.0)));
        for wrong in ["1.1", "-0.1", "NaN", "all"] {
            assert!(share(text(wrong)).is_err(), "{wrong}");
        }
    }
}
