//! How settings become what contexts, mail and the payment sandbox are given.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use chassis::Site;
use chassis::mail::{FolderMailer, Mailer, Sender, SmtpMailer, TracedMailer};
use chassis::sql::transfer::Location;
use chassis::sql::{Database, PostgresSettings};
use secrecy::SecretString;
use shared_kernel::Clock;

use crate::config::parts::Part;
use crate::config::secrets::Secrets;
use crate::config::settings::Settings;
use stripe_sandbox::SandboxSettings;

/// From what the settings of the contexts and of the payment sandbox are made.
pub struct Setup<'a> {
    pub settings: &'a Settings,
    pub secrets: &'a Secrets,
    /// The door between orders and the sandbox, if both are in this process.
    pub private_door: Option<&'a str>,
}

impl Setup<'_> {
    /// What the order context is given.
    pub fn order(&self) -> order::OrderSettings {
        let (settings, secrets) = (self.settings, self.secrets);
        let (api_base, secret_key, card_page) = match &settings.payments.stripe_secret_key {
            Some(key) => (settings.payments.stripe_api_base.clone(), key.clone(), order::CardPageMode::Checkout),
            None => {
                let base = format!("{}/sandbox", self.address_of(Part::Sandbox));
                (base, SecretString::from(secrets.sandbox_secret_key.clone()), order::CardPageMode::Sandbox)
            }
        };
        let webhook_secrets = secrets.webhook_secrets.iter().cloned().map(SecretString::from).collect();
        order::OrderSettings {
            payment_window: settings.orders.payment_window,
            open_orders: settings.orders.open_orders,
            open_pieces: settings.orders.open_pieces,
            shipping_flat_minor: settings.orders.shipping_minor,
            sweep_every: settings.process.sweep_every,
            reconcile_every: settings.orders.reconcile_every,
            reconcile_reach: std::time::Duration::from_hours(24 * u64::from(settings.orders.reconcile_days)),
            stripe: order::StripeSettings { api_base, secret_key, webhook_secrets, card_page },
            ..order::OrderSettings::default()
        }
    }

    /// What the fulfilment context is given.
    pub fn fulfilment(&self) -> fulfilment::FulfilmentSettings {
        let sweep_period = self.settings.process.sweep_every;
        fulfilment::FulfilmentSettings { sweep_period, ..fulfilment::FulfilmentSettings::default() }
    }

    /// What the reports are given.
    pub fn reports(&self) -> reports::ReportsSettings {
        let month = self.settings.site.financial_year_month;
        let financial_year = reports::domain::FinancialYear::starting_in(month).unwrap_or_default();
        reports::ReportsSettings { financial_year }
    }

    /// What the customer context is given.
    pub fn customer(&self) -> customer::CustomerSettings {
        let mut customer = customer::CustomerSettings::default();
        customer.links.verification = self.settings.accounts.verification_window;
        customer.sessions.second_factor_from = self.settings.accounts.second_factor_from;
        customer
    }

    /// What the payment sandbox is given.
    pub fn sandbox(&self) -> SandboxSettings {
        let (settings, secrets) = (self.settings, self.secrets);
        let key = SecretString::from(secrets.sandbox_secret_key.clone());
        let webhook = SecretString::from(secrets.webhook_secrets.first().cloned().unwrap_or_default());
        let url = format!("{}/api/order/v1/payment-events", self.address_of(Part::Order));
        SandboxSettings::new(key, webhook, Some(url), &settings.site.base_url)
    }

    /// Where orders find the sandbox, or it finds them: behind the private door if both are here.
    fn address_of(&self, part: Part) -> &str {
        let elsewhere = || self.settings.process.peers.get(&part).map(String::as_str);
        self.private_door.or_else(elsewhere).unwrap_or("http://127.0.0.1:0")
    }
}

/// Whether the payment sandbox runs in this process.
pub fn uses_sandbox(settings: &Settings) -> bool {
    settings.payments.stripe_secret_key.is_none() && settings.process.parts.contains(Part::Sandbox)
}

/// Facts about the shop.
pub fn site(settings: &Settings) -> Site {
    Site {
        name: settings.site.name.clone(),
        base_url: settings.site.base_url.clone(),
        currency: settings.site.currency,
        tax: settings.site.tax(),
        time_zone: settings.site.time_zone.clone(),
        mail_from: settings.mail.from.clone(),
    }
}

/// Opens the database of a part: a schema of its name on a server, or a file of the data folder.
pub async fn database(settings: &Settings, part: Part) -> anyhow::Result<Database> {
    match location(settings, part) {
        Location::Schema(server) => {
            Database::postgres(&server).await.with_context(|| format!("the database of {}", part.name()))
        }
        Location::File(path) => Database::sqlite(&path).await.with_context(|| path.display().to_string()),
    }
}

/// Where a part keeps what it keeps.
pub fn location(settings: &Settings, part: Part) -> Location {
    let Some(url) = settings.databases.url(part) else { return Location::File(file(settings, part)) };
    Location::Schema(PostgresSettings {
        url: url.clone(),
        schema: part.name().to_owned(),
        connections: settings.databases.connections,
        forgetful: settings.databases.forgetful,
    })
}

/// Where a part keeps what it keeps if no server does.
pub fn file(settings: &Settings, part: Part) -> PathBuf {
    settings.process.data_dir.join(format!("{}.db", part.name()))
}

/// What sends mail.
///
/// # Errors
/// When the sender or the mail server's address makes no sense.
pub fn mailer(settings: &Settings, clock: &Arc<dyn Clock>) -> anyhow::Result<Arc<dyn Mailer>> {
    let from = Sender::parse(&settings.mail.from).context("STORE_MAIL_FROM")?;
    let Some(smtp) = &settings.mail.smtp else {
        let mailer = FolderMailer::new(settings.mail.dir.clone(), from, Arc::clone(clock));
        return Ok(Arc::new(TracedMailer::new(Arc::new(mailer), "folder")));
    };
    let mailer = SmtpMailer::new(smtp, from, Arc::clone(clock)).context("STORE_SMTP_URL")?;
    Ok(Arc::new(TracedMailer::new(Arc::new(mailer), "smtp")))
}
