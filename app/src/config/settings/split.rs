//! Refuses a process that lacks what joins it to the other processes of its shop.

use anyhow::{bail, ensure};

use super::Settings;
use crate::config::parts::Part;

pub(super) fn check(settings: &Settings) -> anyhow::Result<()> {
    let (parts, peers) = (&settings.process.parts, &settings.process.peers);
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
        settings.site.base_url_is_set,
        "STORE_CONTEXTS={parts} needs STORE_BASE_URL: where browsers find the shop, not this process"
    );
    let missing = Part::CONTEXTS.into_iter().find(|part| !parts.contains(*part) && !peers.contains_key(part));
    if let Some(missing) = missing.filter(|_| parts.contains(Part::Edge)) {
        bail!(
            "STORE_CONTEXTS={parts} needs STORE_PEERS to say where {missing} is: {missing}=http://host:port",
            missing = missing.name()
        );
    }
    Ok(())
}

/// In a shop of several processes one signs identities, the others verify them, and all know each other's forms.
fn identity(settings: &Settings) -> anyhow::Result<()> {
    let process = &settings.process;
    let (parts, signs, believed) = (&process.parts, &process.identity_private_key, &process.identity_public_keys);
    // The sandbox decides nothing by identity; beside a whole shop there is no signer either.
    if parts.is_single_process() || parts.is_exactly(Part::Sandbox) && believed.is_empty() {
        return Ok(());
    }
    ensure!(
        !believed.is_empty(),
        "STORE_CONTEXTS={parts} needs STORE_IDENTITY_PUBLIC_KEYS, by which it knows who is asking; `better-store keys` makes them"
    );
    ensure!(
        process.csrf_key.is_some(),
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

/// Orders and the payment sandbox in two processes must find each other and share secrets.
fn sandbox(settings: &Settings) -> anyhow::Result<()> {
    let parts = &settings.process.parts;
    let (orders, plays) = (parts.contains(Part::Order), parts.contains(Part::Sandbox));
    if settings.payments.stripe_secret_key.is_some() {
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
        settings.process.peers.contains_key(&other),
        "STORE_CONTEXTS={parts} needs STORE_PEERS to say where {other} is: {other}=http://host:port{or_stripe}",
        other = other.name(),
        or_stripe = if orders { ", or real payments by STORE_STRIPE_SECRET_KEY" } else { "" }
    );
    ensure!(
        settings.payments.sandbox_secret_key.is_some() && !settings.payments.webhook_secrets.is_empty(),
        "STORE_CONTEXTS={parts} needs STORE_SANDBOX_SECRET_KEY and STORE_STRIPE_WEBHOOK_SECRET, the same where {} is",
        other.name()
    );
    Ok(())
}

#[cfg(test)]
mod tests;
