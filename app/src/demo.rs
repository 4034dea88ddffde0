//! Fills an empty shop: the demo catalogue with its stock, images and files, and somebody to sign in as.

use catalogue::CatalogueModule;
use fulfilment::FulfilmentModule;
use rust_embed::RustEmbed;
use secrecy::ExposeSecret as _;
use shared_kernel::Role;

use crate::first_start::FirstStart;
use crate::parts::Part;
use crate::shop::Shop;

#[derive(RustEmbed)]
#[folder = "demo"]
struct Files;

/// On the first start, and again if that was cut off: makes the administrator and, unless it is switched off, the demo
/// catalogue, its digital files and a customer, as far as their contexts are here, and prints the logins. Later starts only
/// see to the administrator that is set by name.
///
/// # Errors
/// When the catalogue cannot be brought in.
pub async fn furnish(shop: &Shop) -> anyhow::Result<()> {
    if let (Some((email, password)), Some(_)) = (&shop.settings.admin, &shop.modules.customer) {
        shop.make_user(email, password.expose_secret(), ("Store", "Admin"), Role::Admin).await?;
    }
    let Some(first) = &shop.first_start else { return Ok(()) };
    if let (Some(catalogue), true) = (&shop.modules.catalogue, shop.settings.demo && first.is_new(Part::Catalogue)) {
        stock_the_shelves(catalogue).await?;
    }
    if let (Some(fulfilment), true) = (&shop.modules.fulfilment, shop.settings.demo && first.is_new(Part::Fulfilment)) {
        keep_files(fulfilment).await?;
    }
    if shop.modules.customer.is_some() && first.is_new(Part::Customer) {
        welcome(shop, &logins(shop, first).await?);
    }
    first.done(&shop.settings)
}

async fn logins(shop: &Shop, first: &FirstStart) -> anyhow::Result<Vec<String>> {
    let mut logins = Vec::new();
    if shop.settings.admin.is_none() {
        let password = &first.admin_password;
        logins.push(login(shop, ("admin@example.org", password), ("Ada", "Minister"), Role::Admin).await?);
    }
    if shop.settings.demo {
        let password = &first.customer_password;
        logins.push(login(shop, ("customer@example.org", password), ("Casey", "Buyer"), Role::Customer).await?);
    }
    Ok(logins)
}

async fn login(shop: &Shop, (email, password): (&str, &str), name: (&str, &str), role: Role) -> anyhow::Result<String> {
    shop.make_user(email, password, name, role).await?;
    Ok(format!("{:<9} {email:<22} {password}", role.name()))
}

fn in_folder(folder: &'static str) -> impl Iterator<Item = (String, Vec<u8>)> {
    Files::iter().filter_map(move |path| {
        let name = path.strip_prefix(folder)?.to_owned();
        Files::get(&path).map(|file| (name, file.data.into_owned()))
    })
}

async fn stock_the_shelves(catalogue: &CatalogueModule) -> anyhow::Result<()> {
    let Some(products) = Files::get("products.csv") else { return Ok(()) };
    let csv = String::from_utf8(products.data.into_owned())?;
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

#[expect(clippy::print_stdout, reason = "passwords belong on the terminal of whoever started the shop, not in a log")]
fn welcome(shop: &Shop, logins: &[String]) {
    println!("\n  {} is new. Sign in at {}/login as", shop.settings.shop_name, shop.settings.base_url);
    for login in logins {
        println!("    {login}");
    }
    if shop.sandbox.is_some() {
        println!(
            "  Payments go to the built-in sandbox: the card 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined."
        );
        println!("  Its secret key is {}", shop.secrets.sandbox_secret_key);
        println!("  Its webhooks are signed with {}", shop.secrets.webhook_secrets.join(", "));
    }
    println!("  Mail is written to {}\n", shop.settings.mail_dir.display());
}
