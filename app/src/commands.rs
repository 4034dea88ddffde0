//! What can be done to a shop from the command line, whether it is open or not.

use std::path::PathBuf;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use shared_kernel::Role;

use crate::control::Output;
use crate::settings::Settings;
use crate::shop::Shop;

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
        /// What he may do.
        role: String,
        /// How he signs in.
        password: String,
    },
    /// Print everything on record.
    Audit,
    /// Print the OpenAPI document.
    OpenApi,
}

/// What a file holds.
#[derive(Debug, Serialize, Deserialize)]
pub enum ImportWhat {
    /// Products.
    Products {
        /// Only say what would happen.
        dry_run: bool,
    },
    /// Past orders.
    Orders,
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

/// Opens the shop for this one command; nobody else may have it open. Facts that the command states are carried to
/// their consumers when the shop is opened next.
///
/// # Errors
/// The command's own, or the shop's when it cannot be opened.
pub async fn run_alone(settings: Settings, command: Command, out: &Output) -> anyhow::Result<()> {
    let shop = Shop::open(settings).await?;
    let done = run(&shop, command, out).await;
    shop.close().await;
    done
}

/// Runs the command in a shop that is open.
///
/// # Errors
/// Says what did not work.
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
        Command::Reconcile => {
            shop.order.reconcile().await?;
            out.line("open payments and refunds have been compared with the provider").await
        }
        Command::User { email, role, password } => {
            let role = Role::parse(&role).context("a role is customer, staff or admin")?;
            shop.make_user(&email, &password, ("New", "User"), role).await?;
            out.line(format!("{email} may sign in as {}", role.name())).await
        }
        Command::Audit => {
            for record in shop.audit().await? {
                out.line(record.to_string()).await?;
            }
            Ok(())
        }
        Command::OpenApi => out.line(crate::server::openapi(shop)?).await,
    }
}

async fn dead_letters(shop: &Shop, command: DeadLetterCommand, out: &Output) -> anyhow::Result<()> {
    let found = match &command {
        DeadLetterCommand::List => {
            for letter in shop.dead_letters.list(1_000).await? {
                let (id, kind, code) = (letter.id(), &letter.event_type, &letter.code);
                let (at, attempts, error) = (letter.failed_at, letter.attempts, &letter.error);
                out.line(format!("{at}  {id}  {kind}  {code} after {attempts} attempts: {error}")).await?;
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
        ImportWhat::Products { dry_run } => {
            let bytes = tokio::fs::read(&file).await.with_context(|| file.display().to_string())?;
            out.line(shop.import_products(bytes, dry_run).await?).await
        }
        ImportWhat::Orders => shop.import_orders(&file, out).await,
    }
}
