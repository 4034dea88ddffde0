//! Everything that can be set: an optional TOML file, then environment variables, then the command line.
//!
//! This is the only place that reads the environment. A value that makes no sense is refused by name at start, and so is a
//! process of a shop in several processes that lacks what joins it to the others.
//!
//! A setting is declared once, as a field of its group ([`shop`], [`outside`], [`process`], [`servers`]): its name is that of the
//! field or its `rename`, `deserialize_with` says how its text is read, and [`defaults`] what holds without it.

mod defaults;
mod outside;
mod process;
mod servers;
mod shop;
mod source;
mod split;
mod text;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::ensure;
use chassis::messaging::JetStream;

pub use self::outside::{MailSettings, PaymentSettings};
pub use self::process::{HttpSettings, ProcessSettings};
pub use self::servers::Databases;
use self::servers::NatsSettings;
pub use self::shop::{AccountSettings, OrderSettings, SiteSettings};
use self::source::Texts;
use crate::config::parts::Part;

/// The settings of one process, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    pub process: ProcessSettings,
    pub http: HttpSettings,
    pub site: SiteSettings,
    pub orders: OrderSettings,
    pub accounts: AccountSettings,
    pub payments: PaymentSettings,
    pub mail: MailSettings,
    pub databases: Databases,
    /// The broker between processes.
    pub nats: Option<JetStream>,
}

/// Settings that the command line may give.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// The parts of the shop that this process holds, such as `order,fulfilment` or `edge`; all of them otherwise.
    #[arg(long, global = true, value_name = "PARTS")]
    contexts: Option<String>,
    /// Where the shop listens, such as `127.0.0.1:9000`; instead of `STORE_LISTEN`.
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The folder that holds everything the shop keeps; instead of `STORE_DATA_DIR`.
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
}

impl Settings {
    /// Reads `file` (or `better-store.toml` here, if there is one) and the `STORE_*` variables, which win. What the command
    /// line says wins over both.
    ///
    /// # Errors
    /// Names the setting that is unknown or makes no sense.
    pub fn load(file: Option<&Path>, flags: Flags) -> anyhow::Result<Self> {
        let mut texts = Texts::load(file)?;
        for (name, flag) in [("contexts", flags.contexts), ("listen", flags.listen), ("data_dir", flags.data_dir)] {
            if let Some(text) = flag {
                texts.set(name, text);
            }
        }
        Self::read(texts)
    }

    /// The defaults on another folder and any free port: what tests start from.
    ///
    /// # Errors
    /// Never; the defaults make sense.
    pub fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        let mut texts = Texts::default();
        texts.set("data_dir", folder.display().to_string());
        texts.set("listen", "127.0.0.1:0".to_owned());
        Self::read(texts)
    }

    /// The environment variables of all settings.
    ///
    /// # Errors
    /// Never; the defaults make sense.
    pub fn names() -> anyhow::Result<BTreeSet<String>> {
        let mut texts = Texts::default();
        Self::read_groups(&mut texts)?;
        Ok(texts.names())
    }

    fn read(mut texts: Texts) -> anyhow::Result<Self> {
        let settings = Self::read_groups(&mut texts)?;
        texts.refuse_unknown()?;
        settings.validate()?;
        Ok(settings)
    }

    fn read_groups(texts: &mut Texts) -> anyhow::Result<Self> {
        for (name, text) in defaults::defaults() {
            texts.set_default(name, || text);
        }
        let process: ProcessSettings = texts.read()?;
        let default_url = || format!("http://{}", process.listen.replace("0.0.0.0", "localhost"));
        let base_url_is_set = texts.set_default("base_url", default_url);
        let site = SiteSettings { base_url_is_set, ..texts.read()? };
        // The shop's name stands before the address in quotation marks, whatever characters it has.
        let quoted = || site.name.replace('\\', "\\\\").replace('"', "\\\"");
        texts.set_default("mail_from", || format!("\"{}\" <shop@localhost>", quoted()));
        texts.set_default("mail_dir", || process.data_dir.join("mail").display().to_string());
        Ok(Self {
            process,
            site,
            http: texts.read()?,
            orders: texts.read()?,
            accounts: texts.read()?,
            payments: texts.read()?,
            mail: texts.read()?,
            databases: texts.read()?,
            nats: texts.read::<NatsSettings>()?.transport()?,
        })
    }

    /// What no setting can be refused for by itself.
    fn validate(&self) -> anyhow::Result<()> {
        let Self { site, accounts, payments, process, .. } = self;
        ensure!(
            site.tax_percent.is_none() || site.tax_basis_points.is_none(),
            "set either STORE_TAX_PERCENT or STORE_TAX_BASIS_POINTS, not both"
        );
        ensure!(
            accounts.admin_email.is_some() == accounts.admin_password.is_some(),
            "STORE_ADMIN_EMAIL and STORE_ADMIN_PASSWORD belong together"
        );
        ensure!(
            payments.stripe_secret_key.is_none() || !payments.webhook_secrets.is_empty(),
            "STORE_STRIPE_SECRET_KEY needs STORE_STRIPE_WEBHOOK_SECRET beside it"
        );
        let takes_money = process.parts.contains(Part::Order) || process.parts.contains(Part::Sandbox);
        let plays = payments.stripe_secret_key.is_none() && !payments.public_sandbox;
        ensure!(
            !(takes_money && plays && site.base_url.starts_with("https://")),
            "a public shop with the payment sandbox gives everything away: set STORE_STRIPE_SECRET_KEY, \
             or STORE_PUBLIC_SANDBOX=on if that is meant"
        );
        split::check(self)
    }

    /// Reads settings by name: what tests of single settings start from.
    #[cfg(test)]
    fn of(written: &[(&str, &str)]) -> anyhow::Result<Self> {
        Self::read(written.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_names_the_defaults() {
        let manual = include_str!("../../../../docs/settings.md");
        // These are not texts in the manual's first column of defaults, or share a row with another setting.
        let elsewhere = ["shop_name", "log", "log_format"];
        for (name, text) in defaults::defaults().into_iter().filter(|(name, _)| !elsewhere.contains(name)) {
            let name = format!("STORE_{}", name.to_uppercase());
            let row = format!("| `{name}` | `{text}` |");
            assert!(manual.contains(&row), "docs/settings.md does not say {row}");
        }
    }

    #[test]
    fn what_is_not_written_follows_from_what_is() {
        let settings = Settings::of(&[("listen", "0.0.0.0:80"), ("data_dir", "x"), ("shop_name", "A \"B\"")]).unwrap();
        assert_eq!((settings.site.base_url.as_str(), settings.site.base_url_is_set), ("http://localhost", false));
        assert_eq!(settings.mail.dir, Path::new("x").join("mail"));
        assert_eq!(settings.mail.from, r#""A \"B\"" <shop@localhost>"#);
    }

    #[test]
    fn a_stripe_key_without_a_webhook_secret_is_refused() {
        let refused = Settings::of(&[("stripe_secret_key", "sk")]).unwrap_err().to_string();
        assert!(refused.contains("STORE_STRIPE_WEBHOOK_SECRET"), "{refused}");
    }

    #[test]
    fn a_public_shop_does_not_play_with_money() {
        let public = ("base_url", "https://shop.example");
        assert!(Settings::of(&[public]).unwrap_err().to_string().contains("STORE_PUBLIC_SANDBOX"));
        assert!(Settings::of(&[public, ("public_sandbox", "on")]).is_ok());
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        for (name, text) in [
            ("currency", "NZ$"),
            ("currency", "IRR"),
            ("time_zone", "Middle/Earth"),
            ("financial_year_month", "13"),
            ("demo", "perhaps"),
            ("workers", "two"),
            ("workers", "0"),
            ("shipping_minor", "-5"),
            ("shipping_minor", "6.50"),
            ("tax_basis_points", "99999"),
            ("tax_basis_points", "20%"),
            ("tax_percent", "9.9755"),
            ("open_orders", "0"),
            ("sweep_every", "0s"),
            ("base_url", "foo"),
            ("trusted_proxies", "nginx"),
            ("smtp_url", "mail.example.org:25"),
            ("mail_from", "nobody"),
            ("log", "blah"),
            ("log_format", "xml"),
            ("demo_password", "short"),
            ("second_factor_from", "customer"),
            ("stripe_api_base", "api.stripe.com"),
        ] {
            let refused = format!("{:#}", Settings::of(&[(name, text)]).unwrap_err());
            let variable = format!("STORE_{}: ", name.to_uppercase());
            assert!(refused.starts_with(&variable), "{name}: {refused}");
        }
    }

    #[test]
    fn settings_that_do_not_fit_together_are_refused() {
        for (name, written) in [
            ("STORE_ADMIN_EMAIL: ", [("admin_email", "boss"), ("admin_password", "a long enough passphrase")]),
            ("STORE_ADMIN_PASSWORD: ", [("admin_email", "boss@example.org"), ("admin_password", "short")]),
            ("set either STORE_TAX_PERCENT", [("tax_percent", "15"), ("tax_basis_points", "1500")]),
            ("STORE_ADMIN_EMAIL and STORE_ADMIN_PASSWORD", [("admin_email", "boss@example.org"), ("demo", "on")]),
        ] {
            let refused = Settings::of(&written).unwrap_err().to_string();
            assert!(refused.starts_with(name), "{name}: {refused}");
        }
    }

    #[test]
    fn a_currency_may_be_written_in_small_letters() {
        assert_eq!(Settings::of(&[("currency", "eur")]).unwrap().site.currency.code(), "EUR");
    }
}
