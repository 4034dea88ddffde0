//! One shop: the folder, the databases in it, the contexts on them, and the engine that joins them by the bus.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use catalogue::CatalogueModule;
use chassis::mail::{FolderMailer, Mailer, Sender, SmtpMailer, SmtpSecurity, SmtpSettings};
use chassis::messaging::{ContextEngine, DeadLetters, Engine, Replay, Transport};
use chassis::sql::Database;
use chassis::{Platform, Site, SystemClock, SystemIds};
use customer::CustomerModule;
use fs4::fs_std::FileExt as _;
use fulfilment::FulfilmentModule;
use order::OrderModule;
use order::application::HistoricalOrder;
use reports::ReportsModule;
use secrecy::{ExposeSecret as _, SecretString};
use shared_kernel::{Clock, Ids, Role};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::control::Output;
use crate::first_start::FirstStart;
use crate::sandbox::{Sandbox, SandboxSettings};
use crate::secrets::Secrets;
use crate::settings::Settings;

/// The contexts' names, which are also their databases' and the sources of their events.
pub const CONTEXTS: [&str; 5] = ["catalogue", "order", "fulfilment", "reports", "customer"];

/// A shop whose contexts are started. Its doors are [`crate::server`]'s business.
pub struct Shop {
    /// How it was set up.
    pub settings: Settings,
    /// The secrets of its folder.
    pub secrets: Secrets,
    /// What it offers.
    pub catalogue: CatalogueModule,
    /// Carts, orders, payments.
    pub order: OrderModule,
    /// Stock and parcels.
    pub fulfilment: FulfilmentModule,
    /// Sales figures.
    pub reports: ReportsModule,
    /// Accounts.
    pub customer: CustomerModule,
    /// The payment sandbox, unless real payments are set up.
    pub sandbox: Option<Sandbox>,
    /// Messages that could not be handled.
    pub dead_letters: DeadLetters,
    /// Rebuilds read models.
    pub replay: Replay,
    /// The system's source of ids.
    pub ids: Arc<dyn Ids>,
    /// What is left to do of the first start, if that is not done.
    pub first_start: Option<FirstStart>,
    databases: Vec<(&'static str, Database)>,
    /// Until it is started. There is one alone: a replay and the relays must meet at the same gates.
    engine: std::sync::Mutex<Option<Engine>>,
    door: std::sync::Mutex<Option<std::net::TcpListener>>,
    _lock: File,
}

impl Shop {
    /// Opens the folder, brings the databases up to date and starts the contexts. Nothing moves before [`Shop::start`].
    ///
    /// # Errors
    /// When another process has the folder open, or a database cannot be opened.
    pub async fn open(settings: Settings) -> anyhow::Result<Self> {
        let folder = settings.data_dir.clone();
        make_private(&folder).with_context(|| folder.display().to_string())?;
        let lock = lock(&folder)?;
        let (clock, ids): (Arc<dyn Clock>, Arc<dyn Ids>) = (Arc::new(SystemClock), Arc::new(SystemIds));
        let first_start = FirstStart::pending(&folder, ids.as_ref())?;
        let secrets = Secrets::load_or_make(&folder, ids.as_ref())?;
        let mut databases = Vec::new();
        for name in CONTEXTS {
            let path = folder.join(format!("{name}.db"));
            databases.push((name, Database::sqlite(&path).await.with_context(|| path.display().to_string())?));
        }
        // The private door: the sandbox's API for the order context, and the way back for its webhooks.
        let door = std::net::TcpListener::bind("127.0.0.1:0").context("the private door")?;
        let private = format!("http://{}", door.local_addr()?);
        let sandbox = match settings.stripe {
            Some(_) => None,
            None => Some(open_sandbox(&settings, &secrets, &private, &clock, &ids).await?),
        };
        let mailer = mailer(&settings, &clock)?;
        let site = site(&settings);
        let platform = |name: &str| {
            let found = databases.iter().find(|(known, _)| *known == name).map(|(_, database)| database.clone());
            let database = found.with_context(|| format!("no database for {name}"))?;
            let (clock, ids) = (Arc::clone(&clock), Arc::clone(&ids));
            anyhow::Ok(Platform { database, clock, ids, mailer: Arc::clone(&mailer), site: site.clone() })
        };
        let catalogue = CatalogueModule::start(catalogue::CatalogueSettings::default(), platform("catalogue")?).await?;
        let order = OrderModule::start(order_settings(&settings, &secrets, &private), platform("order")?).await?;
        let fulfilment = FulfilmentModule::start(fulfilment_settings(&settings), platform("fulfilment")?).await?;
        let reports = ReportsModule::start(reports::ReportsSettings::default(), platform("reports")?).await?;
        let customer = CustomerModule::start(customer_settings(&settings), platform("customer")?).await?;
        let engine = engine(
            &databases,
            (&catalogue, &order, &fulfilment, &reports, &customer),
            settings.retry_base,
            &clock,
            &ids,
        );
        Ok(Self {
            dead_letters: engine.dead_letters(),
            replay: engine.replay(),
            settings,
            secrets,
            catalogue,
            order,
            fulfilment,
            reports,
            customer,
            sandbox,
            ids,
            first_start,
            databases,
            engine: std::sync::Mutex::new(Some(engine)),
            door: std::sync::Mutex::new(Some(door)),
            _lock: lock,
        })
    }

    /// The contexts' databases.
    pub fn databases(&self) -> impl Iterator<Item = (&'static str, &Database)> {
        self.databases.iter().map(|(name, database)| (*name, database))
    }

    /// Where mail goes as long as it does not really go out.
    #[must_use]
    pub fn mail_folder(&self) -> PathBuf {
        mail_folder(&self.settings)
    }

    /// What programs show the payment sandbox.
    #[must_use]
    pub fn sandbox_secret_key(&self) -> String {
        sandbox_key(&self.settings, &self.secrets)
    }

    /// What payment webhooks are signed with.
    #[must_use]
    pub fn webhook_secret(&self) -> String {
        webhook_secrets(&self.settings, &self.secrets).into_iter().next().unwrap_or_default()
    }

    /// The listener of the private door, once.
    #[must_use]
    pub fn take_private_door(&self) -> Option<std::net::TcpListener> {
        self.door.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }

    /// Sets everything in motion that is not a request: relays, consumers, timers, the sandbox's webhooks.
    ///
    /// # Errors
    /// When what a crash has left could not be cleared up.
    pub async fn start(&self, tasks: &TaskTracker, stop: &CancellationToken) -> anyhow::Result<()> {
        let engine = self.engine.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        engine.context("the shop is started already")?.start(tasks, stop).await?;
        if let Some(sandbox) = &self.sandbox {
            tasks.spawn(sandbox.run_sender(stop.clone())?);
        }
        Ok(())
    }

    /// Everything on record: each context's own, what is on its way between them, and the sandbox's ledger.
    ///
    /// # Errors
    /// The first store's that fails.
    pub async fn audit(&self) -> anyhow::Result<Vec<serde_json::Value>> {
        let mut all = self.catalogue.audit().await?;
        all.extend(self.order.audit().await?);
        all.extend(self.fulfilment.audit().await?);
        all.extend(self.reports.audit().await?);
        all.extend(self.customer.audit().await?);
        if let Some(sandbox) = &self.sandbox {
            all.extend(sandbox.audit().await?);
        }
        for (context, database) in &self.databases {
            all.extend(chassis::messaging::audit(context, database).await?);
        }
        Ok(all)
    }

    /// Makes a user whose address is taken as verified; an existing one rises to the role, and keeps his password if his
    /// address was verified before.
    ///
    /// # Errors
    /// When the address or the password is not acceptable.
    pub async fn make_user(&self, email: &str, password: &str, name: (&str, &str), role: Role) -> anyhow::Result<()> {
        let password = SecretString::from(password);
        self.customer.create_user(email, password, name.0, name.1, role, true).await?;
        Ok(())
    }

    /// Waits for what is being written and closes the databases.
    pub async fn close(&self) {
        for (name, database) in &self.databases {
            if let Err(error) = database.close().await {
                tracing::warn!("closing the database of {name}: {error}");
            }
        }
    }

    /// Brings products in from CSV; answers what came of it, for people.
    ///
    /// # Errors
    /// Names each line that could not be read; nothing was changed then.
    pub async fn import_products(&self, csv: Vec<u8>, dry_run: bool) -> anyhow::Result<String> {
        let outcome = self.catalogue.import_products(csv, dry_run).await?;
        Ok(outcome.to_string())
    }

    /// Brings past orders in from a file of JSON lines.
    ///
    /// # Errors
    /// Names the line that could not be read; nothing was changed then. Orders that are readable but make no sense are
    /// named and left out.
    pub async fn import_orders(&self, file: &Path, out: &Output) -> anyhow::Result<()> {
        let text = tokio::fs::read_to_string(file).await.with_context(|| file.display().to_string())?;
        let mut orders = Vec::new();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let order: HistoricalOrder = serde_json::from_str(line).with_context(|| format!("line {number}"))?;
            orders.push(order);
        }
        let summary = self.order.import_orders(orders).await?;
        for (number, problem) in &summary.refused {
            out.line(format!("order {number} was left out: {problem}")).await?;
        }
        let (imported, repeated, refused) = (summary.imported, summary.repeated, summary.refused.len());
        out.line(format!("{imported} orders imported, {repeated} known already, {refused} left out")).await
    }
}

/// Makes the folder if it is not there. What lies in it (addresses, mails with links, secrets) is for its owner alone.
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn lock(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    if !file.try_lock_exclusive()? {
        anyhow::bail!("another process has {} open", folder.display());
    }
    Ok(file)
}

fn site(settings: &Settings) -> Site {
    Site {
        name: settings.shop_name.clone(),
        base_url: settings.base_url.clone(),
        currency: settings.currency,
        tax: settings.tax,
        time_zone: settings.time_zone.clone(),
        mail_from: settings.mail_from.clone(),
    }
}

fn mailer(settings: &Settings, clock: &Arc<dyn Clock>) -> anyhow::Result<Arc<dyn Mailer>> {
    let from = Sender::parse(&settings.mail_from).context("STORE_MAIL_FROM")?;
    let Some(url) = &settings.smtp_url else {
        return Ok(Arc::new(FolderMailer::new(mail_folder(settings), from, Arc::clone(clock))));
    };
    let smtp = smtp_settings(url.expose_secret()).context("STORE_SMTP_URL")?;
    Ok(Arc::new(SmtpMailer::new(&smtp, from, Arc::clone(clock)).context("STORE_SMTP_URL")?))
}

fn mail_folder(settings: &Settings) -> PathBuf {
    settings.data_dir.join("mail")
}

/// Reads `smtp://user:password@host:587` (STARTTLS), `smtps://..` (TLS) or `smtp://host:25?tls=none`.
fn smtp_settings(url: &str) -> anyhow::Result<SmtpSettings> {
    let url = reqwest::Url::parse(url)?;
    let plain = url.query_pairs().any(|(key, value)| key == "tls" && value == "none");
    let (security, port) = match url.scheme() {
        "smtp" if plain => (SmtpSecurity::None, 25),
        "smtp" => (SmtpSecurity::StartTls, 587),
        "smtps" => (SmtpSecurity::Tls, 465),
        other => anyhow::bail!("begins with smtp:// or smtps://, not {other}://"),
    };
    let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().map(String::from);
    let password = url.password().map(decoded).transpose()?.map(SecretString::from);
    Ok(SmtpSettings {
        host: url.host_str().context("names no host")?.to_owned(),
        port: url.port().unwrap_or(port),
        security,
        credentials: password.map(|password| anyhow::Ok((decoded(url.username())?, password))).transpose()?,
        timeout: Duration::from_secs(15),
    })
}

async fn open_sandbox(
    settings: &Settings,
    secrets: &Secrets,
    private: &str,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn Ids>,
) -> anyhow::Result<Sandbox> {
    let path = settings.data_dir.join("sandbox.db");
    let database = Database::sqlite(&path).await.with_context(|| path.display().to_string())?;
    let key = SecretString::from(sandbox_key(settings, secrets));
    let webhook = webhook_secrets(settings, secrets).into_iter().next().unwrap_or_default();
    let url = format!("{private}/api/order/v1/payment-events");
    let sandbox = SandboxSettings::new(key, SecretString::from(webhook), Some(url), &settings.base_url);
    Ok(Sandbox::start(database, Arc::clone(clock), Arc::clone(ids), sandbox).await?)
}

fn sandbox_key(settings: &Settings, secrets: &Secrets) -> String {
    settings.sandbox_secret_key.clone().unwrap_or_else(|| secrets.sandbox_secret_key.clone())
}

fn webhook_secrets(settings: &Settings, secrets: &Secrets) -> Vec<String> {
    if settings.webhook_secrets.is_empty() {
        vec![secrets.webhook_secret.clone()]
    } else {
        settings.webhook_secrets.clone()
    }
}

fn order_settings(settings: &Settings, secrets: &Secrets, private: &str) -> order::OrderSettings {
    let (api_base, secret_key, card_page) = match &settings.stripe {
        Some(stripe) => (stripe.api_base.clone(), stripe.secret_key.clone(), order::CardPageMode::Checkout),
        None => {
            let key = SecretString::from(sandbox_key(settings, secrets));
            (format!("{private}/sandbox"), key, order::CardPageMode::Sandbox)
        }
    };
    let webhook_secrets = webhook_secrets(settings, secrets).into_iter().map(SecretString::from).collect();
    order::OrderSettings {
        payment_window: settings.payment_window,
        shipping_flat_minor: settings.shipping_minor,
        sweep_every: settings.sweep_every,
        reconcile_every: settings.reconcile_every,
        stripe: order::StripeSettings { api_base, secret_key, webhook_secrets, card_page },
        ..order::OrderSettings::default()
    }
}

fn fulfilment_settings(settings: &Settings) -> fulfilment::FulfilmentSettings {
    fulfilment::FulfilmentSettings { sweep_period: settings.sweep_every, ..fulfilment::FulfilmentSettings::default() }
}

fn customer_settings(settings: &Settings) -> customer::CustomerSettings {
    let mut customer = customer::CustomerSettings::default();
    customer.links.verification = settings.verification_window;
    customer
}

/// The contexts' modules, as the engine is given them.
type Modules<'a> = (&'a CatalogueModule, &'a OrderModule, &'a FulfilmentModule, &'a ReportsModule, &'a CustomerModule);

fn engine(
    databases: &[(&'static str, Database)],
    (catalogue, order, fulfilment, reports, customer): Modules<'_>,
    retry_base: Duration,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn Ids>,
) -> Engine {
    let lists = |name: &str| match name {
        "catalogue" => (catalogue.subscriptions(), catalogue.jobs()),
        "order" => (order.subscriptions(), order.jobs()),
        "fulfilment" => (fulfilment.subscriptions(), fulfilment.jobs()),
        "reports" => (reports.subscriptions(), reports.jobs()),
        "customer" => (customer.subscriptions(), customer.jobs()),
        _ => (Vec::new(), Vec::new()),
    };
    let contexts = databases.iter().map(|(name, database)| {
        let (subscriptions, jobs) = lists(name);
        let subscriptions = subscriptions.into_iter().map(|it| it.first_pause(retry_base)).collect();
        ContextEngine { name, database: database.clone(), subscriptions, jobs }
    });
    Engine::new(contexts.collect(), Transport::InProcess, Arc::clone(clock), Arc::clone(ids))
}
