//! Everything that can be set: an optional TOML file, then environment variables, then the command line.
//!
//! This is the only place that reads the environment. A value that makes no sense is refused by name at start, and so is a
//! process of a shop in several processes that lacks what joins it to the others ([`split`]).

mod money;
mod outside;
mod raw;
mod read;
pub mod split;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use chassis::mail::{Sender, SmtpSettings};
use chassis::messaging::JetStream;
use chassis::telemetry::LogFormat;
use chassis::web::TrustedProxies;
use chassis::web::signed::{PrivateKey, PublicKey};
use customer::domain::{EmailAddress, NewPassword};
use secrecy::SecretString;
use shared_kernel::{Currency, Role, TaxRate};

use self::raw::Raw;
use self::read::{key, list, quoted, span, switch, within, zone};
use self::split::Databases;
use crate::config::parts::{Part, Parts};

/// The settings of one process, checked.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that the operator sets by its own name")]
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the public door listens.
    pub listen: String,
    /// Where the shop is found from outside, without a slash at the end.
    pub base_url: String,
    /// Whether somebody said so, or it was guessed from where the process listens.
    pub base_url_is_set: bool,
    /// The shop's name.
    pub shop_name: String,
    /// The folder that holds everything the shop keeps.
    pub data_dir: PathBuf,
    /// Where mail is laid when it does not really go out; several processes may share it.
    pub mail_dir: PathBuf,
    /// What this process holds of the shop.
    pub parts: Parts,
    /// Servers that keep what contexts keep.
    pub databases: Databases,
    /// The broker between processes.
    pub nats: Option<JetStream>,
    /// Where the parts are that this process does not hold, without a slash at the end.
    pub peers: BTreeMap<Part, String>,
    /// Signs who somebody is, for the other processes.
    pub identity_private_key: Option<PrivateKey>,
    /// What the processes of the shop believe.
    pub identity_public_keys: Vec<PublicKey>,
    /// Signs form tokens, if it is not to be made up.
    pub csrf_key: Option<[u8; 32]>,
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
    /// The month in which the shop's financial year begins, 1 to 12.
    pub financial_year_month: u8,
    /// How long a buyer has to pay.
    pub payment_window: Duration,
    /// How many orders of one customer may wait to be paid at a time.
    pub open_orders: u32,
    /// How many pieces these may hold.
    pub open_pieces: u32,
    /// How long a verification link holds.
    pub verification_window: Duration,
    /// The first pause before a failed message is tried again.
    pub retry_base: Duration,
    /// How often timers look for what is due (expired orders and reservations).
    pub sweep_every: Duration,
    /// How often payments are compared with the provider.
    pub reconcile_every: Duration,
    /// Until what age orders with money are compared, in days.
    pub reconcile_days: u32,
    /// Real card payments, if a secret key is set.
    pub stripe: Option<Stripe>,
    /// Whether payments may go to the sandbox although the shop is public, that is, found by https.
    pub public_sandbox: bool,
    /// The sandbox's secret key, if it is not to be made up.
    pub sandbox_secret_key: Option<String>,
    /// The secrets that payment webhooks may be signed with; the sandbox uses the first.
    pub webhook_secrets: Vec<String>,
    /// Where mail goes; a folder when there is none.
    pub smtp: Option<SmtpSettings>,
    /// The sender of all mail.
    pub mail_from: String,
    /// What is logged, as `tracing` filters are written.
    pub log: String,
    /// The form of log lines.
    pub log_format: LogFormat,
    /// The first administrator.
    pub admin: Option<(String, SecretString)>,
    /// How the demo's customer logs in, if that is not to be made up.
    pub demo_password: Option<SecretString>,
    /// Whether rate limits hold for programs on this machine, too.
    pub limit_loopback: bool,
    /// Networks whose forwarding headers are believed.
    pub trusted_proxies: TrustedProxies,
    /// Whether requests that others forward are refused.
    pub refuse_untrusted_proxies: bool,
    /// What `/metrics` asks for. Without it they are closed, but to this machine if the shop is found only here.
    pub metrics_token: Option<SecretString>,
    /// How long records of the security log are kept.
    pub security_log_kept: Duration,
    /// From which role on a second factor is needed to act in it.
    pub second_factor_from: Option<Role>,
    /// Threads that serve requests.
    pub workers: usize,
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

/// How the real provider is reached.
#[derive(Debug, Clone)]
pub struct Stripe {
    /// The account's secret key.
    pub secret_key: SecretString,
    /// The base URL of the API, without `/v1`.
    pub api_base: String,
}

impl Settings {
    /// Reads `file` (or `better-store.toml` here, if there is one) and the `STORE_*` variables, which win. What the command
    /// line says wins over both.
    ///
    /// # Errors
    /// Names the setting that is unknown or makes no sense.
    pub fn load(file: Option<&Path>, flags: Flags) -> anyhow::Result<Self> {
        let raw = Raw::load(file)?;
        Self::checked(Raw {
            contexts: flags.contexts.or(raw.contexts),
            listen: flags.listen.or(raw.listen),
            data_dir: flags.data_dir.or(raw.data_dir),
            ..raw
        })
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
        let settings = Self::read(raw)?;
        split::check(&settings)?;
        Ok(settings)
    }

    /// Each value by itself.
    fn read(raw: Raw) -> anyhow::Result<Self> {
        let (databases, nats) = (databases(&raw)?, split::nats(&raw)?);
        let listen = raw.listen.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let base_url_is_set = raw.base_url.is_some();
        let base_url = raw.base_url.unwrap_or_else(|| format!("http://{}", listen.replace("0.0.0.0", "localhost")));
        let base_url = outside::origin("STORE_BASE_URL", &base_url)?;
        let shop_name = raw.shop_name.unwrap_or_else(|| "The Better Store".to_owned());
        let admin = admin(raw.admin_email, raw.admin_password)?;
        let stripe = raw.stripe_secret_key.map(|key| outside::stripe(key, raw.stripe_api_base)).transpose()?;
        let webhook_secrets = list(raw.stripe_webhook_secret.as_deref());
        if stripe.is_some() && webhook_secrets.is_empty() {
            anyhow::bail!("STORE_STRIPE_SECRET_KEY needs STORE_STRIPE_WEBHOOK_SECRET beside it");
        }
        let public_sandbox = switch("STORE_PUBLIC_SANDBOX", raw.public_sandbox.as_deref(), false)?;
        let parts =
            raw.contexts.map_or_else(|| Ok(Parts::all()), |text| Parts::parse(&text).context("STORE_CONTEXTS"))?;
        let takes_money = parts.contains(Part::Order) || parts.contains(Part::Sandbox);
        if takes_money && stripe.is_none() && base_url.starts_with("https://") && !public_sandbox {
            anyhow::bail!(
                "a public shop with the payment sandbox gives everything away: set STORE_STRIPE_SECRET_KEY, \
                 or STORE_PUBLIC_SANDBOX=on if that is meant"
            );
        }
        let (mail_from, log) = (mail_from(raw.mail_from, &shop_name)?, log_filter(raw.log)?);
        let order = order::OrderSettings::default();
        let data_dir = PathBuf::from(raw.data_dir.unwrap_or_else(|| "data".to_owned()));
        let public_keys = list(raw.identity_public_keys.as_deref());
        Ok(Self {
            mail_from,
            base_url,
            base_url_is_set,
            listen,
            shop_name,
            mail_dir: raw.mail_dir.map_or_else(|| data_dir.join("mail"), PathBuf::from),
            data_dir,
            parts,
            databases,
            nats,
            peers: split::peers(raw.peers.as_deref())?,
            identity_private_key: raw
                .identity_private_key
                .map(|text| PrivateKey::parse(&text))
                .transpose()
                .context("STORE_IDENTITY_PRIVATE_KEY")?,
            identity_public_keys: public_keys
                .iter()
                .map(|text| PublicKey::parse(text))
                .collect::<Result<_, _>>()
                .context("STORE_IDENTITY_PUBLIC_KEYS")?,
            csrf_key: raw.csrf_key.map(|text| key("STORE_CSRF_KEY", &text)).transpose()?,
            demo: switch("STORE_DEMO", raw.demo.as_deref(), true)?,
            currency: money::currency(raw.currency.as_deref())?,
            tax: money::tax(raw.tax_percent.as_deref(), raw.tax_basis_points.as_deref())?,
            shipping_minor: within(
                "STORE_SHIPPING_MINOR",
                raw.shipping_minor.as_deref(),
                order.shipping_flat_minor,
                0..=1_000_000,
            )
            .map_err(|error| anyhow::anyhow!("{error}: it is in minor units, so that 650 is 6.50"))?,
            time_zone: zone(raw.time_zone)?,
            financial_year_month: within("STORE_FINANCIAL_YEAR_MONTH", raw.financial_year_month.as_deref(), 1, 1..=12)?,
            payment_window: span("STORE_PAYMENT_WINDOW", raw.payment_window.as_deref(), order.payment_window)?,
            open_orders: within("STORE_OPEN_ORDERS", raw.open_orders.as_deref(), order.open_orders, 1..=u32::MAX)?,
            open_pieces: within("STORE_OPEN_PIECES", raw.open_pieces.as_deref(), order.open_pieces, 1..=1_000_000)?,
            verification_window: span(
                "STORE_VERIFICATION_WINDOW",
                raw.verification_window.as_deref(),
                customer::CustomerSettings::default().links.verification,
            )?,
            retry_base: span("STORE_RETRY_BASE", raw.retry_base.as_deref(), Duration::from_millis(500))?,
            sweep_every: span("STORE_SWEEP_EVERY", raw.sweep_every.as_deref(), order.sweep_every)?,
            reconcile_every: span("STORE_RECONCILE_EVERY", raw.reconcile_every.as_deref(), order.reconcile_every)?,
            reconcile_days: within("STORE_RECONCILE_DAYS", raw.reconcile_days.as_deref(), 30, 1..=3_650)?,
            stripe,
            public_sandbox,
            sandbox_secret_key: raw.sandbox_secret_key,
            webhook_secrets,
            smtp: raw.smtp_url.as_deref().map(outside::mail_server).transpose()?,
            log,
            log_format: raw.log_format.as_deref().unwrap_or("text").parse().context("STORE_LOG_FORMAT")?,
            admin,
            demo_password: raw.demo_password.map(|text| password("STORE_DEMO_PASSWORD", text)).transpose()?,
            limit_loopback: switch("STORE_LIMIT_LOOPBACK", raw.limit_loopback.as_deref(), false)?,
            trusted_proxies: TrustedProxies::parse(list(raw.trusted_proxies.as_deref()).iter().map(String::as_str))
                .context("STORE_TRUSTED_PROXIES")?,
            refuse_untrusted_proxies: switch(
                "STORE_REFUSE_UNTRUSTED_PROXIES",
                raw.refuse_untrusted_proxies.as_deref(),
                false,
            )?,
            metrics_token: raw.metrics_token.filter(|token| !token.is_empty()).map(SecretString::from),
            security_log_kept: Duration::from_hours(
                24 * within("STORE_SECURITY_LOG_DAYS", raw.security_log_days.as_deref(), 400, 1..=36_500)?,
            ),
            second_factor_from: second_factor_from(raw.second_factor_from.as_deref())?,
            workers: within("STORE_WORKERS", raw.workers.as_deref(), 2, 1..=256)?,
        })
    }
}

/// Whom mails are from; by default the shop on this machine.
fn mail_from(typed: Option<String>, shop_name: &str) -> anyhow::Result<String> {
    let mail_from = typed.unwrap_or_else(|| format!("{} <shop@localhost>", quoted(shop_name)));
    Sender::parse(&mail_from).context("STORE_MAIL_FROM")?;
    Ok(mail_from)
}

fn log_filter(typed: Option<String>) -> anyhow::Result<String> {
    let log = typed.unwrap_or_else(|| "info".to_owned());
    chassis::telemetry::check_filter(&log).context("STORE_LOG")?;
    Ok(log)
}

/// The first administrator, whose address and password are held to the rules of every account.
fn admin(email: Option<String>, typed: Option<String>) -> anyhow::Result<Option<(String, SecretString)>> {
    let (email, typed) = match (email, typed) {
        (Some(email), Some(typed)) => (email, typed),
        (None, None) => return Ok(None),
        _ => anyhow::bail!("STORE_ADMIN_EMAIL and STORE_ADMIN_PASSWORD belong together"),
    };
    let email = EmailAddress::parse(&email).with_context(|| format!("STORE_ADMIN_EMAIL {email:?}"))?;
    Ok(Some((email.as_str().to_owned(), password("STORE_ADMIN_PASSWORD", typed)?)))
}

fn password(name: &str, typed: String) -> anyhow::Result<SecretString> {
    let password = SecretString::from(typed);
    NewPassword::check_length(&password).with_context(|| name.to_owned())?;
    Ok(password)
}

fn second_factor_from(text: Option<&str>) -> anyhow::Result<Option<Role>> {
    match text.unwrap_or("nobody") {
        "nobody" => Ok(None),
        "staff" => Ok(Some(Role::Staff)),
        "admin" => Ok(Some(Role::Admin)),
        other => anyhow::bail!("STORE_SECOND_FACTOR_FROM is nobody, staff or admin, not {other:?}"),
    }
}

fn databases(raw: &Raw) -> anyhow::Result<Databases> {
    let own = [
        (Part::Catalogue, &raw.catalogue_database_url),
        (Part::Order, &raw.order_database_url),
        (Part::Fulfilment, &raw.fulfilment_database_url),
        (Part::Reports, &raw.reports_database_url),
        (Part::Customer, &raw.customer_database_url),
        (Part::Sandbox, &raw.sandbox_database_url),
    ];
    let named = |part: Part| format!("STORE_{}_DATABASE_URL", part.name().to_uppercase());
    let own = own.into_iter().filter_map(|(part, url)| {
        let url = url.clone()?;
        Some(split::database(&named(part), url).map(|url| (part, url)))
    });
    let shared = raw.database_url.clone().map(|url| split::database("STORE_DATABASE_URL", url)).transpose()?;
    Ok(Databases {
        shared,
        own: own.collect::<anyhow::Result<_>>()?,
        connections: within("STORE_DATABASE_CONNECTIONS", raw.database_connections.as_deref(), 6, 1..=1_000)?,
        forgetful: switch("STORE_FORGETFUL_DATABASE", raw.forgetful_database.as_deref(), false)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_names_the_defaults() {
        let manual = include_str!("../../../../docs/settings.md");
        let settings = Settings::checked(Raw::default()).unwrap();
        for (name, default) in [
            ("STORE_SHIPPING_MINOR", settings.shipping_minor.to_string()),
            ("STORE_OPEN_ORDERS", settings.open_orders.to_string()),
            ("STORE_OPEN_PIECES", settings.open_pieces.to_string()),
            ("STORE_PAYMENT_WINDOW", format!("{}m", settings.payment_window.as_secs() / 60)),
            ("STORE_VERIFICATION_WINDOW", format!("{}h", settings.verification_window.as_secs() / 3_600)),
            ("STORE_SWEEP_EVERY", format!("{}s", settings.sweep_every.as_secs())),
            ("STORE_RECONCILE_EVERY", format!("{}m", settings.reconcile_every.as_secs() / 60)),
            ("STORE_RECONCILE_DAYS", settings.reconcile_days.to_string()),
        ] {
            let row = format!("| `{name}` | `{default}` |");
            assert!(manual.contains(&row), "docs/settings.md does not say {row}");
        }
    }

    #[test]
    fn a_stripe_key_without_a_webhook_secret_is_refused() {
        let raw = Raw { stripe_secret_key: Some("sk".into()), ..Raw::default() };
        assert!(Settings::checked(raw).unwrap_err().to_string().contains("STORE_STRIPE_WEBHOOK_SECRET"));
    }

    #[test]
    fn a_public_shop_does_not_play_with_money() {
        let public = || Raw { base_url: Some("https://shop.example".into()), ..Raw::default() };
        assert!(Settings::checked(public()).unwrap_err().to_string().contains("STORE_PUBLIC_SANDBOX"));
        assert!(Settings::checked(Raw { public_sandbox: Some("on".into()), ..public() }).is_ok());
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let nonsense = vec![
            Raw { currency: Some("NZ$".into()), ..Raw::default() },
            Raw { time_zone: Some("Middle/Earth".into()), ..Raw::default() },
            Raw { financial_year_month: Some("13".into()), ..Raw::default() },
            Raw { demo: Some("perhaps".into()), ..Raw::default() },
            Raw { workers: Some("two".into()), ..Raw::default() },
            Raw { workers: Some("0".into()), ..Raw::default() },
            Raw { shipping_minor: Some("-5".into()), ..Raw::default() },
            Raw { tax_basis_points: Some("99999".into()), ..Raw::default() },
            Raw { tax_percent: Some("9.9755".into()), ..Raw::default() },
            Raw { tax_percent: Some("15".into()), tax_basis_points: Some("1500".into()), ..Raw::default() },
            Raw { currency: Some("IRR".into()), ..Raw::default() },
            Raw { open_orders: Some("0".into()), ..Raw::default() },
            Raw { sweep_every: Some("0s".into()), ..Raw::default() },
            Raw { base_url: Some("foo".into()), ..Raw::default() },
        ];
        for raw in nonsense {
            assert!(format!("{:#}", Settings::checked(raw).unwrap_err()).contains("STORE_"));
        }
    }

    #[test]
    fn everything_is_checked_before_anything_is_made_and_refused_by_its_own_name() {
        let late = [
            ("STORE_TRUSTED_PROXIES", Raw { trusted_proxies: Some("nginx".into()), ..Raw::default() }),
            ("STORE_SMTP_URL", Raw { smtp_url: Some("mail.example.org:25".into()), ..Raw::default() }),
            ("STORE_MAIL_FROM", Raw { mail_from: Some("nobody".into()), ..Raw::default() }),
            ("STORE_LOG", Raw { log: Some("blah".into()), ..Raw::default() }),
            ("STORE_DEMO_PASSWORD", Raw { demo_password: Some("short".into()), ..Raw::default() }),
            ("STORE_SHIPPING_MINOR", Raw { shipping_minor: Some("6.50".into()), ..Raw::default() }),
            ("STORE_TAX_BASIS_POINTS", Raw { tax_basis_points: Some("20%".into()), ..Raw::default() }),
            ("STORE_ADMIN_EMAIL", with_admin("boss", "a long enough passphrase")),
            ("STORE_ADMIN_PASSWORD", with_admin("boss@example.org", "short")),
        ];
        for (name, raw) in late {
            let refused = format!("{:#}", Settings::checked(raw).unwrap_err());
            assert!(refused.starts_with(name), "{name}: {refused}");
        }
    }

    fn with_admin(email: &str, password: &str) -> Raw {
        Raw { admin_email: Some(email.into()), admin_password: Some(password.into()), ..Raw::default() }
    }

    #[test]
    fn a_currency_may_be_written_in_small_letters() {
        let raw = Raw { currency: Some("eur".into()), ..Raw::default() };
        assert_eq!(Settings::checked(raw).unwrap().currency.code(), "EUR");
    }
}
