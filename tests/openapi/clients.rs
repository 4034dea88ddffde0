//! Clients in other languages, generated from the description, log in and buy a book.

use std::process::Command;

use crate::api_fixtures;
use crate::support::process::Shop;
use crate::tools::{document, packages, root, succeeds, tool};

const EMAIL: &str = "reader@post.test";

async fn a_shop_with_a_book() -> Shop {
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let admin = api_fixtures::admin(&shop).await;
    api_fixtures::product(&admin, "BOOK", "physical", 4_990, Some(9)).await;
    api_fixtures::user(&shop, EMAIL, "customer").await;
    shop
}

/// Runs the buyer, which prints what became of the order.
fn buys(shop: &Shop, buyer: &mut Command) {
    buyer.env("SHOP", shop.url("")).env("EMAIL", EMAIL).env("PASSWORD", api_fixtures::PASSWORD).env("SKU", "BOOK");
    assert_eq!(succeeds(buyer).trim(), "PAID");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_python_client_buys_a_book() {
    let Some(generator) = tool("openapi-python-client") else { return };
    let folder = tempfile::tempdir().unwrap();
    let description = document(folder.path());
    let config = folder.path().join("config.yaml");
    std::fs::write(&config, "post_hooks: []\n").unwrap();
    // It leaves out the import of CSV, a body that it knows nothing of.
    let mut generate = Command::new(&generator);
    generate.args(["generate", "--meta", "none", "--path"]).arg(&description);
    succeeds(generate.arg("--config").arg(&config).arg("--output-path").arg(folder.path().join("shop")));
    let shop = a_shop_with_a_book().await;
    // The interpreter beside the generator has what generated clients need.
    let mut python = Command::new(generator.canonicalize().unwrap().with_file_name("python3"));
    python.arg(root().join("tests/openapi/buy.py")).env("PYTHONPATH", folder.path());
    buys(&shop, &mut python);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_typescript_client_buys_a_book() {
    let (Some(generator), Some(compiler), Some(node)) = (tool("openapi-typescript"), tool("tsc"), tool("node")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    succeeds(
        Command::new(&generator).arg(document(folder.path())).arg("--output").arg(folder.path().join("shop.d.ts")),
    );
    std::fs::copy(root().join("tests/openapi/buy.ts"), folder.path().join("buy.ts")).unwrap();
    std::fs::write(folder.path().join("package.json"), r#"{"type": "module"}"#).unwrap();
    std::os::unix::fs::symlink(packages(&generator), folder.path().join("node_modules")).unwrap();
    let mut compile = Command::new(compiler);
    compile.args(["--strict", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "buy.ts"]);
    succeeds(compile.current_dir(folder.path()));
    let shop = a_shop_with_a_book().await;
    buys(&shop, Command::new(node).arg("buy.js").current_dir(folder.path()));
}
