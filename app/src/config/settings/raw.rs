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
    pub(super) tax_percent: Option<String>,
    pub(super) shipping_minor: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) financial_year_month: Option<String>,
    pub(super) payment_window: Option<String>,
    pub(super) open_orders: Option<String>,
    pub(super) open_pieces: Option<String>,
    pub(super) verification_window: Option<String>,
    pub(super) retry_base: Option<String>,
    pub(super) sweep_every: Option<String>,
    pub(super) reconcile_every: Option<String>,
    pub(super) reconcile_days: Option<String>,
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
    pub(super) security_log_days: Option<String>,
    pub(super) second_factor_from: Option<String>,
    pub(super) workers: Option<String>,
}

impl Raw {
    /// Reads `file` (or `better-store.toml` here, if there is one) and the `STORE_*` variables, which win.
    pub(super) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        Self::from_sources(read_file(file)?.as_deref(), std::env::vars())
    }

    fn from_sources(toml: Option<&str>, variables: impl Iterator<Item = (String, String)>) -> anyhow::Result<Self> {
        let mut builder = config::Config::builder();
        if let Some(toml) = toml {
            builder = builder.add_source(config::File::from_str(toml, config::FileFormat::Toml));
        }
        let written = builder.add_source(environment(variables)).build().context("the settings")?;
        refuse_unknown(&written)?;
        written.try_deserialize().context("the settings")
    }
}

/// The file in the working directory that is read when no other is named. Exactly this name: the program itself is called
/// `better-store`, and often lies in the folder that it is started from.
const DEFAULT_FILE: &str = "better-store.toml";

/// The text of the named file, or of the default one if it exists.
fn read_file(named: Option<&Path>) -> anyhow::Result<Option<String>> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    match std::fs::read_to_string(path) {
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some).with_context(|| format!("the settings file {}", path.display())),
    }
}

/// Names the setting that does not exist, and the one that was probably meant.
fn refuse_unknown(written: &config::Config) -> anyhow::Result<()> {
    use config::Source as _;
    let known = field_names::<Raw>();
    let names: Vec<String> = written.collect().context("the settings")?.into_keys().collect();
    let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) else { return Ok(()) };
    let closeness = |name: &str| strsim::jaro_winkler(name, unknown);
    let nearest = known.iter().max_by(|a, b| closeness(a).total_cmp(&closeness(b)));
    let hint = nearest.filter(|name| closeness(name) > 0.85);
    let hint = hint.map(|name| format!("; did you mean STORE_{}?", name.to_uppercase())).unwrap_or_default();
    anyhow::bail!("there is no setting STORE_{}{hint}", unknown.to_uppercase())
}

/// The names of the fields of a struct, as serde knows them.
fn field_names<T: for<'de> Deserialize<'de>>() -> &'static [&'static str] {
    struct Fields<'a>(&'a mut &'static [&'static str]);
    impl<'de> serde::Deserializer<'de> for Fields<'_> {
        type Error = serde::de::value::Error;

        fn deserialize_struct<V: serde::de::Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            self.deserialize_any(visitor)
        }
        fn deserialize_any<V: serde::de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            visitor.visit_map(serde::de::value::MapDeserializer::new(std::iter::empty::<(&str, &str)>()))
        }
        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }
    let mut names: &'static [&'static str] = &[];
    // Only the names are wanted; whether an empty value would do is no matter.
    drop(T::deserialize(Fields(&mut names)));
    names
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

    fn read(toml: Option<&str>, variables: &[(&str, &str)]) -> anyhow::Result<Raw> {
        Raw::from_sources(toml, variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn variables_win_over_the_file_and_a_password_for_the_command_line_is_no_setting() {
        let variables = [("STORE_SHOP_NAME", "Tiny"), ("STORE_USER_PASSWORD", "secret"), ("PATH", "/bin")];
        let raw = read(Some("shop_name = 'Large'\nworkers = 4"), &variables).unwrap();
        assert_eq!((raw.shop_name.as_deref(), raw.workers.as_deref()), (Some("Tiny"), Some("4")));
    }

    #[test]
    fn a_misspelt_setting_is_refused_with_the_one_that_was_probably_meant() {
        for (toml, variables) in [(None, [("STORE_SHOP_NMAE", "x")].as_slice()), (Some("shop_nmae = 'x'"), &[])] {
            let refused = read(toml, variables).unwrap_err().to_string();
            assert_eq!(refused, "there is no setting STORE_SHOP_NMAE; did you mean STORE_SHOP_NAME?");
        }
        let refused = read(None, &[("STORE_COLOUR_OF_THE_SKY", "x")]).unwrap_err().to_string();
        assert_eq!(refused, "there is no setting STORE_COLOUR_OF_THE_SKY");
    }

    #[test]
    fn a_named_file_is_read_under_exactly_this_name_and_must_exist() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.conf");
        std::fs::write(&path, "shop_name = 'Tiny'").unwrap();
        assert!(read_file(Some(&path)).unwrap().unwrap().contains("Tiny"));
        for missing in ["shop", "shop.toml", "."] {
            let refused = read_file(Some(&folder.path().join(missing))).unwrap_err().to_string();
            assert!(refused.starts_with("the settings file"), "{refused}");
        }
    }
}
