//! A shop that has been open for years: a catalogue and a history of orders that are made up, brought in as a merchant
//! brings theirs, while the shop is open.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use chassis::testing::eventually;
use serde::Serialize;

use crate::support::process::Shop;

const THINGS: [&str; 12] = [
    "lantern", "kettle", "scarf", "notebook", "basket", "candle", "apron", "teapot", "blanket", "puzzle", "satchel",
    "vase",
];
const KINDS: [&str; 10] =
    ["copper", "woollen", "oak", "linen", "enamel", "willow", "paper", "glass", "cotton", "leather"];
const COUNTRIES: [&str; 5] = ["NZ", "AU", "GB", "DE", "US"];
const FIRST_YEAR: usize = 2019;
const SETTLE_TIMEOUT: Duration = Duration::from_mins(30);

/// How much is made up.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub products: usize,
    pub orders: usize,
}

/// What it took to bring it in.
#[derive(Debug, Default, Serialize)]
pub struct Growth {
    pub products: usize,
    pub orders: usize,
    pub import_products_seconds: u64,
    pub import_orders_seconds: u64,
    /// Until no message waited any more.
    pub settled_seconds: u64,
    /// What the shop's folder or schemas took then.
    pub database_bytes: u64,
}

/// Brings in what was made up, and waits until every context has taken it in.
pub async fn grow(shop: &Shop, size: Size) -> Growth {
    if (size.products, size.orders) == (0, 0) {
        return Growth::default();
    }
    let folder = tempfile::tempdir().unwrap();
    let (products, orders) = (folder.path().join("products.csv"), folder.path().join("orders.jsonl"));
    write_products(&products, size.products).unwrap();
    write_orders(&orders, size.orders).unwrap();
    let import = |what: &str, file: &Path| {
        let begun = Instant::now();
        let done = tokio::task::block_in_place(|| shop.cli(&["import", what, &file.display().to_string()]));
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        begun.elapsed().as_secs()
    };
    let import_products_seconds = import("products", &products);
    let import_orders_seconds = import("orders", &orders);
    let begun = Instant::now();
    eventually(SETTLE_TIMEOUT, || async { (gauge(shop, "store_inbox_waiting").await == 0).then_some(()) }).await;
    Growth {
        products: size.products,
        orders: size.orders,
        import_products_seconds,
        import_orders_seconds,
        settled_seconds: begun.elapsed().as_secs(),
        database_bytes: gauge(shop, "store_database_bytes").await,
    }
}

/// The sum of a gauge over all contexts; the largest number where it is not known yet, or the shop is several processes.
async fn gauge(shop: &Shop, name: &str) -> u64 {
    // They are refreshed every ten seconds.
    tokio::time::sleep(Duration::from_secs(11)).await;
    let answer = reqwest::get(shop.url("/metrics")).await.unwrap();
    let text = if answer.status().is_success() { answer.text().await.unwrap() } else { String::new() };
    let values = text
        .lines()
        .filter_map(|line| line.strip_prefix(name)?.split_once("} ")?.1.split('.').next()?.parse::<u64>().ok());
    let values: Vec<u64> = values.collect();
    if values.is_empty() { u64::MAX } else { values.into_iter().sum() }
}

fn title(number: usize) -> String {
    let (kind, thing) = (KINDS[number % KINDS.len()], THINGS[number / KINDS.len() % THINGS.len()]);
    format!("{kind} {thing} {number}")
}

fn write_products(file: &Path, count: usize) -> std::io::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(file)?);
    writeln!(file, "handle,title,description,category,status,sku,kind,weight_g,price,stock")?;
    for number in 0..count {
        let (title, category) = (title(number), THINGS[number % THINGS.len()]);
        let price = 5 + number % 200;
        writeln!(
            file,
            "made-{number},{title},Made up: {title}.,{category},active,MADE-{number},physical,300,{price},100"
        )?;
    }
    file.flush()
}

fn write_orders(file: &Path, count: usize) -> std::io::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(file)?);
    for number in 0..count {
        let (year, month) = (FIRST_YEAR + number % 6, 1 + number / 6 % 12);
        let (day, country) = (1 + number % 28, COUNTRIES[number % COUNTRIES.len()]);
        let line = |sku: usize| {
            let (title, quantity, price) = (title(sku), 1 + sku % 3, 500 + sku % 20_000);
            format!(r#"{{"sku":"MADE-{sku}","title":"{title}","quantity":{quantity},"unit_price_minor":{price}}}"#)
        };
        let lines = (0..=number % 3).map(|more| line((number * 7 + more) % 100_000)).collect::<Vec<_>>().join(",");
        writeln!(
            file,
            r#"{{"number":"H{number}","placed_at":"{year}-{month:02}-{day:02}T10:15:00Z","status":"COMPLETED","customer":{{"email":"c{}@post.test"}},"country":"{country}","currency":"NZD","shipping_minor":650,"lines":[{lines}]}}"#,
            number % 50_000,
        )?;
    }
    file.flush()
}
