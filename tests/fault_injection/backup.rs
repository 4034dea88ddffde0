//! Backups of a busy shop, restored elsewhere and on either engine: the records of each are consistent, whatever was
//! under way when it was taken, and no mail is sent twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::JoinSet;

use crate::ALONE;
use crate::buyers::Buyers;
use crate::evidence::{Evidence, OrderOutcome, OrderRequest, message_id};
use crate::kill::rests_within;
use crate::support::process::{Servers, Shop, Topology};

const BUYERS: usize = 200;
/// The numbers of answers after which a backup is taken.
const MOMENTS: [u64; 3] = [150, 250, 250];
/// Orders that were not paid when the backup was taken have to come to their end in the restored shop.
const SETTINGS: &[(&str, &str)] =
    &[("STORE_DEMO", "off"), ("STORE_PAYMENT_WINDOW", "40s"), ("STORE_SWEEP_EVERY", "200ms")];
const SETTLE_TIMEOUT: Duration = Duration::from_secs(150);

/// Runs a command that has to work; answers what it said.
pub fn run(shop: &Shop, arguments: &[&str]) -> String {
    let output = tokio::task::block_in_place(|| shop.cli(arguments));
    assert!(output.status.success(), "{arguments:?}: {}{}", output_text(&output), complained(&output));
    output_text(&output)
}

/// Runs a command that must not work; answers what it said and complained about.
pub fn refused(shop: &Shop, arguments: &[&str]) -> String {
    let output = tokio::task::block_in_place(|| shop.cli(arguments));
    assert!(!output.status.success(), "{arguments:?} worked: {}", output_text(&output));
    output_text(&output) + &complained(&output)
}

fn output_text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn backup_in(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

/// What each order of these records has by its id, as far as it has been receipted.
fn receipted(audit: &[Value]) -> BTreeMap<&str, bool> {
    let orders = audit.iter().filter(|line| line["context"] == "order" && line["kind"] == "order");
    orders.map(|order| (order["id"].as_str().unwrap(), order["receipt"]["sent_at"].is_string())).collect()
}

/// The evidence of a restored shop: every order in it was wished for, and letters that had been written before the
/// backup count as if they lay here.
fn evidence_of(shop: &Shop, before: &[String]) -> Evidence {
    let audit = shop.audit();
    let wish = |id: &&str| OrderRequest {
        key: (*id).to_owned(),
        orders: [(*id).to_owned()].into(),
        told: OrderOutcome::Placed,
    };
    let wishes = receipted(&audit).keys().map(wish).collect();
    let orders: BTreeSet<String> = receipt_ids(&audit);
    let mut letters: BTreeMap<String, String> = BTreeMap::new();
    for letter in before.iter().chain(&shop.letters()) {
        letters.insert(message_id(letter).to_owned(), letter.clone());
    }
    let known = |id: &String| {
        let receipt = id.strip_prefix("receipt-").and_then(|id| id.split('@').next());
        receipt.is_none_or(|receipt| orders.contains(receipt))
    };
    letters.retain(|id, _| known(id));
    Evidence { audit, letters: letters.into_values().collect(), wishes }
}

fn receipt_ids(audit: &[Value]) -> BTreeSet<String> {
    audit.iter().filter_map(|line| line["receipt"]["receipt_id"].as_str().map(str::to_owned)).collect()
}

async fn comes_to_rest(shop: &Shop, before: &[String]) -> Evidence {
    rests_within(SETTLE_TIMEOUT, || evidence_of(shop, before)).await
}

/// The letters in the restored shop's folder are receipts that the backup did not know as sent, each under the name that
/// it had before, and each once.
fn nobody_is_told_twice(pre: &[Value], before: &[String], shop: &Shop) {
    let known: BTreeSet<&str> = pre
        .iter()
        .filter(|line| line["receipt"]["sent_at"].is_string())
        .filter_map(|line| line["receipt"]["receipt_id"].as_str())
        .collect();
    let earlier: BTreeSet<&str> = before.iter().map(|letter| message_id(letter)).collect();
    let letters = shop.letters();
    let mut names = BTreeSet::new();
    for name in letters.iter().map(|letter| message_id(letter)) {
        assert!(names.insert(name), "{name} was written twice");
        let receipt = name.strip_prefix("receipt-").and_then(|id| id.split('@').next());
        assert!(!receipt.is_some_and(|receipt| known.contains(receipt)), "{name} had been sent before the backup");
    }
    let again = names.iter().filter(|name| earlier.contains(**name)).count();
    println!("{} letters after the restoration, {again} of them under the name of an earlier one", names.len());
}

/// Restores into a new folder, or onto servers, whose broker may still have the facts of a lost shop; answers the shop, closed, and what was on record in it before it opened.
fn restored(backup: &str, settings: &[(&str, &str)], onto: Option<(Servers, bool)>) -> (Shop, Vec<Value>) {
    let mut shop = Shop::closed(settings);
    let broker_remembers = onto.as_ref().is_some_and(|onto| onto.1);
    if let Some((servers, _)) = onto {
        shop.move_onto(servers);
    }
    let begun = Instant::now();
    if broker_remembers {
        assert!(refused(&shop, &["restore", backup]).contains("the broker still has store_"));
        run(&shop, &["restore", backup, "--discard-streams"]);
    } else {
        run(&shop, &["restore", backup]);
    }
    println!("restored in {:?}", begun.elapsed());
    let audit = tokio::task::block_in_place(|| shop.audit());
    (shop, audit)
}

/// Takes backups of a busy shop and restores each, in a shop of the form that is named for it. The first that needs a
/// broker has that of the lost shop, which remembers more than the backup.
async fn backups_have_their_books_in_order(from: Topology, to: [Topology; 3]) {
    let folder = tempfile::tempdir().unwrap();
    let mut shop = Shop::open_as(from, SETTINGS).await;
    let market = Arc::new(Buyers::set_up(&shop, 20, 10_000).await);
    let mut buyers = JoinSet::new();
    for buyer in 0..BUYERS {
        let market = Arc::clone(&market);
        buyers.spawn(async move { market.buy(buyer).await });
    }
    let mut backups = Vec::new();
    for (number, answers) in MOMENTS.into_iter().enumerate() {
        let _quiet = tokio::time::timeout(Duration::from_secs(20), market.answered(answers)).await;
        let (backup, busy, begun) = (backup_in(&folder, &format!("{number}")), market.outstanding(), Instant::now());
        run(&shop, &["backup", &backup]);
        println!("a backup while {busy} requests were under way, in {:?}", begun.elapsed());
        backups.push((backup, busy));
    }
    buyers.join_all().await;
    market.assert_no_trouble();
    assert!(backups.iter().filter(|(_, busy)| *busy > 0).count() >= 2, "the shop was not busy");
    let (letters, mut servers) = (shop.letters(), shop.servers.take());
    drop(shop);
    for ((backup, _), form) in backups.into_iter().zip(to) {
        let onto = (form == Topology::Servers).then(|| match servers.take() {
            Some(servers) => (servers.with_new_database(), true),
            None => (Servers::start(false), false),
        });
        let (mut again, pre) = restored(&backup, SETTINGS, onto);
        assert!(run(&again, &["verify", &backup]).contains("in order"));
        again.start().await;
        comes_to_rest(&again, &letters).await;
        nobody_is_told_twice(&pre, &letters, &again);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn backups_of_a_busy_shop_have_their_books_in_order_wherever_they_are_restored() {
    let _alone = ALONE.lock().await;
    let other = if Topology::Servers.is_possible() { Topology::Servers } else { Topology::Monolith };
    let to = [Topology::Monolith, other, Topology::Monolith];
    backups_have_their_books_in_order(Topology::Monolith, to).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn backups_of_a_busy_shop_on_servers_have_their_books_in_order_wherever_they_are_restored() {
    let _alone = ALONE.lock().await;
    if Topology::Servers.is_possible() {
        let to = [Topology::Servers, Topology::Monolith, Topology::Servers];
        backups_have_their_books_in_order(Topology::Servers, to).await;
    }
}

/// A small shop with purchases in several states, closed.
pub async fn a_closed_shop() -> Shop {
    let mut shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let market = Buyers::set_up(&shop, 5, 10_000).await;
    for buyer in 0..8 {
        market.buy(buyer).await;
    }
    assert!(shop.close().await);
    shop
}

fn files(folder: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_shop_comes_back_with_every_record() {
    let _alone = ALONE.lock().await;
    let (folder, shop) = (tempfile::tempdir().unwrap(), a_closed_shop().await);
    let backup = backup_in(&folder, "b");
    run(&shop, &["backup", &backup]);
    let (mut again, pre) = restored(&backup, &[("STORE_DEMO", "off")], None);
    assert_eq!(pre, tokio::task::block_in_place(|| shop.audit()));
    again.start().await;
    comes_to_rest(&again, &shop.letters()).await;
    nobody_is_told_twice(&pre, &shop.letters(), &again);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_not_what_it_was_is_found_out_and_not_restored() {
    let _alone = ALONE.lock().await;
    let (folder, shop) = (tempfile::tempdir().unwrap(), a_closed_shop().await);
    let backup = backup_in(&folder, "b");
    run(&shop, &["backup", &backup]);
    assert!(run(&shop, &["verify", &backup]).ends_with("the backup is in order\n"));
    let (order, manifest) = (Path::new(&backup).join("order.db"), Path::new(&backup).join("manifest.json"));
    let (rows, words) = (std::fs::read(&order).unwrap(), std::fs::read_to_string(&manifest).unwrap());
    let elsewhere = Shop::closed(&[]);
    let wrong = |expected: &str| {
        for command in ["verify", "restore"] {
            let said = refused(&elsewhere, &[command, &backup]);
            assert!(said.contains(expected), "{command}: {said}");
        }
        assert!(!elsewhere.folder().join("order.db").exists(), "something was restored");
    };
    let mut flipped = rows.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(&order, &flipped).unwrap();
    wrong("order.db: the file is not the one that was written");
    std::fs::remove_file(&order).unwrap();
    wrong("order.db: the file is missing");
    std::fs::write(&order, &rows).unwrap();
    std::fs::write(&manifest, words.replacen("\"rows\": 1", "\"rows\": 2", 1)).unwrap();
    wrong("was changed after the backup was made");
    std::fs::remove_file(&manifest).unwrap();
    wrong("no finished backup");
    std::fs::write(&manifest, words).unwrap();
    run(&shop, &["verify", &backup]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restoration_overwrites_nothing_and_a_backup_neither() {
    let _alone = ALONE.lock().await;
    let (folder, mut shop) = (tempfile::tempdir().unwrap(), a_closed_shop().await);
    let backup = backup_in(&folder, "b");
    run(&shop, &["backup", &backup]);
    let before = tokio::task::block_in_place(|| shop.audit());
    assert!(refused(&shop, &["restore", &backup]).contains("a place that is in use"));
    assert!(refused(&shop, &["backup", &backup]).contains("is not empty"));
    assert_eq!(tokio::task::block_in_place(|| shop.audit()), before);
    shop.start().await;
    assert!(refused(&shop, &["restore", &backup]).contains("another process"), "the shop is open");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_off_is_no_backup_and_no_shop_and_is_begun_again() {
    let _alone = ALONE.lock().await;
    let (folder, shop) = (tempfile::tempdir().unwrap(), a_closed_shop().await);
    let (backup, cut_off) = (backup_in(&folder, "b"), backup_in(&folder, "cut-off"));
    run(&shop, &["backup", &backup]);
    shop.kill_after_lines(&["backup", &cut_off], 1);
    assert!(!files(Path::new(&cut_off)).is_empty(), "it was killed before it began");
    assert!(refused(&shop, &["verify", &cut_off]).contains("no finished backup"));
    let mut again = Shop::closed(&[("STORE_DEMO", "off")]);
    let found = run(&shop, &["verify", &backup]).lines().count() - 1;
    again.kill_after_lines(&["restore", &backup], found + 2);
    assert!(again.folder().join("order.db").exists(), "it was killed before it began");
    assert!(refused(&again, &["audit", "--json"]).contains("was cut off here: run it again"));
    refused(&again, &["backup", &backup_in(&folder, "half")]);
    run(&again, &["restore", &backup]);
    assert_eq!(tokio::task::block_in_place(|| again.audit()), tokio::task::block_in_place(|| shop.audit()));
    again.start().await;
    comes_to_rest(&again, &shop.letters()).await;
}
