//! The shops that scenarios run against.

use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::support::process::Shop;

/// Deadlines of seconds, so that what expires expires while somebody watches.
const IMPATIENT: &[(&str, &str)] =
    &[("STORE_PAYMENT_WINDOW", "4s"), ("STORE_VERIFICATION_WINDOW", "3s"), ("STORE_SWEEP_EVERY", "300ms")];

static PATIENT_SHOP: OnceCell<Arc<Shop>> = OnceCell::const_new();
static IMPATIENT_SHOP: OnceCell<Arc<Shop>> = OnceCell::const_new();

/// The shop that a scenario with these tags needs.
pub async fn shop_for(tags: &[String]) -> Arc<Shop> {
    let tagged = |name: &str| tags.iter().any(|tag| tag == name);
    if tagged("own") {
        return Arc::new(Shop::open(&[]).await);
    }
    if tagged("impatient") {
        return Arc::clone(IMPATIENT_SHOP.get_or_init(|| async { Arc::new(Shop::open(IMPATIENT).await) }).await);
    }
    Arc::clone(PATIENT_SHOP.get_or_init(|| async { Arc::new(Shop::open(&[]).await) }).await)
}
