//! One process of a shop: the folder, the databases of the parts it holds, the contexts on them, and the engine that joins
//! them by the bus. Most shops are one process that holds everything.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use chassis::messaging::{AuditSink, ContextEngine, DeadLetters, Engine, Replay, Transport, send_records};
use chassis::security::SecurityLog;
use chassis::sql::Database;
use chassis::sql::transfer::is_unfinished;
use chassis::{Platform, SystemClock, SystemIds};
use customer::{CustomerModule, NewUser};
use order::OrderModule;
use reports::ReportsModule;
use secrecy::SecretString;
use shared_kernel::{Clock, Ids, Role};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backup::pending_transfer;
use crate::composition::location_guard;
use crate::composition::modules::Modules;
use crate::composition::security_log;
use crate::composition::setup::{self, Setup};
use crate::config::data_folder::take_folder;
use crate::config::parts::Part;
use crate::config::secrets::Secrets;
use crate::config::settings::Settings;
use crate::peers::in_process::{LocalOperations, LocalPeople, LocalShopfront};
use crate::peers::remote::Remote;
use crate::peers::{Operations, Peers, People, Shopfront};
use crate::seed::first_start::FirstStart;
use stripe_sandbox::Sandbox;

/// How long a restored shop waits for the payment provider to tell what it has missed.
const CATCH_UP_TIMEOUT: Duration = Duration::from_mins(2);
const RETRY_INTERVAL: Duration = Duration::from_secs(2);

/// A process whose parts are started. Its doors are [`crate::http::server`]'s business.
pub struct Shop {
    /// How it was set up.
    pub settings: Settings,
    pub secrets: Secrets,
    /// The contexts that it holds.
    pub modules: Arc<Modules>,
    /// The payment sandbox, unless it runs elsewhere or real payments are set up.
    pub sandbox: Option<Sandbox>,
    /// The operator's view on each context that is here.
    pub operations: BTreeMap<Part, Arc<dyn Operations>>,
    /// All contexts, wherever they run, for the pages that join them, if those are here.
    pub peers: Option<Peers>,
    /// Messages that could not be handled here.
    pub dead_letters: DeadLetters,
    /// Rebuilds read models.
    pub replay: Replay,
    /// The clock of this process: the system's, or that of the server that it shares with others.
    pub clock: Arc<dyn Clock>,
    /// The system's source of ids.
    pub ids: Arc<dyn Ids>,
    /// Who did what.
    pub security: SecurityLog,
    /// What is left to do of the first start in this folder.
    pub first_start: FirstStart,
    databases: Vec<(Part, Database)>,
    /// Until it is started. There is one alone: a replay and the relays must meet at the same gates.
    engine: Mutex<Option<Engine>>,
    door: Mutex<Option<TcpListener>>,
    _lock: File,
}

impl Shop {
    /// Opens the folder, brings the databases up to date and starts the contexts. Nothing moves before [`Shop::start`].
    ///
    /// # Errors
    /// When another process has the folder open, or a database cannot be opened.
    pub async fn open(settings: Settings) -> anyhow::Result<Self> {
        let lock = take_folder(&settings.process.data_dir)?;
        pending_transfer::refuse(&settings.process.data_dir)?;
        location_guard::refuse_files_of_the_past(&settings)?;
        let ids: Arc<dyn Ids> = Arc::new(SystemIds);
        let first_start = FirstStart::pending(&settings, ids.as_ref())?;
        let secrets = Secrets::of(&settings, ids.as_ref())?;
        let databases = open_databases(&settings).await?;
        location_guard::refuse_new_servers(&settings, &databases).await?;
        let clock = clock_of(&databases);
        let (plays, sells) = (setup::uses_sandbox(&settings), settings.process.parts.contains(Part::Order));
        let door = if plays && sells { Some(open_private_listener()?) } else { None };
        let private_door = door.as_ref().map(|(_, url)| url.as_str());
        let setup = Setup { settings: &settings, secrets: &secrets, private_door };
        let mut sandbox = None;
        if plays {
            sandbox = Some(open_sandbox(&setup, &clock, &ids).await?);
        }
        let platform = platforms(&settings, &databases, &clock, &ids)?;
        let modules = Arc::new(Modules::start(&setup, platform).await?);
        refuse_unfinished(&databases).await?;
        location_guard::remember(&settings)?;
        let engine = engine(&settings, &databases, &modules, &clock, &ids);
        let (dead_letters, replay) = (engine.dead_letters(), engine.replay());
        let operations = operations(&databases, &modules, (&dead_letters, &replay), &clock);
        let security = security_log::log(&databases, &clock, &ids);
        Ok(Self {
            peers: settings
                .process
                .parts
                .contains(Part::Edge)
                .then(|| peers(&settings, &modules, &operations, &ids))
                .transpose()?,
            settings,
            secrets,
            modules,
            sandbox,
            operations,
            dead_letters,
            replay,
            clock,
            ids,
            security,
            first_start,
            databases,
            engine: Mutex::new(Some(engine)),
            door: Mutex::new(door.map(|(listener, _)| listener)),
            _lock: lock,
        })
    }

    /// The databases of the contexts that are here.
    pub fn databases(&self) -> impl Iterator<Item = (Part, &Database)> {
        self.databases.iter().map(|(part, database)| (*part, database))
    }

    /// The listener of the private door, once; none if orders and sandbox do not live together here.
    pub fn take_private_listener(&self) -> Option<TcpListener> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Sets everything in motion that is not a request: relays, consumers, timers, the sandbox's webhooks. A shop that was
    /// restored from a backup first catches up with the payment provider, on whose word everything else depends.
    ///
    /// # Errors
    /// When what a crash has left could not be cleared up, or the payment provider does not say what was paid since.
    pub async fn start(&self, tasks: &TaskTracker, stop: &CancellationToken) -> anyhow::Result<()> {
        if let Some(order) = self.modules.get::<OrderModule>() {
            catch_up(order).await?;
        }
        if let Some(reports) = self.modules.get::<ReportsModule>() {
            rebuild_if_outdated(reports, &self.replay).await?;
        }
        let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner).take();
        engine.context("the shop is started already")?.start(tasks, stop).await?;
        if let Some(sandbox) = &self.sandbox {
            tasks.spawn(sandbox.run_sender(stop.clone())?);
        }
        let databases = self.databases.iter().map(|(_, database)| database.clone()).collect();
        let keep = Duration::from_hours(24 * u64::from(self.settings.accounts.security_log_days));
        tasks.spawn(security_log::sweep(databases, Arc::clone(&self.clock), keep, stop.clone()));
        Ok(())
    }

    /// Everything on record here: each context's own, what is on its way between them, and the sandbox's ledger.
    pub async fn audit(&self, to: &AuditSink) -> anyhow::Result<()> {
        self.modules.write_audit(to).await?;
        if let Some(sandbox) = &self.sandbox {
            send_records(sandbox.audit().await?, to).await;
        }
        for (context, database) in self.databases() {
            chassis::messaging::audit(context.name(), database, to).await?;
        }
        Ok(())
    }

    /// Makes a user whose address is taken as verified; an existing one gets the role, if it is higher, and keeps the
    /// password, if the address was verified before.
    ///
    /// # Errors
    /// When the address or the password is not acceptable, or the customer context is not here.
    pub async fn make_user(&self, email: &str, password: &str, name: (&str, &str), role: Role) -> anyhow::Result<()> {
        let password = SecretString::from(password);
        self.enter_user(NewUser { email, password, name, role, verified: true, reset_password: false }).await
    }

    /// Makes a user, or changes an existing one.
    ///
    /// # Errors
    /// When the address or the password is not acceptable, or the customer context is not here.
    pub async fn enter_user(&self, user: NewUser<'_>) -> anyhow::Result<()> {
        self.modules.require::<CustomerModule>(Part::Customer)?.create_user(user).await?;
        Ok(())
    }

    /// Waits for what is being written and closes the databases.
    pub async fn close(&self) {
        for (context, database) in self.databases() {
            if let Err(error) = database.close().await {
                tracing::warn!("closing the database of {}: {error}", context.name());
            }
        }
        if let Some(sandbox) = &self.sandbox
            && let Err(error) = sandbox.close().await
        {
            tracing::warn!("closing the database of the payment sandbox: {error}");
        }
    }
}

async fn open_databases(settings: &Settings) -> anyhow::Result<Vec<(Part, Database)>> {
    let mut databases = Vec::new();
    for part in settings.process.parts.contexts() {
        databases.push((part, setup::database(settings, part).await?));
    }
    Ok(databases)
}

/// The clock of the process itself, by which it also says until when an identity is to be believed: a server's, if it
/// works on one with others whose own clocks may differ.
fn clock_of(databases: &[(Part, Database)]) -> Arc<dyn Clock> {
    let own: Arc<dyn Clock> = Arc::new(SystemClock);
    let shared = databases.iter().find(|(_, database)| database.shared());
    shared.map_or_else(|| Arc::clone(&own), |(_, database)| database.clock(&own))
}

/// A shop must not open on half of its rows.
async fn refuse_unfinished(databases: &[(Part, Database)]) -> anyhow::Result<()> {
    for (part, database) in databases {
        let unfinished = is_unfinished(database).await?;
        let name = part.name();
        anyhow::ensure!(!unfinished, "rows are still on their way into {name}: run `restore` or `promote` again");
    }
    Ok(())
}

/// Books that were kept by another calendar or by older rules are built again from the archive, beside everything else.
async fn rebuild_if_outdated(reports: &ReportsModule, replay: &Replay) -> anyhow::Result<()> {
    if let Some(why) = reports.outdated().await? {
        tracing::warn!("{why}: the reports are being rebuilt from the archive");
        replay.start(ReportsModule::BOOKS).await?;
    }
    Ok(())
}

/// Several attempts: the provider, or the process that plays it, may be a little late.
async fn catch_up(order: &OrderModule) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        match order.catch_up().await {
            Ok(None) => return Ok(()),
            Ok(Some(caught)) => {
                tracing::info!(?caught, "caught up with the payment provider: {} events were news", caught.new);
                return Ok(());
            }
            Err(error) if begun.elapsed() < CATCH_UP_TIMEOUT => {
                tracing::warn!("cannot catch up with the payment provider yet: {:#}", anyhow::Error::new(error));
                tokio::time::sleep(RETRY_INTERVAL).await;
            }
            Err(error) => return Err(anyhow::Error::new(error).context("the shop was restored and stays closed")),
        }
    }
}

/// The sandbox's API for the order context, and the way back for its webhooks.
fn open_private_listener() -> anyhow::Result<(TcpListener, String)> {
    let door = TcpListener::bind("127.0.0.1:0").context("the private door")?;
    let url = format!("http://{}", door.local_addr()?);
    Ok((door, url))
}

async fn open_sandbox(setup: &Setup<'_>, clock: &Arc<dyn Clock>, ids: &Arc<dyn Ids>) -> anyhow::Result<Sandbox> {
    let database = setup::database(setup.settings, Part::Sandbox).await?;
    let clock = database.clock(clock);
    Ok(Sandbox::start(database, clock, Arc::clone(ids), setup.sandbox()).await?)
}

/// What each context that is here may use of the outside world.
fn platforms<'a>(
    settings: &Settings,
    databases: &'a [(Part, Database)],
    clock: &'a Arc<dyn Clock>,
    ids: &'a Arc<dyn Ids>,
) -> anyhow::Result<impl Fn(Part) -> Option<Platform> + use<'a>> {
    let (mailer, site) = (setup::mailer(settings, clock)?, setup::site(settings));
    Ok(move |part: Part| {
        let (_, database) = databases.iter().find(|(known, _)| *known == part)?;
        let (clock, ids) = (database.clock(clock), Arc::clone(ids));
        Some(Platform { database: database.clone(), clock, ids, mailer: Arc::clone(&mailer), site: site.clone() })
    })
}

fn engine(
    settings: &Settings,
    databases: &[(Part, Database)],
    modules: &Modules,
    clock: &Arc<dyn Clock>,
    ids: &Arc<dyn Ids>,
) -> Engine {
    let contexts = databases.iter().map(|(context, database)| {
        let (subscriptions, jobs) = modules.lists(*context);
        let subscriptions = subscriptions.into_iter().map(|it| it.first_pause(settings.process.retry_base)).collect();
        ContextEngine { name: context.name(), database: database.clone(), subscriptions, jobs }
    });
    let transport = settings.nats.clone().map_or(Transport::InProcess, Transport::JetStream);
    Engine::new(contexts.collect(), transport, Arc::clone(clock), Arc::clone(ids)).by_the_clocks_of_databases()
}

fn operations(
    databases: &[(Part, Database)],
    modules: &Arc<Modules>,
    (letters, replay): (&DeadLetters, &Replay),
    clock: &Arc<dyn Clock>,
) -> BTreeMap<Part, Arc<dyn Operations>> {
    let local = |(part, database): &(Part, Database)| {
        let (clock, modules) = (database.clock(clock), Arc::clone(modules));
        let local = LocalOperations::new(*part, modules, letters, replay, database.clone(), clock);
        (*part, Arc::new(local) as Arc<dyn Operations>)
    };
    databases.iter().map(local).collect()
}

/// All contexts: those that are here, and the others where the settings say.
fn peers(
    settings: &Settings,
    modules: &Arc<Modules>,
    operations: &BTreeMap<Part, Arc<dyn Operations>>,
    ids: &Arc<dyn Ids>,
) -> anyhow::Result<Peers> {
    let mut contexts = operations.clone();
    let mut shopfront: Arc<dyn Shopfront> = Arc::new(LocalShopfront(Arc::clone(modules)));
    let mut people: Arc<dyn People> = Arc::new(LocalPeople(Arc::clone(modules)));
    for part in Part::CONTEXTS.into_iter().filter(|part| !settings.process.parts.contains(*part)) {
        let base =
            settings.process.peers.get(&part).with_context(|| format!("STORE_PEERS does not name {}", part.name()))?;
        let remote = Arc::new(Remote::new(part, base, Arc::clone(ids))?);
        if part == Part::Catalogue {
            shopfront = Arc::clone(&remote) as Arc<dyn Shopfront>;
        }
        if part == Part::Customer {
            people = Arc::clone(&remote) as Arc<dyn People>;
        }
        contexts.insert(part, remote);
    }
    Ok(Peers::new(shopfront, people, contexts))
}
