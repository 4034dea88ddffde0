//! Fills an empty shop: the demo catalogue with its stock, images and files, and an account to log in with.

use std::io::IsTerminal as _;
use std::time::Duration;

use anyhow::Context as _;
use catalogue::CatalogueModule;
use chassis::messaging::Lease;
use chassis::sql::Database;
use fulfilment::FulfilmentModule;
use rust_embed::RustEmbed;
use secrecy::ExposeSecret as _;
use shared_kernel::{Currency, Role};

use crate::composition::shop::Shop;
use crate::config::data_folder::keep_private_text;
use crate::config::parts::Part;
use crate::seed::first_start::{FirstStart, SEEDED};

/// How often a process looks whether another is done with furnishing.
const POLL_INTERVAL: Duration = Duration::from_millis(300);

#[derive(RustEmbed)]
#[folder = "demo"]
struct Files;

/// Furnishes each context that is here and new: the catalogue and its digital files with the demo unless it is switched
/// off, the customers with an administrator and a demo customer, whose logins are printed. A start that was cut off is
/// made up for by the next; of several processes on one database one does it while the others wait. Later starts only see
/// to the administrator that is set by name.
pub async fn seed_demo(shop: &Shop) -> anyhow::Result<()> {
    for (context, database) in shop.databases() {
        let turn = Lease::new("furnish", database, &shop.clock, shop.ids.as_ref());
        while !turn.is_held().await {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        let renewed = async {
            loop {
                turn.renew_for(POLL_INTERVAL).await;
            }
        };
        let done = tokio::select! {
            done = seed_context(shop, context, database) => done,
            () = renewed => Ok(()),
        };
        turn.release().await;
        done.with_context(|| format!("furnishing {}", context.name()))?;
    }
    shop.first_start.done(&shop.settings)
}

async fn seed_context(shop: &Shop, context: Part, database: &Database) -> anyhow::Result<()> {
    let new = if database.shared() { !database.is_marked(SEEDED).await? } else { shop.first_start.is_new(context) };
    if let (Some((email, password)), Part::Customer) = (shop.settings.accounts.admin(), context) {
        shop.make_user(email, password.expose_secret(), ("Store", "Admin"), Role::Admin).await?;
    }
    if new {
        match context {
            Part::Catalogue if shop.settings.accounts.demo => {
                seed_products(shop.modules.require(context)?, shop.settings.site.currency).await?;
            }
            Part::Fulfilment if shop.settings.accounts.demo => keep_files(shop.modules.require(context)?).await?,
            Part::Customer => welcome(shop, &logins(shop, &shop.first_start).await?)?,
            _ => {}
        }
    }
    // Files from before there were marks get theirs now, so that it moves with them to a server.
    database.mark(SEEDED, shop.clock.now()).await?;
    Ok(())
}

/// A login of a new shop.
struct Login {
    role: Role,
    email: String,
    /// `None` if the operator has set it.
    password: Option<String>,
}

async fn logins(shop: &Shop, first: &FirstStart) -> anyhow::Result<Vec<Login>> {
    let mut logins = Vec::new();
    match shop.settings.accounts.admin() {
        Some((email, _)) => logins.push(Login { role: Role::Admin, email: email.to_owned(), password: None }),
        None => {
            let made = ("admin@example.org", first.admin_password.as_str());
            logins.push(login(shop, made, ("Ada", "Minister"), Role::Admin).await?);
        }
    }
    if shop.settings.accounts.demo {
        let made = ("customer@example.org", first.customer_password.as_str());
        let login = login(shop, made, ("Casey", "Buyer"), Role::Customer).await?;
        let is_set = shop.settings.accounts.demo_password.is_some();
        logins.push(Login { password: login.password.filter(|_| !is_set), ..login });
    }
    Ok(logins)
}

async fn login(shop: &Shop, (email, password): (&str, &str), name: (&str, &str), role: Role) -> anyhow::Result<Login> {
    shop.make_user(email, password, name, role).await?;
    Ok(Login { role, email: email.to_owned(), password: Some(password.to_owned()) })
}

impl Login {
    fn line(&self, shows_password: bool) -> String {
        let password = match &self.password {
            Some(password) if shows_password => password.as_str(),
            Some(_) => "",
            None => "(the password is in the settings)",
        };
        format!("{:<9} {:<22} {password}", self.role.name(), self.email).trim_end().to_owned()
    }
}

fn in_folder(folder: &'static str) -> impl Iterator<Item = (String, Vec<u8>)> {
    Files::iter().filter_map(move |path| {
        let name = path.strip_prefix(folder)?.to_owned();
        Files::get(&path).map(|file| (name, file.data.into_owned()))
    })
}

/// The demo's prices are the same numbers in every currency.
async fn seed_products(catalogue: &CatalogueModule, currency: Currency) -> anyhow::Result<()> {
    let Some(products) = Files::get("products.csv") else { return Ok(()) };
    let csv = String::from_utf8(products.data.into_owned())?;
    anyhow::ensure!(
        currency.exponent() == 2,
        "the demo has prices with two decimals, which {} has not: set STORE_DEMO=off",
        currency.code()
    );
    catalogue.import_demo(&csv, in_folder("images/")).await?;
    Ok(())
}

async fn keep_files(fulfilment: &FulfilmentModule) -> anyhow::Result<()> {
    for (name, bytes) in in_folder("files/") {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
        let content_type = match extension {
            "md" => "text/markdown",
            "epub" => "application/epub+zip",
            "html" => "text/html",
            "csv" => "text/csv",
            "svg" => "image/svg+xml",
            _ => "text/plain",
        };
        fulfilment.put_digital_file(stem, &name, content_type, bytes).await?;
    }
    Ok(())
}

/// The file in the data folder that holds the logins of a first start until the operator removes it.
const LOGINS: &str = "first-logins.txt";

/// Tells the operator how to log in. Output is often kept (a service's journal, a container's log), so the passwords
/// themselves are shown on a terminal only, and otherwise lie in a file that its owner alone can read.
#[expect(clippy::print_stdout, reason = "meant for anyone who started the shop, not for the log")]
fn welcome(shop: &Shop, logins: &[Login]) -> anyhow::Result<()> {
    let (folder, base) = (&shop.settings.process.data_dir, &shop.settings.site.base_url);
    println!("\n  {} is new. Open {base} in a browser, and log in at {base}/login as", shop.settings.site.name);
    for login in logins {
        println!("    {}", login.line(std::io::stdout().is_terminal()));
    }
    if logins.iter().any(|login| login.password.is_some()) {
        let lines: Vec<String> = logins.iter().map(|login| login.line(true)).collect();
        keep_private_text(folder, LOGINS, &format!("{}\n", lines.join("\n")))?;
        println!("  The passwords are in {}: change them, and delete the file.", folder.join(LOGINS).display());
    }
    if shop.sandbox.is_some() {
        println!(
            "  Payments go to the built-in sandbox: the card 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined."
        );
        println!(
            "  Its secret key and the secret of its webhooks are in the settings or in {}",
            folder.join("secrets.json").display()
        );
    }
    if shop.settings.mail.smtp.is_none() {
        println!("  Mail is written to {}", shop.settings.mail.dir.display());
    }
    println!();
    Ok(())
}
