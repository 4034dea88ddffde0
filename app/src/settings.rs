//! Everything that can be set: an optional TOML file, then environment variables, then the command line.
//!
//! This is the only place that reads the environment. A value that makes no sense is refused by name at start.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use chassis::telemetry::LogFormat;
use secrecy::SecretString;
use serde::Deserialize;
use shared_kernel::{Currency, TaxRate};

/// The settings of one process, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the public door listens.
    pub listen: String,
    /// Where the shop is found from outside, without a slash at the end.
    pub base_url: String,
    /// The shop's name.
    pub shop_name: String,
    /// The folder that holds everything the shop keeps.
    pub data_dir: PathBuf,
    /// Whether an empty data folder is filled with the demo catalogue and logins.
    pub demo: bool,
    /// The currency of all prices.
    pub currency: Currency,
    /// The tax contained in all prices.
    pub tax: TaxRate,
    /// The flat price of shipping, in minor units, tax included.
    pub shipping_minor: i64,
    /// The zone whose calendar the reports follow.
    pub time_zone: String,
    /// How long a buyer has to pay.
    pub payment_window: Duration,
    /// How long a verification link holds.
    pub verification_window: Duration,
    /// The first pause before a failed message is tried again.
    pub retry_base: Duration,
    /// How often timers look for what is due (expired orders and reservations).
    pub sweep_every: Duration,
    /// How often open payments are compared with the provider.
    pub reconcile_every: Duration,
    /// Real card payments, if a secret key is set.
    pub stripe: Option<Stripe>,
    /// Whether payments may go to the sandbox although the shop is public, that is, found by https.
    pub public_sandbox: bool,
    /// The sandbox's secret key, if it is not to be made up.
    pub sandbox_secret_key: Option<String>,
    /// The secrets that payment webhooks may be signed with; the sandbox uses the first.
    pub webhook_secrets: Vec<String>,
    /// Where mail goes; a folder when there is none.
    pub smtp_url: Option<SecretString>,
    /// The sender of all mail.
    pub mail_from: String,
    /// What is logged, as `tracing` filters are written.
    pub log: String,
    /// The form of log lines.
    pub log_format: LogFormat,
    /// The first administrator.
    pub admin: Option<(String, SecretString)>,
    /// Whether rate limits hold for programs on this machine, too.
    pub limit_loopback: bool,
    /// Networks whose forwarding headers are believed.
    pub trusted_proxies: Vec<String>,
    /// What `/metrics` asks for, if anything.
    pub metrics_token: Option<SecretString>,
    /// Threads that serve requests.
    pub workers: usize,
}

/// How the real provider is reached.
#[derive(Debug, Clone)]
pub struct Stripe {
    /// The account's secret key.
    pub secret_key: SecretString,
    /// The base URL of the API, without `/v1`.
    pub api_base: String,
}

/// The settings as they are written, all of them optional, all of them text.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Raw {
    listen: Option<String>,
    base_url: Option<String>,
    shop_name: Option<String>,
    data_dir: Option<String>,
    demo: Option<String>,
    currency: Option<String>,
    tax_basis_points: Option<String>,
    shipping_minor: Option<String>,
    time_zone: Option<String>,
    payment_window: Option<String>,
    verification_window: Option<String>,
    retry_base: Option<String>,
    sweep_every: Option<String>,
    reconcile_every: Option<String>,
    stripe_secret_key: Option<String>,
    stripe_webhook_secret: Option<String>,
    stripe_api_base: Option<String>,
    sandbox_secret_key: Option<String>,
    public_sandbox: Option<String>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
    log: Option<String>,
    log_format: Option<String>,
    admin_email: Option<String>,
    admin_password: Option<String>,
    limit_loopback: Option<String>,
    trusted_proxies: Option<String>,
    metrics_token: Option<String>,
    workers: Option<String>,
}

impl Settings {
    /// Reads `file` (or `better-store.toml` here, if there is one) and the `STORE_*` variables, which win.
    ///
    /// # Errors
    /// Names the setting that is unknown or makes no sense.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let builder = config::Config::builder();
        let builder = match file {
            Some(path) => builder.add_source(config::File::from(path).format(config::FileFormat::Toml)),
            None => {
                let here = config::File::with_name("better-store").format(config::FileFormat::Toml);
                builder.add_source(here.required(false))
            }
        };
        let raw: Raw =
            builder.add_source(environment(std::env::vars())).build()?.try_deserialize().context("the settings")?;
        Self::checked(raw)
    }

    /// The defaults on another folder and any free port: what tests start from.
    ///
    /// # Errors
    /// Never; the defaults make sense.
    pub fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        let raw = Raw {
            data_dir: Some(folder.display().to_string()),
            listen: Some("127.0.0.1:0".to_owned()),
            ..Raw::default()
        };
        Self::checked(raw)
    }

    fn checked(raw: Raw) -> anyhow::Result<Self> {
        let listen = raw.listen.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let base_url = raw.base_url.unwrap_or_else(|| format!("http://{}", listen.replace("0.0.0.0", "localhost")));
        let shop_name = raw.shop_name.unwrap_or_else(|| "The Better Store".to_owned());
        let currency = raw.currency.as_deref().unwrap_or("NZD");
        let admin = match (raw.admin_email, raw.admin_password) {
            (Some(email), Some(password)) => Some((email, SecretString::from(password))),
            (None, None) => None,
            _ => anyhow::bail!("STORE_ADMIN_EMAIL and STORE_ADMIN_PASSWORD belong together"),
        };
        let api_base = raw.stripe_api_base.unwrap_or_else(|| "https://api.stripe.com".to_owned());
        let stripe = raw.stripe_secret_key.map(|key| Stripe { secret_key: SecretString::from(key), api_base });
        let webhook_secrets = list(raw.stripe_webhook_secret.as_deref());
        if stripe.is_some() && webhook_secrets.is_empty() {
            anyhow::bail!("STORE_STRIPE_SECRET_KEY needs STORE_STRIPE_WEBHOOK_SECRET beside it");
        }
        let public_sandbox = switch("STORE_PUBLIC_SANDBOX", raw.public_sandbox.as_deref(), false)?;
        if stripe.is_none() && base_url.starts_with("https://") && !public_sandbox {
            anyhow::bail!(
                "a public shop with the payment sandbox gives everything away: set STORE_STRIPE_SECRET_KEY, \
                 or STORE_PUBLIC_SANDBOX=on if that is meant"
            );
        }
        let minutes = |count: u64| Duration::from_secs(count * 60);
        Ok(Self {
            mail_from: raw.mail_from.unwrap_or_else(|| format!("{shop_name} <shop@localhost>")),
            base_url: base_url.trim_end_matches('/').to_owned(),
            listen,
            shop_name,
            data_dir: PathBuf::from(raw.data_dir.unwrap_or_else(|| "data".to_owned())),
            demo: switch("STORE_DEMO", raw.demo.as_deref(), true)?,
            currency: Currency::parse(currency).context("STORE_CURRENCY")?,
            tax: TaxRate::from_basis_points(number("STORE_TAX_BASIS_POINTS", raw.tax_basis_points.as_deref(), 1_500)?),
            shipping_minor: number("STORE_SHIPPING_MINOR", raw.shipping_minor.as_deref(), 650)?,
            time_zone: zone(raw.time_zone)?,
            payment_window: span("STORE_PAYMENT_WINDOW", raw.payment_window.as_deref(), minutes(30))?,
            verification_window: span(
                "STORE_VERIFICATION_WINDOW",
                raw.verification_window.as_deref(),
                minutes(24 * 60),
            )?,
            retry_base: span("STORE_RETRY_BASE", raw.retry_base.as_deref(), Duration::from_millis(500))?,
            sweep_every: span("STORE_SWEEP_EVERY", raw.sweep_every.as_deref(), Duration::from_secs(5))?,
            reconcile_every: span("STORE_RECONCILE_EVERY", raw.reconcile_every.as_deref(), minutes(5))?,
            stripe,
            public_sandbox,
            sandbox_secret_key: raw.sandbox_secret_key,
            webhook_secrets,
            smtp_url: raw.smtp_url.map(SecretString::from),
            log: raw.log.unwrap_or_else(|| "info".to_owned()),
            log_format: raw.log_format.as_deref().unwrap_or("text").parse().context("STORE_LOG_FORMAT")?,
            admin,
            limit_loopback: switch("STORE_LIMIT_LOOPBACK", raw.limit_loopback.as_deref(), false)?,
            trusted_proxies: list(raw.trusted_proxies.as_deref()),
            metrics_token: raw.metrics_token.map(SecretString::from),
            workers: number("STORE_WORKERS", raw.workers.as_deref(), 2)?,
        })
    }
}

/// The command line's own variables: of our prefix, but no settings of the shop.
const NOT_SETTINGS: [&str; 1] = ["STORE_USER_PASSWORD"];

fn environment(variables: impl Iterator<Item = (String, String)>) -> config::Environment {
    let settings = variables.filter(|(name, _)| !NOT_SETTINGS.contains(&name.as_str()));
    config::Environment::with_prefix("STORE").ignore_empty(true).try_parsing(false).source(Some(settings.collect()))
}

fn list(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or("").split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn switch(name: &str, text: Option<&str>, default: bool) -> anyhow::Result<bool> {
    match text.map(str::to_ascii_lowercase).as_deref() {
        None => Ok(default),
        Some("on" | "true" | "yes" | "1") => Ok(true),
        Some("off" | "false" | "no" | "0") => Ok(false),
        Some(other) => anyhow::bail!("{name} is on or off, not {other:?}"),
    }
}

fn number<T: std::str::FromStr>(name: &str, text: Option<&str>, default: T) -> anyhow::Result<T> {
    let Some(text) = text else { return Ok(default) };
    text.parse().map_err(|_| anyhow::anyhow!("{name} is a whole number, not {text:?}"))
}

/// Reads `30m`, `24h`, `500ms`, `5s`.
fn span(name: &str, text: Option<&str>, default: Duration) -> anyhow::Result<Duration> {
    let Some(text) = text else { return Ok(default) };
    let refused = || anyhow::anyhow!("{name} is a time such as 30m, 24h, 5s or 500ms, not {text:?}");
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(refused)?;
    let (digits, unit) = text.split_at(split);
    let count: u64 = digits.parse().map_err(|_| refused())?;
    let millis = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(refused()),
    };
    count.checked_mul(millis).map(Duration::from_millis).ok_or_else(refused)
}

fn zone(name: Option<String>) -> anyhow::Result<String> {
    let name = name.unwrap_or_else(|| "Pacific/Auckland".to_owned());
    jiff::tz::TimeZone::get(&name).with_context(|| format!("STORE_TIME_ZONE {name:?}"))?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_with_their_unit() {
        let read = |text| span("STORE_X", Some(text), Duration::ZERO);
        assert_eq!(read("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(read("24h").unwrap(), Duration::from_hours(24));
        for wrong in ["5", "-5s", "5 days", "s", "99999999999999999999s", "18446744073709551615h"] {
            assert!(read(wrong).unwrap_err().to_string().starts_with("STORE_X is a time"), "{wrong}");
        }
    }

    #[test]
    fn a_stripe_key_without_a_webhook_secret_is_refused() {
        let raw = Raw { stripe_secret_key: Some("sk".into()), ..Raw::default() };
        assert!(Settings::checked(raw).unwrap_err().to_string().contains("STORE_STRIPE_WEBHOOK_SECRET"));
    }

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

    #[test]
    fn a_public_shop_does_not_play_with_money() {
        let public = || Raw { base_url: Some("https://shop.example".into()), ..Raw::default() };
        assert!(Settings::checked(public()).unwrap_err().to_string().contains("STORE_PUBLIC_SANDBOX"));
        assert!(Settings::checked(Raw { public_sandbox: Some("on".into()), ..public() }).is_ok());
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let nonsense = [
            Raw { currency: Some("NZ$".into()), ..Raw::default() },
            Raw { time_zone: Some("Middle/Earth".into()), ..Raw::default() },
            Raw { demo: Some("perhaps".into()), ..Raw::default() },
            Raw { workers: Some("two".into()), ..Raw::default() },
        ];
        for raw in nonsense {
            assert!(format!("{:#}", Settings::checked(raw).unwrap_err()).contains("STORE_"));
        }
    }
}
