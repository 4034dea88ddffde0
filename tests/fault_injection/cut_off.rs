//! Restorations and moves that are killed at any of the calls by which they change a file or speak to a server. No shop
//! opens on half of the rows, and the same command run again completes the move.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::ALONE;
use crate::backup::{a_closed_shop, backup_in, refused, run};
use crate::kill::{Chance, seed};
use crate::support::process::{Servers, Shop, Topology};

const SETTINGS: &[(&str, &str)] = &[("STORE_DEMO", "off")];
/// Moments tried: the first, the last, and random ones in between.
struct Moments {
    first: u64,
    last: u64,
    between: u64,
}

const OF_A_RESTORATION: Moments = Moments { first: 3, last: 8, between: 5 };
/// Servers take their time.
const OF_A_MOVE: Moments = Moments { first: 2, last: 5, between: 4 };

/// Counts, over all threads, the calls that change files or send to a server, and kills its process before the one with
/// the number `CUT_AT`. In the end it writes the count into the file `CUT_COUNT`.
const COUNTER: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long count;

static void step(void) {
    static long at = -1;
    if (at < 0) { const char *text = getenv("CUT_AT"); at = text ? atol(text) : 0; }
    if (atomic_fetch_add(&count, 1) + 1 == at) kill(getpid(), SIGKILL);
}

static int matters(int fd) {
    struct stat found;
    return fstat(fd, &found) == 0 && (S_ISREG(found.st_mode) || S_ISSOCK(found.st_mode));
}

#define CALL(type, name, parameters, arguments, condition) \
    type name parameters { \
        static type (*real) parameters; \
        if (!real) real = (type (*) parameters) dlsym(RTLD_NEXT, #name); \
        if (condition) step(); \
        return real arguments; \
    }

CALL(ssize_t, write, (int fd, const void *from, size_t size), (fd, from, size), matters(fd))
CALL(ssize_t, writev, (int fd, const struct iovec *from, int parts), (fd, from, parts), matters(fd))
CALL(ssize_t, pwrite, (int fd, const void *from, size_t size, off_t at), (fd, from, size, at), 1)
CALL(ssize_t, pwrite64, (int fd, const void *from, size_t size, off64_t at), (fd, from, size, at), 1)
CALL(ssize_t, send, (int fd, const void *from, size_t size, int flags), (fd, from, size, flags), 1)
CALL(ssize_t, sendmsg, (int fd, const struct msghdr *from, int flags), (fd, from, flags), 1)
CALL(int, fsync, (int fd), (fd), 1)
CALL(int, fdatasync, (int fd), (fd), 1)
CALL(int, ftruncate, (int fd, off_t size), (fd, size), 1)
CALL(int, ftruncate64, (int fd, off64_t size), (fd, size), 1)
CALL(int, rename, (const char *from, const char *to), (from, to), 1)
CALL(int, unlink, (const char *path), (path), 1)
CALL(int, mkdir, (const char *path, mode_t mode), (path, mode), 1)

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("CUT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) { fprintf(file, "%ld", (long) count); fclose(file); }
}
"#;

/// What kills a command at its n-th call.
struct KillPoint {
    folder: tempfile::TempDir,
}

impl KillPoint {
    fn sharpened() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("counter.c");
        std::fs::write(&source, COUNTER).unwrap();
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-w", "-o"]).arg(folder.path().join("counter.so"));
        let made = compiler.arg(&source).arg("-ldl").output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// How many calls the command makes from its beginning to its end.
    fn count(&self, shop: &Shop, arguments: &[&str]) -> u64 {
        let (library, count) = (self.path("counter.so"), self.path("count"));
        let environment = [("LD_PRELOAD", library.as_str()), ("CUT_COUNT", &count)];
        let output = tokio::task::block_in_place(|| shop.cli_with(&environment, arguments));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(count).unwrap().parse().unwrap()
    }

    /// Kills the command before that call; answers whether it came so far.
    fn cut(&self, shop: &Shop, arguments: &[&str], at: u64) -> bool {
        let (library, at) = (self.path("counter.so"), at.to_string());
        let environment = [("LD_PRELOAD", library.as_str()), ("CUT_AT", &at)];
        let output = tokio::task::block_in_place(|| shop.cli_with(&environment, arguments));
        let killed = output.status.signal() == Some(9);
        assert!(killed || output.status.success(), "{at}: {}", String::from_utf8_lossy(&output.stderr));
        killed
    }
}

impl Moments {
    fn of(&self, count: u64, chance: &mut Chance) -> Vec<u64> {
        let mut moments: Vec<u64> = (1..=self.first).chain(count.saturating_sub(self.last) + 1..=count).collect();
        moments.extend((0..self.between).map(|_| 1 + chance.below(count)));
        moments.sort_unstable();
        moments.dedup();
        moments
    }

    /// Most of them; what is done in which turn is not quite the same each time, so some may never come.
    const fn most(&self) -> u64 {
        self.first + self.between / 2
    }
}

fn is_noted(folder: &Path) -> bool {
    folder.join("transfer.json").exists()
}

fn databases_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "db")).collect()
}

fn on_record(shop: &Shop) -> Vec<Value> {
    tokio::task::block_in_place(|| shop.audit())
}

/// Until the command is run again neither a shop opens nor does another command find one; then everything is there.
fn is_refused_until_repeated(shop: &Shop, command: &[&str], at: u64, whole: &[Value]) {
    for other in [&["serve"][..], &["audit", "--json"]] {
        let said = refused(shop, other);
        assert!(said.contains("was cut off here: run it again"), "killed at {at}, {other:?}: {said}");
    }
    run(shop, command);
    assert!(!is_noted(shop.folder()), "killed at {at}");
    assert_eq!(on_record(shop), whole, "killed at {at}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restoration_that_is_killed_anywhere_is_refused_until_it_is_repeated_to_its_end() {
    let _alone = ALONE.lock().await;
    let (knife, folder, shop) = (KillPoint::sharpened(), tempfile::tempdir().unwrap(), a_closed_shop().await);
    let (seed, begun) = (seed(), Instant::now());
    println!("SEED={seed}");
    let backup = backup_in(&folder, "b");
    run(&shop, &["backup", &backup]);
    let (whole, command) = (on_record(&shop), ["restore", backup.as_str()]);
    let count = knife.count(&Shop::closed(SETTINGS), &command);
    let mut tried = 0;
    for at in OF_A_RESTORATION.of(count, &mut Chance(seed)) {
        let again = Shop::closed(SETTINGS);
        if !knife.cut(&again, &command, at) {
            continue;
        }
        tried += 1;
        if is_noted(again.folder()) {
            is_refused_until_repeated(&again, &command, at, &whole);
        } else if databases_in(again.folder()).is_empty() {
            run(&again, &command); // it had not begun
        } else {
            assert_eq!(on_record(&again), whole, "killed at {at}, behind its end");
        }
    }
    println!("a restoration of {count} calls, killed at {tried} of them, in {:?}", begun.elapsed());
    assert!(tried >= OF_A_RESTORATION.most(), "{tried}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_is_killed_anywhere_is_refused_until_it_is_repeated_to_its_end() {
    let _alone = ALONE.lock().await;
    if !Topology::Servers.is_possible() {
        return;
    }
    let (knife, mut shop, seed, begun) = (KillPoint::sharpened(), a_closed_shop().await, seed(), Instant::now());
    println!("SEED={seed}");
    let (whole, command) = (on_record(&shop), ["promote"]);
    let settle = |shop: &mut Shop| {
        let servers = shop.servers.take().map_or_else(|| Servers::start(false), Servers::with_new_database);
        shop.move_onto(servers);
        let _none_yet = std::fs::remove_file(shop.folder().join("on-servers.json"));
    };
    settle(&mut shop);
    let said = refused(&shop, &["serve"]);
    assert!(said.contains("the server has no shop") && said.contains("better-store promote"), "{said}");
    let count = knife.count(&shop, &command);
    assert_eq!(on_record(&shop), whole);
    let mut tried = 0;
    for at in OF_A_MOVE.of(count, &mut Chance(seed)) {
        settle(&mut shop);
        if !knife.cut(&shop, &command, at) {
            continue;
        }
        tried += 1;
        if is_noted(shop.folder()) {
            is_refused_until_repeated(&shop, &command, at, &whole);
        } else if shop.cli(&["audit", "--json"]).status.success() {
            assert_eq!(on_record(&shop), whole, "killed at {at}, behind its end");
        } else {
            run(&shop, &command); // it had not begun
        }
    }
    println!("a move of {count} calls, killed at {tried} of them, in {:?}", begun.elapsed());
    assert!(tried >= OF_A_MOVE.most(), "{tried}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_shop_opens_beside_one_that_has_moved() {
    let _alone = ALONE.lock().await;
    if !Topology::Servers.is_possible() {
        return;
    }
    let mut shop = a_closed_shop().await;
    shop.move_onto(Servers::start(false));
    run(&shop, &["promote"]);
    let whole = on_record(&shop);
    let process = shop.process("shop");
    process.unset("STORE_DATABASE_URL");
    process.unset("STORE_NATS_URL");
    for command in [&["serve"][..], &["audit", "--json"]] {
        let said = refused(&shop, command);
        assert!(said.contains("on a server, and the settings name none: set STORE_DATABASE_URL"), "{said}");
    }
    let servers = shop.servers.take().unwrap();
    shop.move_onto(servers);
    assert_eq!(on_record(&shop), whole);
}
