//! Reads what processes have used from the system's books: processor time, changes of thread, memory.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::support::process::Shop;

/// Milliseconds in a tick of the system's clock.
const TICK_MS: u64 = 10;

/// What one process has used up to a moment, or between two.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Usage {
    pub user_ms: u64,
    pub system_ms: u64,
    /// How often a thread gave the processor away or had it taken.
    pub switches: u64,
    /// As it is at the end.
    pub resident_kib: u64,
    pub threads: u64,
}

/// What all processes of a shop have used, by name: its own, PostgreSQL with all its children, and the broker.
#[derive(Debug, Default, Clone, Serialize)]
pub struct Meter(pub BTreeMap<String, Usage>);

impl Meter {
    pub fn read(shop: &Shop) -> Self {
        let mut all: BTreeMap<_, _> =
            shop.running().into_iter().map(|(name, pid)| (name.to_owned(), of_process(pid))).collect();
        if let Some(servers) = &shop.servers {
            all.extend(servers.cluster().pid().map(|pid| ("postgresql".to_owned(), of_family(pid))));
            all.extend(servers.nats.pid().map(|pid| ("nats".to_owned(), of_process(pid))));
        }
        Self(all)
    }

    /// What was used since then.
    pub fn since(&self, before: &Self) -> Self {
        let used = self.0.iter().map(|(name, now)| {
            let then = before.0.get(name).copied().unwrap_or_default();
            let used = Usage {
                user_ms: now.user_ms.saturating_sub(then.user_ms),
                system_ms: now.system_ms.saturating_sub(then.system_ms),
                switches: now.switches.saturating_sub(then.switches),
                ..*now
            };
            (name.clone(), used)
        });
        Self(used.collect())
    }

    /// Processor time of all but the payment provider's stand-in, in milliseconds.
    pub fn shop_ms(&self) -> u64 {
        self.0.iter().filter(|(name, _)| *name != "sandbox").map(|(_, used)| used.user_ms + used.system_ms).sum()
    }
}

/// The fields of `stat` behind the name, which may hold anything: the first is the state.
fn stat(pid: u32) -> Vec<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect()
}

fn of_process(pid: u32) -> Usage {
    let fields = stat(pid);
    let ms = |field: usize| fields.get(field).copied().unwrap_or(0) * TICK_MS;
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let switches = tasks.map(|task| {
        let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
        number(&status, "voluntary_ctxt_switches:") + number(&status, "nonvoluntary_ctxt_switches:")
    });
    let switches = switches.sum();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    // The share of memory that processes have in common counts once among them.
    let memory = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let (resident_kib, threads) = (number(&memory, "Pss:"), number(&status, "Threads:"));
    Usage { user_ms: ms(11), system_ms: ms(12), switches, resident_kib, threads }
}

/// A process, those of its children that are there, and what those that are gone have left in its books.
fn of_family(pid: u32) -> Usage {
    let fields = stat(pid);
    let ms = |field: usize| fields.get(field).copied().unwrap_or(0) * TICK_MS;
    let mut sum = of_process(pid);
    sum.user_ms += ms(13);
    sum.system_ms += ms(14);
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let children = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    for child in children.filter(|child| stat(*child).get(1) == Some(&u64::from(pid))) {
        let used = of_process(child);
        sum.user_ms += used.user_ms;
        sum.system_ms += used.system_ms;
        sum.switches += used.switches;
        sum.resident_kib += used.resident_kib;
        sum.threads += used.threads;
    }
    sum
}

fn number(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
