//! Reads what processes and servers have used, from the system's and the server's own books.

use crate::support::process::Shop;

/// Ticks of the system's clock in a second.
const TICKS: u64 = 100;

/// What has been used up to a moment.
#[derive(Debug, Default, Clone)]
pub struct Meter {
    shop_ms: u64,
    memory_kib: u64,
    database_ms: u64,
    broker_ms: u64,
    commits: u64,
    log_bytes: u64,
}

impl Meter {
    pub fn read(shop: &Shop) -> Self {
        let pids: Vec<u32> = shop.pids();
        let mut meter = Self {
            shop_ms: pids.iter().map(|pid| of_process(*pid)).sum(),
            memory_kib: pids.iter().map(|pid| resident(*pid)).sum(),
            ..Self::default()
        };
        let Some(servers) = &shop.servers else { return meter };
        let cluster = servers.cluster();
        let number = |sql: &str| -> u64 {
            let output = cluster.psql("postgres", sql);
            String::from_utf8_lossy(&output.stdout).trim().split('.').next().unwrap().parse().unwrap()
        };
        meter.commits = number("SELECT SUM(xact_commit) FROM pg_stat_database");
        meter.log_bytes = number("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')");
        meter.database_ms = cluster.pid().map_or(0, of_family);
        meter.broker_ms = servers.nats.pid().map_or(0, of_process);
        meter
    }

    /// What was used since then; memory as it is now.
    pub fn since(&self, before: &Self) -> Self {
        Self {
            shop_ms: self.shop_ms - before.shop_ms,
            memory_kib: self.memory_kib,
            database_ms: self.database_ms - before.database_ms,
            broker_ms: self.broker_ms - before.broker_ms,
            commits: self.commits - before.commits,
            log_bytes: self.log_bytes - before.log_bytes,
        }
    }

    /// For people.
    pub fn per_order(&self, orders: usize) -> String {
        let each = |used: u64| {
            let hundredths = used * 100 / u64::try_from(orders).unwrap();
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        };
        format!(
            "each order: {} ms of the shop, {} ms of PostgreSQL, {} ms of NATS; {} transactions, {} bytes of log; {} MiB resident",
            each(self.shop_ms),
            each(self.database_ms),
            each(self.broker_ms),
            each(self.commits),
            each(self.log_bytes),
            self.memory_kib / 1_024,
        )
    }
}

fn stat(pid: u32) -> Vec<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().map(|field| field.parse().unwrap_or(0)).collect()
}

fn of_process(pid: u32) -> u64 {
    let fields = stat(pid);
    let used: u64 = fields.get(11..13).unwrap_or_default().iter().sum();
    used * 1_000 / TICKS
}

/// A process, those of its children that are there, and what those that are gone have left in its books.
fn of_family(pid: u32) -> u64 {
    let own: u64 = stat(pid).get(11..15).unwrap_or_default().iter().sum();
    let children =
        std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let children = children.filter(|child: &u32| stat(*child).get(1) == Some(&u64::from(pid)));
    own * 1_000 / TICKS + children.map(of_process).sum::<u64>()
}

fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
