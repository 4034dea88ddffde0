//! The shop's writes and syncs in their order, as the system has seen them: what a committed row or a printed line
//! relies on is on the disk before it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chassis::testing::{eventually, skip};

use crate::ALONE;
use crate::backup::{backup_in, run};
use crate::buyers::Buyers;
use crate::kill::comes_to_rest;
use crate::support::process::Shop;

const CALLS: &str = "trace=fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,pwrite64,sendto,write,writev";

/// Whether system calls can be watched here.
fn can_watch() -> bool {
    let tried = Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    let can = tried.is_ok_and(|status| status.success());
    if !can {
        skip("strace is not installed, or may not watch");
    }
    can
}

/// Watches a process that runs.
struct Watch {
    strace: Child,
    log: PathBuf,
}

impl Watch {
    fn on(pid: u32, folder: &Path) -> Self {
        let log = folder.join("calls");
        let mut strace = Command::new("strace");
        strace
            .args(["-f", "-y", "-s", "0", "-e", CALLS, "-p", &pid.to_string(), "-o"])
            .arg(&log)
            .stderr(Stdio::piped());
        let mut strace = strace.spawn().unwrap();
        let mut said = std::io::BufReader::new(strace.stderr.take().unwrap());
        let mut line = String::new();
        std::io::BufRead::read_line(&mut said, &mut line).unwrap();
        assert!(line.contains("attached"), "{line}");
        Self { strace, log }
    }

    fn calls(&self) -> Vec<Call> {
        calls(&std::fs::read_to_string(&self.log).unwrap_or_default())
    }

    fn end(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.strace.id().to_string()]).status().unwrap();
        assert!(asked.success());
        self.strace.wait().unwrap();
    }
}

/// A call that has returned.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Call {
    name: String,
    /// What it was about: the path of the file, or where a file was renamed to.
    path: String,
}

/// Reads what strace has written; a call that others have interrupted counts where it returned.
fn calls(log: &str) -> Vec<Call> {
    let mut begun = std::collections::BTreeMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let text = text.trim_start();
        if let Some(start) = text.strip_suffix(" <unfinished ...>") {
            begun.insert(thread.to_owned(), start.to_owned());
            continue;
        }
        let whole =
            if text.starts_with("<... ") { begun.remove(thread).unwrap_or_default() + text } else { text.to_owned() };
        let Some((name, rest)) = whole.split_once('(') else { continue };
        let path = if name.starts_with("rename") || name.starts_with("mkdir") {
            rest.rsplit('"').nth(1).unwrap_or_default()
        } else {
            rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(path, _)| path)
        };
        calls.push(Call { name: name.to_owned(), path: path.to_owned() });
    }
    calls
}

fn is_sync(call: &Call) -> bool {
    matches!(call.name.as_str(), "fsync" | "fdatasync")
}

/// Where the first call from `start` on lies that is like this.
fn next(calls: &[Call], start: usize, what: &str, like: impl Fn(&Call) -> bool) -> usize {
    let found = calls.iter().skip(start).position(like).map(|at| at + start);
    found.unwrap_or_else(|| panic!("{what} is missing behind {:?}", &calls[start.saturating_sub(3)..start]))
}

/// Every file that was put into its place was synced before, and its folder after; answers where each was safe.
fn each_file_is_safe(calls: &[Call]) -> Vec<(String, usize)> {
    let renames = calls.iter().enumerate().filter(|(_, call)| call.name.starts_with("rename"));
    let safe = renames.map(|(at, rename)| {
        let path = Path::new(&rename.path);
        let (folder, name) = (path.parent().unwrap(), path.file_name().unwrap().to_string_lossy());
        let of_it = |call: &Call| call.path.starts_with(&format!("{}/.{name}.", folder.display()));
        assert!(calls[..at].iter().any(|call| is_sync(call) && of_it(call)), "{} was not synced", rename.path);
        let synced = next(calls, at, "the sync of the folder", |call| is_sync(call) && Path::new(&call.path) == folder);
        (rename.path.clone(), synced)
    });
    safe.collect()
}

#[test]
fn calls_are_read_where_they_returned() {
    let log = "7 fsync(12</d/.a.eml.7.part>) = 0\n8 fdatasync(5</d/order.db-wal> <unfinished ...>\n\
               7 rename(\"/d/.a.eml.7.part\", \"/d/a.eml\") = 0\n8 <... fdatasync resumed>) = 0\n7 fsync(3</d>) = 0\n";
    let read = calls(log);
    let told: Vec<_> = read.iter().map(|call| (call.name.as_str(), call.path.as_str())).collect();
    let expected =
        [("fsync", "/d/.a.eml.7.part"), ("rename", "/d/a.eml"), ("fdatasync", "/d/order.db-wal"), ("fsync", "/d")];
    assert_eq!(told, expected);
    assert_eq!(each_file_is_safe(&read), [("/d/a.eml".to_owned(), 3)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_are_on_the_disk_before_they_count_as_sent_and_every_commit_is_synced() {
    let _alone = ALONE.lock().await;
    if !can_watch() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::open(&[("STORE_DEMO", "off")]).await;
    let market = Buyers::set_up(&shop, 1, 10).await;
    let watch = Watch::on(shop.pids()[0], folder.path());
    let before = shop.letters().len();
    // None of these changes their mind; the second buys a download.
    let mut wishes = Vec::new();
    for buyer in 1..=3 {
        wishes.extend(market.buy(buyer).await);
    }
    let letters = 4;
    eventually(Duration::from_secs(30), || async { (shop.letters().len() >= before + letters).then_some(()) }).await;
    comes_to_rest(&shop, &wishes).await;
    // The shop goes on taking notes, and what is told of them comes a moment later: judged is a moment between two commits.
    let calls = eventually(Duration::from_secs(30), || async {
        let calls = watch.calls();
        (is_between_commits(&calls) && letters_with_rows(&calls).len() >= letters).then_some(calls)
    });
    let calls = calls.await;
    watch.end();
    each_file_is_safe(&calls);
    let commits = synced_commits(&calls);
    assert!(commits >= 9, "three orders were placed, paid and receipted in {commits} synced commits");
}

fn is_log(call: &Call) -> bool {
    Path::new(&call.path).extension().is_some_and(|end| end == "db-wal")
}

/// The letters that were safe on the disk before the row that promises it was written, and that row synced.
fn letters_with_rows(calls: &[Call]) -> Vec<&str> {
    let renames = calls.iter().enumerate().filter(|(_, call)| call.name.starts_with("rename"));
    let letters = renames.filter(|(_, call)| Path::new(&call.path).extension().is_some_and(|end| end == "eml"));
    let with_row = letters.filter_map(|(at, letter)| {
        let after = |start: usize, like: &dyn Fn(&Call) -> bool| {
            calls.iter().skip(start).position(like).map(|found| found + start)
        };
        let folder = Path::new(&letter.path).parent()?;
        let safe = after(at, &|call| is_sync(call) && Path::new(&call.path) == folder)?;
        let written = after(safe, &|call| call.name == "pwrite64" && is_log(call))?;
        after(written, &|call| is_sync(call) && is_log(call)).map(|_| letter.path.as_str())
    });
    with_row.collect()
}

/// Whether no log of a database has a write behind its last sync.
fn is_between_commits(calls: &[Call]) -> bool {
    let mut dirty = BTreeSet::new();
    for call in calls.iter().filter(|call| is_log(call)) {
        if call.name == "pwrite64" {
            dirty.insert(call.path.as_str());
        } else if is_sync(call) {
            dirty.remove(call.path.as_str());
        }
    }
    dirty.is_empty()
}

/// Commits of `order`: writes to its log with a sync behind them.
fn synced_commits(calls: &[Call]) -> u32 {
    let (mut dirty, mut commits) = (false, 0);
    for call in calls.iter().filter(|call| call.path.ends_with("/order.db-wal")) {
        if call.name == "pwrite64" {
            dirty = true;
        } else if is_sync(call) {
            commits += u32::from(std::mem::take(&mut dirty));
        }
    }
    commits
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_and_the_files_of_a_first_start_are_on_the_disk_before_anybody_is_told() {
    let _alone = ALONE.lock().await;
    if !can_watch() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("calls");
    let shop = Shop::closed(&[("STORE_DEMO", "off")]);
    let watched = |arguments: &[&str]| {
        let wrapper = ["strace", "-f", "-y", "-s", "0", "-e", CALLS, "-o", log.to_str().unwrap()];
        let output = tokio::task::block_in_place(|| shop.cli_under(&wrapper, arguments));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        calls(&std::fs::read_to_string(&log).unwrap())
    };
    let no_orders = folder.path().join("none.jsonl");
    std::fs::write(&no_orders, "").unwrap();
    let first = watched(&["import", "orders", no_orders.to_str().unwrap()]);
    let safe = each_file_is_safe(&first);
    for name in ["first-start.json", "secrets.json"] {
        assert!(safe.iter().any(|(path, _)| path.ends_with(name)), "{name}: {safe:?}");
    }
    let data = shop.folder().display().to_string();
    let made = next(&first, 0, "the data folder", |call| call.name.starts_with("mkdir") && call.path == data);
    let parent = shop.folder().parent().unwrap().to_owned();
    next(&first, made, "the sync of its parent", |call| is_sync(call) && Path::new(&call.path) == parent);

    let backup = backup_in(&folder, "b");
    let taken = watched(&["backup", &backup]);
    let safe = each_file_is_safe(&taken);
    let (_, manifest) = safe.iter().find(|(path, _)| path.ends_with("manifest.json")).expect("a manifest");
    for part in ["catalogue", "order", "fulfilment", "reports", "customer", "sandbox"] {
        let file = format!("{backup}/{part}.db");
        let written = taken.iter().rposition(|call| call.path == file && !is_sync(call)).expect("a file");
        let synced = next(&taken, written, part, |call| is_sync(call) && call.path == file);
        assert!(synced < *manifest, "{part} came to the disk behind the manifest");
    }
    run(&shop, &["verify", &backup]);
}
