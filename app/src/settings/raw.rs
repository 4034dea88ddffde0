//! Settings as they are written, before anybody has looked at what they say.

use std::path::Path;

use anyhow::Context as _;
use serde::Deserialize;

/// The settings as they are written, all of them optional, all of them text.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) listen: Option<String>,
    pub(super) base_url: Option<String>,
    pub(super) shop_name: Option<String>,
    pub(super) data_dir: Option<String>,
    pub(super) mail_dir: Option<String>,
    pub(super) contexts: Option<String>,
    pub(super) database_url: Option<String>,
    pub(super) catalogue_database_url: Option<String>,
    pub(super) order_database_url: Option<String>,
    pub(super) fulfilment_database_url: Option<String>,
    pub(super) reports_database_url: Option<String>,
    pub(super) customer_database_url: Option<String>,
    pub(super) sandbox_database_url: Option<String>,
    pub(super) database_connections: Option<String>,
    pub(super) forgetful_database: Option<String>,
    pub(super) nats_url: Option<String>,
    pub(super) nats_credentials: Option<String>,
    pub(super) nats_replicas: Option<String>,
    pub(super) nats_trust_network: Option<String>,
    pub(super) peers: Option<String>,
    pub(super) identity_private_key: Option<String>,
    pub(super) identity_public_keys: Option<String>,
    pub(super) csrf_key: Option<String>,
    pub(super) demo: Option<String>,
    pub(super) demo_password: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) tax_basis_points: Option<String>,
    pub(super) shipping_minor: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) payment_window: Option<String>,
    pub(super) open_orders: Option<String>,
    pub(super) verification_window: Option<String>,
    pub(super) retry_base: Option<String>,
    pub(super) sweep_every: Option<String>,
    pub(super) reconcile_every: Option<String>,
    pub(super) stripe_secret_key: Option<String>,
    pub(super) stripe_webhook_secret: Option<String>,
    pub(super) stripe_api_base: Option<String>,
    pub(super) sandbox_secret_key: Option<String>,
    pub(super) public_sandbox: Option<String>,
    pub(super) smtp_url: Option<String>,
    pub(super) mail_from: Option<String>,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<String>,
    pub(super) admin_email: Option<String>,
    pub(super) admin_password: Option<String>,
    pub(super) limit_loopback: Option<String>,
    pub(super) trusted_proxies: Option<String>,
    pub(super) refuse_untrusted_proxies: Option<String>,
    pub(super) metrics_token: Option<String>,
    pub(super) workers: Option<String>,
}

impl Raw {
    /// Reads `file` (or `better-store.toml` here, if there is one) and the `STORE_*` variables, which win.
    pub(super) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let builder = config::Config::builder();
        let builder = match file {
            Some(path) => builder.add_source(config::File::from(path).format(config::FileFormat::Toml)),
            None => {
                let here = config::File::with_name("better-store").format(config::FileFormat::Toml);
                builder.add_source(here.required(false))
            }
        };
        builder.add_source(environment(std::env::vars())).build()?.try_deserialize().context("the settings")
    }
}

/// The command line's own variables: of our prefix, but no settings of the shop.
const NOT_SETTINGS: [&str; 1] = ["STORE_USER_PASSWORD"];

fn environment(variables: impl Iterator<Item = (String, String)>) -> config::Environment {
    let settings = variables.filter(|(name, _)| !NOT_SETTINGS.contains(&name.as_str()));
    config::Environment::with_prefix("STORE").ignore_empty(true).try_parsing(false).source(Some(settings.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Raw, config::ConfigError> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        config::Config::builder().add_source(environment(variables)).build()?.try_deserialize()
    }

    #[test]
    fn a_misspelt_variable_is_refused_and_a_password_for_the_command_line_is_not() {
        let read_well = read(&[("STORE_SHOP_NAME", "Tiny"), ("STORE_USER_PASSWORD", "secret"), ("PATH", "/bin")]);
        assert_eq!(read_well.unwrap().shop_name.as_deref(), Some("Tiny"));
        assert!(read(&[("STORE_SHOP_NMAE", "Tiny")]).unwrap_err().to_string().contains("shop_nmae"));
    }
}
