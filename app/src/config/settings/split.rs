//! Settings by which the processes of one shop find and believe each other, and the check that none of them is missing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use chassis::messaging::{Access, JetStream, JetStreamRefused, JetStreamSettings};
use secrecy::SecretString;

use super::raw::Raw;
use super::read::{list, number, switch};
use super::{Settings, outside};
use crate::config::parts::Part;

/// Where contexts keep what they keep, if not in files of the data folder.
#[derive(Debug, Clone, Default)]
pub struct Databases {
    /// One server for all, each context in a schema of its own.
    pub(super) shared: Option<SecretString>,
    /// A context's own, which wins.
    pub(super) own: BTreeMap<Part, SecretString>,
    /// Connections at most, for each context.
    pub connections: u32,
    /// Whether a server is accepted that may forget commits in a power cut, as those of tests do.
    pub forgetful: bool,
}

impl Databases {
    /// All contexts on one server that may be a test's: what tests start from.
    #[cfg(test)]
    pub(crate) fn on_one_server(url: &str) -> Self {
        Self { shared: Some(SecretString::from(url)), own: BTreeMap::new(), connections: 3, forgetful: true }
    }

    /// The server of this part; `None` means a file.
    pub fn url(&self, part: Part) -> Option<&SecretString> {
        self.own.get(&part).or(self.shared.as_ref())
    }
}

/// Checks that a text is the address of a PostgreSQL server.
pub(super) fn database(name: &str, url: String) -> anyhow::Result<SecretString> {
    ensure!(
        url.starts_with("postgres://") || url.starts_with("postgresql://"),
        "{name} begins with postgres://; without it the shop keeps everything in files"
    );
    Ok(SecretString::from(url))
}

/// Reads the way to the broker, and refuses one that is open to outsiders.
pub(super) fn nats(raw: &Raw) -> anyhow::Result<Option<JetStream>> {
    let credentials = raw.nats_credentials.as_ref().map(PathBuf::from);
    let of = |url: &String| Access { url: SecretString::from(url.clone()), credentials: credentials.clone() };
    let Some(access) = raw.nats_url.as_ref().map(of) else {
        ensure!(credentials.is_none(), "STORE_NATS_CREDENTIALS needs STORE_NATS_URL beside it");
        return Ok(None);
    };
    let settings = JetStreamSettings {
        access,
        access_of: BTreeMap::new(),
        replicas: number("STORE_NATS_REPLICAS", raw.nats_replicas.as_deref(), 1)?,
        trust_network: switch("STORE_NATS_TRUST_NETWORK", raw.nats_trust_network.as_deref(), false)?,
    };
    let refused = |error: JetStreamRefused| match error {
        JetStreamRefused::Replicas(_) => anyhow::Error::new(error).context("STORE_NATS_REPLICAS"),
        JetStreamRefused::Unauthenticated(_) => anyhow::Error::new(error)
            .context("STORE_NATS_URL (or STORE_NATS_CREDENTIALS, or STORE_NATS_TRUST_NETWORK=on)"),
        JetStreamRefused::NoAddress(_) => anyhow::Error::new(error).context("STORE_NATS_URL"),
        JetStreamRefused::NoCredentials(_) => anyhow::Error::new(error).context("STORE_NATS_CREDENTIALS"),
    };
    JetStream::new(settings).map(Some).map_err(refused)
}

/// Reads `catalogue=http://host:port,order=http://host:port`.
pub(super) fn peers(text: Option<&str>) -> anyhow::Result<BTreeMap<Part, String>> {
    let mut peers = BTreeMap::new();
    for entry in list(text) {
        let (name, url) = entry
            .split_once('=')
            .with_context(|| format!("STORE_PEERS has entries such as order=http://host:port, not {entry:?}"))?;
        let part = Part::parse(name.trim()).context("STORE_PEERS")?;
        let known = peers.insert(part, outside::origin(&format!("STORE_PEERS: the place of {name}"), url.trim())?);
        ensure!(known.is_none(), "STORE_PEERS names {name} twice");
    }
    Ok(peers)
}

/// Refuses a process that could not do its part in a shop of several processes.
pub(super) fn check(settings: &Settings) -> anyhow::Result<()> {
    let parts = &settings.parts;
    let some_contexts = parts.contexts().next().is_some() && !parts.contains_all_contexts();
    ensure!(
        !some_contexts || settings.nats.is_some(),
        "STORE_CONTEXTS={parts} leaves contexts to other processes: that needs STORE_NATS_URL, by which they hear of each other"
    );
    identity(settings)?;
    sandbox(settings)?;
    if parts.is_single_process() {
        return Ok(());
    }
    ensure!(
        settings.base_url_is_set,
        "STORE_CONTEXTS={parts} needs STORE_BASE_URL: where browsers find the shop, not this process"
    );
    let missing = Part::CONTEXTS.into_iter().find(|part| !parts.contains(*part) && !settings.peers.contains_key(part));
    if let Some(missing) = missing.filter(|_| parts.contains(Part::Edge)) {
        bail!(
            "STORE_CONTEXTS={parts} needs STORE_PEERS to say where {missing} is: {missing}=http://host:port",
            missing = missing.name()
        );
    }
    Ok(())
}

/// In a shop of several processes one signs who somebody is, the others believe it, and all know each other's forms.
fn identity(settings: &Settings) -> anyhow::Result<()> {
    let (parts, signs, believed) = (&settings.parts, &settings.identity_private_key, &settings.identity_public_keys);
    // The sandbox decides nothing by who somebody is; beside a whole shop nobody would sign it either.
    if parts.is_single_process() || parts.is_exactly(Part::Sandbox) && believed.is_empty() {
        return Ok(());
    }
    ensure!(
        !believed.is_empty(),
        "STORE_CONTEXTS={parts} needs STORE_IDENTITY_PUBLIC_KEYS, by which it knows who is asking; `better-store keys` makes them"
    );
    ensure!(
        settings.csrf_key.is_some(),
        "STORE_CONTEXTS={parts} needs STORE_CSRF_KEY, the same in all processes; `better-store keys` makes one"
    );
    if !parts.contains(Part::Customer) {
        return Ok(());
    }
    let Some(signs) = signs else {
        bail!(
            "STORE_CONTEXTS={parts} holds customer and needs STORE_IDENTITY_PRIVATE_KEY; `better-store keys` makes it"
        );
    };
    ensure!(
        believed.contains(&signs.public()),
        "STORE_IDENTITY_PUBLIC_KEYS does not hold the other half of STORE_IDENTITY_PRIVATE_KEY, {}",
        signs.public()
    );
    Ok(())
}

/// Orders and the payment sandbox in two processes have to find each other and agree on secrets.
fn sandbox(settings: &Settings) -> anyhow::Result<()> {
    let parts = &settings.parts;
    let (orders, plays) = (parts.contains(Part::Order), parts.contains(Part::Sandbox));
    if settings.stripe.is_some() {
        ensure!(
            !parts.is_exactly(Part::Sandbox),
            "STORE_CONTEXTS={parts}: with STORE_STRIPE_SECRET_KEY there is no sandbox"
        );
        return Ok(());
    }
    if orders == plays {
        return Ok(());
    }
    let other = if orders { Part::Sandbox } else { Part::Order };
    ensure!(
        settings.peers.contains_key(&other),
        "STORE_CONTEXTS={parts} needs STORE_PEERS to say where {other} is: {other}=http://host:port{or_stripe}",
        other = other.name(),
        or_stripe = if orders { ", or real payments by STORE_STRIPE_SECRET_KEY" } else { "" }
    );
    ensure!(
        settings.sandbox_secret_key.is_some() && !settings.webhook_secrets.is_empty(),
        "STORE_CONTEXTS={parts} needs STORE_SANDBOX_SECRET_KEY and STORE_STRIPE_WEBHOOK_SECRET, the same where {} is",
        other.name()
    );
    Ok(())
}

#[cfg(test)]
mod tests;
