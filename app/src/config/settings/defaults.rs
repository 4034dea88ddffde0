//! What holds where nothing is set, as it would be written. `docs/settings.md` says the same, which a test compares.

use std::time::Duration;

/// The settings that have a value in every shop: name and text. The numbers of a context are its own defaults.
pub(super) fn defaults() -> Vec<(&'static str, String)> {
    let (order, customer) = (order::OrderSettings::default(), customer::CustomerSettings::default());
    let contexts = [
        ("shipping_minor", order.shipping_flat_minor.to_string()),
        ("payment_window", span(order.payment_window)),
        ("open_orders", order.open_orders.to_string()),
        ("open_pieces", order.open_pieces.to_string()),
        ("verification_window", span(customer.links.verification)),
        ("sweep_every", span(order.sweep_every)),
        ("reconcile_every", span(order.reconcile_every)),
    ];
    let app = [
        ("listen", "127.0.0.1:8080"),
        ("shop_name", "The Better Store"),
        ("data_dir", "data"),
        ("demo", "on"),
        ("currency", "NZD"),
        ("time_zone", "Pacific/Auckland"),
        ("financial_year_month", "1"),
        ("retry_base", "500ms"),
        ("reconcile_days", "30"),
        ("stripe_api_base", "https://api.stripe.com"),
        ("public_sandbox", "off"),
        ("log", "info"),
        ("log_format", "text"),
        ("otlp_sample", "1"),
        ("limit_loopback", "off"),
        ("requests_at_once", "1024"),
        ("refuse_untrusted_proxies", "off"),
        ("second_factor_from", "nobody"),
        ("security_log_days", "400"),
        ("workers", "2"),
        ("database_connections", "6"),
        ("forgetful_database", "off"),
        ("nats_replicas", "1"),
        ("nats_trust_network", "off"),
    ];
    contexts.into_iter().chain(app.map(|(name, text)| (name, text.to_owned()))).collect()
}

/// In the largest unit in which it is a whole number.
fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}
