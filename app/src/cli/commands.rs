//! What can be done to a shop from the command line, whether it is open or not. Where a shop is split, a command acts on
//! what its process holds.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use catalogue::{CatalogueModule, ImportMode};
use customer::{CustomerModule, NewUser};
use order::OrderModule;
use order::application::BadLine;
use serde::{Deserialize, Serialize};
use shared_kernel::format::count;
use shared_kernel::{CustomerId, Role};

use crate::backup;
use crate::cli::output::Output;
use crate::composition::shop::Shop;
use crate::config::parts::Part;
use crate::config::settings::Settings;
use crate::seed::sample_orders;

/// A command on its way to the shop.
#[derive(Debug, Serialize, Deserialize)]
pub enum Command {
    /// Bring a file in.
    Import {
        /// What the file holds.
        what: ImportWhat,
        /// Where it lies; absolute, for the shop may run in another folder.
        file: PathBuf,
    },
    /// Look after messages that could not be handled.
    DeadLetters(DeadLetterCommand),
    /// Rebuild a consumer's tables, or list those that can be.
    Replay {
        /// `context/consumer`.
        consumer: Option<String>,
    },
    /// Compare open payments with the provider.
    Reconcile,
    /// Make or change a user.
    User {
        /// Who.
        email: String,
        role: String,
        password: String,
        /// First and last name of a new user.
        #[serde(default)]
        name: Option<String>,
        /// Whether an existing user gets the password, too.
        #[serde(default)]
        reset_password: bool,
    },
    /// Bring sample orders in.
    Demo,
    /// Print everything on record.
    Audit,
    /// Print the ids of erased customers.
    Erasures,
    /// Erase customers.
    Erase {
        /// Their ids.
        customers: Vec<String>,
    },
    /// Take a backup.
    Backup {
        /// Where it is to lie; absolute.
        folder: PathBuf,
    },
}

/// What a file holds.
#[derive(Debug, Serialize, Deserialize)]
pub enum ImportWhat {
    Products {
        /// Only say what would happen.
        dry_run: bool,
        /// Import what is right, even if something is not.
        #[serde(default)]
        skip_invalid: bool,
        /// Give a number to SKUs that other products have.
        #[serde(default)]
        number_repeated_skus: bool,
    },
    /// Past orders.
    Orders {
        /// Take those that can be taken, instead of none if one cannot.
        skip_invalid: bool,
    },
}

/// What to do about dead letters.
#[derive(Debug, Serialize, Deserialize)]
pub enum DeadLetterCommand {
    /// Show them.
    List,
    /// Try one again.
    Retry(String),
    /// Give one up.
    Discard(String),
}

/// Opens the shop for this one command; no other process may have it open. Facts that the command states are carried to
/// their consumers when the shop is opened next.
///
/// # Errors
/// The command's own, or the shop's when it cannot be opened.
pub async fn run_alone(settings: Settings, command: Command, out: &Output) -> anyhow::Result<()> {
    if let Command::Backup { folder } = &command {
        return backup::take::take_closed(&settings, folder, out).await;
    }
    // A command in the wrong folder must not make a new shop there and find everything in order. Bringing things in is how
    // one may begin.
    if !matches!(command, Command::Import { .. }) {
        backup::take::ensure_shop_is_here(&settings)?;
    }
    let shop = Shop::open(settings).await?;
    let done = run(&shop, command, out).await;
    shop.close().await;
    done
}

/// Runs the command in a shop that is open.
pub async fn run(shop: &Shop, command: Command, out: &Output) -> anyhow::Result<()> {
    match command {
        Command::Import { what, file } => import(shop, what, file, out).await,
        Command::DeadLetters(command) => dead_letters(shop, command, out).await,
        Command::Replay { consumer: None } => {
            for name in shop.replay.rebuildable() {
                out.line(name).await?;
            }
            Ok(())
        }
        Command::Replay { consumer: Some(name) } => {
            shop.replay.start(&name).await?;
            out.line(format!("{name} is empty and is being fed the archive")).await
        }
        Command::Reconcile => reconcile(shop.modules.require::<OrderModule>(Part::Order)?, out).await,
        Command::User { email, role, password, name, reset_password } => {
            let role = Role::parse(&role).context("a role is customer, staff or admin")?;
            let name = name.as_deref().unwrap_or("New User");
            let name = name.trim().rsplit_once(char::is_whitespace).unwrap_or((name, name));
            let password = password.into();
            let user = NewUser { email: &email, password, name, role, verified: true, reset_password };
            shop.enter_user(user).await?;
            out.line(format!("{email} can log in as {}", role.name())).await
        }
        Command::Demo => {
            let order = shop.modules.require::<OrderModule>(Part::Order)?;
            let file = sample_orders::file(shop.settings.site.currency, shop.clock.now())?;
            let summary = order.import_orders(&file, true).await?;
            out.line(format!("{} sample orders imported, {} known already", summary.imported, summary.repeated)).await
        }
        Command::Erasures => {
            for id in shop.modules.require::<CustomerModule>(Part::Customer)?.erased().await? {
                out.line(id.to_string()).await?;
            }
            Ok(())
        }
        Command::Erase { customers } => {
            erase(shop.modules.require::<CustomerModule>(Part::Customer)?, &customers, out).await
        }
        Command::Backup { folder } => backup::take::take(&shop.settings, &folder, out).await,
        Command::Audit => {
            let (to, mut records) = tokio::sync::mpsc::channel::<serde_json::Value>(256);
            let reading = async move { shop.audit(&to).await };
            let writing = async {
                while let Some(record) = records.recv().await {
                    out.line(record.to_string()).await?;
                }
                Ok(())
            };
            tokio::try_join!(reading, writing).map(|_| ())
        }
    }
}

/// Says what was compared and what was new. Fails if the provider did not tell about all of it.
async fn reconcile(order: &OrderModule, out: &Output) -> anyhow::Result<()> {
    let summary = order.reconcile().await?;
    for (number, news) in &summary.repaired {
        out.line(format!("order {number}: {}", news.join("; "))).await?;
    }
    for (number, why) in &summary.unanswered {
        out.line(format!("order {number} could not be compared: {why}")).await?;
    }
    let (compared, repaired, unanswered) = (summary.compared, summary.repaired.len(), summary.unanswered.len());
    out.line(format!(
        "{} compared with the payment provider, {repaired} repaired, {unanswered} not answered",
        count(compared, "order", "orders")
    ))
    .await?;
    let unanswered_orders = count(unanswered, "order", "orders");
    anyhow::ensure!(unanswered == 0, "the payment provider did not tell about {unanswered_orders}");
    Ok(())
}

/// Erases all of them; ids without a customer are passed over, so that a list may be given again.
async fn erase(customer: &CustomerModule, customers: &[String], out: &Output) -> anyhow::Result<()> {
    let ids: Vec<CustomerId> = customers
        .iter()
        .map(|id| CustomerId::parse(id).map_err(|_| anyhow::anyhow!("{id} is no customer's id")))
        .collect::<Result<_, _>>()?;
    let mut erased = 0;
    for id in &ids {
        erased += u32::from(customer.erase(*id).await.with_context(|| id.to_string())?);
    }
    let missing = ids.len() - erased as usize;
    out.line(format!("{} erased, {missing} not here", count(erased, "customer", "customers"))).await
}

async fn dead_letters(shop: &Shop, command: DeadLetterCommand, out: &Output) -> anyhow::Result<()> {
    let found = match &command {
        DeadLetterCommand::List => {
            let letters = shop.dead_letters.list(1_000).await?;
            if letters.is_empty() {
                return out.line("no dead letters").await;
            }
            for letter in letters {
                let (id, kind, code) = (letter.id(), &letter.event_type, &letter.code);
                let (at, attempts, error) = (letter.failed_at, letter.attempts, &letter.error);
                let attempts = count(attempts, "attempt", "attempts");
                out.line(format!("{at}  {id}  {kind}  {code} after {attempts}: {error}")).await?;
            }
            return Ok(());
        }
        DeadLetterCommand::Retry(id) => shop.dead_letters.retry(id).await?,
        DeadLetterCommand::Discard(id) => shop.dead_letters.discard(id).await?,
    };
    anyhow::ensure!(found, "there is no such dead letter");
    out.line("done").await
}

async fn import(shop: &Shop, what: ImportWhat, file: PathBuf, out: &Output) -> anyhow::Result<()> {
    match what {
        ImportWhat::Products { dry_run, skip_invalid, number_repeated_skus } => {
            let catalogue = shop.modules.require::<CatalogueModule>(Part::Catalogue)?;
            let bytes = tokio::fs::read(&file).await.with_context(|| file.display().to_string())?;
            let name = file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let mode = ImportMode { dry_run, all_or_nothing: !skip_invalid, number_repeated_skus };
            out.line(catalogue.import_file(&bytes, &name, mode).await?.to_string()).await
        }
        ImportWhat::Orders { skip_invalid } => {
            let order = shop.modules.require::<OrderModule>(Part::Order)?;
            import_orders(order, &file, skip_invalid, out).await
        }
    }
}

/// Brings past orders in from a file of JSON lines: all, or none if one cannot be taken, unless those are to be skipped.
/// All that cannot be taken are named.
async fn import_orders(order: &OrderModule, file: &Path, skip_invalid: bool, out: &Output) -> anyhow::Result<()> {
    let bytes = tokio::fs::read(file).await.with_context(|| file.display().to_string())?;
    let summary = order.import_orders(&bytes, skip_invalid).await?;
    for BadLine { line, number, problem } in &summary.refused {
        let number = number.as_ref().map(|number| format!(", order {number}")).unwrap_or_default();
        out.line(format!("line {line}{number}: {problem}")).await?;
    }
    let (imported, repeated, refused) = (summary.imported, summary.repeated, summary.refused.len());
    anyhow::ensure!(
        refused == 0 || skip_invalid,
        "{} cannot be imported, so nothing was; correct the file, or leave such lines out with --skip-invalid",
        count(refused, "line", "lines")
    );
    let imported = count(imported, "order", "orders");
    out.line(format!("{imported} imported, {repeated} known already, {refused} left out")).await
}
