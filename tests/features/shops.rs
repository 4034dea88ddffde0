//! The shops that scenarios run against.

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::support::process::{Shop, Topology};

/// Deadlines of seconds, so that expiry can be tested in a few seconds.
const SHORT_DEADLINES: &[(&str, &str)] =
    &[("STORE_PAYMENT_WINDOW", "4s"), ("STORE_VERIFICATION_WINDOW", "3s"), ("STORE_SWEEP_EVERY", "300ms")];

static DEFAULT_SHOP: Mutex<Option<Arc<Shop>>> = Mutex::const_new(None);
static SHORT_DEADLINE_SHOP: Mutex<Option<Arc<Shop>>> = Mutex::const_new(None);

/// The shop that a scenario with these tags needs.
pub async fn shop_for(topology: Topology, tags: &[String]) -> Arc<Shop> {
    let tagged = |name: &str| tags.iter().any(|tag| tag == name);
    if tagged("own") {
        return Arc::new(Shop::open_as(topology, &[]).await);
    }
    let (kept, settings) =
        if tagged("impatient") { (&SHORT_DEADLINE_SHOP, SHORT_DEADLINES) } else { (&DEFAULT_SHOP, &[][..]) };
    let mut kept = kept.lock().await;
    if kept.is_none() {
        *kept = Some(Arc::new(Shop::open_as(topology, settings).await));
    }
    kept.as_ref().map(Arc::clone).unwrap()
}

/// Ends the shops that scenarios have shared.
pub async fn close() {
    drop(DEFAULT_SHOP.lock().await.take());
    drop(SHORT_DEADLINE_SHOP.lock().await.take());
}
