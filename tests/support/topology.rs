//! The ways in which one shop can be put together, and the servers that each needs: throw-away ones, on free ports.
//!
//! ```text
//! Monolith   one process on files
//! Servers    one process on PostgreSQL and JetStream
//! Split      nginx, the edge with the sandbox, and one process per context, each on a database of its own
//! ```

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chassis::testing::{Cluster, Nats, NatsServer, program, skip};

/// How a shop is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Topology {
    /// One process on files.
    #[default]
    Monolith,
    /// One process on PostgreSQL and JetStream.
    Servers,
    /// A process per context behind the gateway.
    Split,
}

impl Topology {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Monolith, Self::Servers, Self::Split];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monolith => "one process on SQLite",
            Self::Servers => "one process on PostgreSQL and JetStream",
            Self::Split => "a process per context behind the gateway",
        }
    }

    /// Whether this machine has what it needs. What is missing is said, and is a failure where everything must run.
    pub fn is_possible(self) -> bool {
        let postgres = || std::fs::read_dir("/usr/lib/postgresql").is_ok() || program("initdb").is_some();
        let missing = [
            ("PostgreSQL", self != Self::Monolith && !postgres()),
            ("nats-server", self != Self::Monolith && program("nats-server").is_none()),
            ("nginx", self == Self::Split && program("nginx").is_none()),
        ];
        for (what, _) in missing.iter().filter(|(_, missing)| *missing) {
            skip(&format!("{} needs {what}, which is not installed", self.name()));
        }
        missing.iter().all(|(_, missing)| !missing)
    }

    /// The processes that it consists of: what each is called, and which parts it holds. The payment sandbox is part of the
    /// shop's process, or of the edge's, unless it is to be apart.
    pub const fn processes(self, sandbox_apart: bool) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Monolith | Self::Servers if sandbox_apart => {
                &[("shop", "catalogue,order,fulfilment,reports,customer,edge"), ("sandbox", "sandbox")]
            }
            Self::Monolith | Self::Servers => &[("shop", "")],
            Self::Split if sandbox_apart => &[
                ("catalogue", "catalogue"),
                ("order", "order"),
                ("fulfilment", "fulfilment"),
                ("reports", "reports"),
                ("customer", "customer"),
                ("edge", "edge"),
                ("sandbox", "sandbox"),
            ],
            Self::Split => &[
                ("catalogue", "catalogue"),
                ("order", "order"),
                ("fulfilment", "fulfilment"),
                ("reports", "reports"),
                ("customer", "customer"),
                ("edge", "edge,sandbox"),
            ],
        }
    }
}

/// The contexts, each of which has a database.
pub const CONTEXTS: [&str; 5] = ["catalogue", "order", "fulfilment", "reports", "customer"];

/// The servers behind one shop.
pub struct Servers {
    /// PostgreSQL, which all shops of one test process share unless a test wants to kill it.
    pub cluster: Arc<Mutex<Cluster>>,
    /// The broker, which no two shops share: it is not told apart by shop.
    pub nats: NatsServer,
    /// The databases' common name; each context's adds its own where it has one to itself.
    pub database: String,
}

impl Servers {
    /// Starts a broker, and PostgreSQL if no shop of this process has done so; or a cluster for this shop alone.
    pub fn start(own_cluster: bool) -> Self {
        static SHARED: Mutex<Option<Arc<Mutex<Cluster>>>> = Mutex::new(None);
        let new = || Arc::new(Mutex::new(Cluster::start(true).unwrap()));
        let cluster = if own_cluster {
            new()
        } else {
            let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(shared.get_or_insert_with(new))
        };
        Self { cluster, nats: NatsServer::start(Nats::Installed).unwrap(), database: Self::new_database() }
    }

    /// The same servers with a database in which nothing is; the broker still knows what it was told.
    pub fn with_new_database(self) -> Self {
        Self { database: Self::new_database(), ..self }
    }

    fn new_database() -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        format!("shop_{}", NEXT.fetch_add(1, Ordering::SeqCst))
    }

    /// The cluster, to inspect it or to kill its processes.
    pub fn cluster(&self) -> std::sync::MutexGuard<'_, Cluster> {
        self.cluster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a process has to know of them. In a shop taken apart each context has a database to itself.
    pub fn settings(&self, topology: Topology) -> Vec<(String, String)> {
        let cluster = self.cluster();
        let mut settings = vec![("STORE_NATS_URL".to_owned(), self.nats.url())];
        if topology == Topology::Split {
            for context in CONTEXTS {
                let name = format!("STORE_{}_DATABASE_URL", context.to_uppercase());
                settings.push((name, cluster.url(&format!("{}_{context}", self.database))));
            }
        } else {
            settings.push(("STORE_DATABASE_URL".to_owned(), cluster.url(&self.database)));
        }
        settings
    }
}

/// Keys by which the processes of one shop believe each other, as `better-store keys` makes them.
pub fn keys() -> Vec<(String, String)> {
    let made = Command::new(env!("CARGO_BIN_EXE_better-store")).arg("keys").env_clear().output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let lines = String::from_utf8(made.stdout).unwrap();
    let pairs = lines.lines().filter_map(|line| line.trim().split_once('='));
    pairs
        .filter(|(name, _)| name.starts_with("STORE_IDENTITY_") || *name == "STORE_CSRF_KEY")
        .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
        .collect()
}
