//! A PostgreSQL cluster that belongs to the test: made in a temporary folder, on a free port, gone with the test.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use tempfile::TempDir;

use super::servers::{Tethered, free_port, program, skip};
use chassis_sql::{Database, Migration, PostgresSettings};

/// A cluster of the test's own. The server refuses to run as root, so there it runs as its own user.
pub struct Cluster {
    folder: TempDir,
    port: u16,
    binaries: PathBuf,
    durable: bool,
    server: Option<Tethered>,
}

impl Cluster {
    /// Makes and starts a cluster. A `durable` one keeps its promises in a power cut; others are faster. `None` where
    /// PostgreSQL is not installed, which is said.
    pub fn start(durable: bool) -> Option<Self> {
        let Some(binaries) = binaries() else {
            skip("PostgreSQL is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        if is_root() {
            let open = std::fs::Permissions::from_mode(0o777);
            std::fs::set_permissions(folder.path(), open).unwrap_or_else(|error| panic!("{error}"));
        }
        let mut cluster = Self { folder, port: free_port(), binaries, durable, server: None };
        let data = cluster.data();
        let made = as_owner(&cluster.binaries.join("initdb"))
            .args(["--no-sync", "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8", "-D"])
            .arg(&data)
            .output();
        expect_well(made, "initdb");
        cluster.start_again();
        Some(cluster)
    }

    /// Starts the server on what is there, and waits until it answers.
    pub fn start_again(&mut self) {
        let data = self.data();
        let _left_by_a_killed_server = std::fs::remove_file(data.join("postmaster.pid"));
        let (port, sync) = (format!("port={}", self.port), if self.durable { "fsync=on" } else { "fsync=off" });
        let socket = format!("unix_socket_directories={}", self.folder.path().display());
        let arguments =
            ["-c", "listen_addresses=127.0.0.1", "-c", &port, "-c", sync, "-c", "max_connections=400", "-c", &socket];
        let server = as_owner(&self.binaries.join("postgres"));
        let program = PathBuf::from(server.get_program());
        let first: Vec<String> = server.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let data = data.display().to_string();
        let words: Vec<&str> = first.iter().map(String::as_str).chain(["-D", data.as_str()]).chain(arguments).collect();
        let started = Tethered::start(&program, &words, self.folder.path(), "server.log");
        self.server = Some(started.unwrap_or_else(|error| panic!("postgres: {error}")));
        let begun = Instant::now();
        while !self.answers() {
            let log = || std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(30), "PostgreSQL does not answer: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills the server with all its processes where they stand.
    pub fn kill(&mut self) {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let pid = pid.lines().next().unwrap_or_default().to_owned();
        // Its processes have sessions of their own, so they are found through their parent.
        let kill = format!("kill -STOP {pid}; pkill -KILL -P {pid}; kill -KILL {pid}");
        let _gone_already = Command::new("sh").args(["-c", &kill]).status();
        self.server = None;
    }

    /// Where the server is reached, with a database of that name, which is made if it is not there.
    pub fn url(&self, database: &str) -> String {
        if database != "postgres" {
            let made = self.psql("postgres", &format!("CREATE DATABASE {database}"));
            let known = String::from_utf8_lossy(&made.stderr).contains("already exists");
            assert!(made.status.success() || known, "{}", String::from_utf8_lossy(&made.stderr));
        }
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs a statement in the server's own client.
    pub fn psql(&self, database: &str, sql: &str) -> Output {
        let port = self.port.to_string();
        let ran = Command::new(self.binaries.join("psql"))
            .args(["-X", "-A", "-t", "-h", "127.0.0.1", "-U", "postgres", "-p", &port, "-d", database, "-c", sql])
            .output();
        ran.unwrap_or_else(|error| panic!("psql: {error}"))
    }

    /// The number of the server's first process in the system.
    pub fn pid(&self) -> Option<u32> {
        std::fs::read_to_string(self.data().join("postmaster.pid")).ok()?.lines().next()?.parse().ok()
    }

    fn answers(&self) -> bool {
        self.psql("postgres", "SELECT 1").status.success()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.kill();
        }
    }
}

/// A new schema with the owner's tables on a cluster that all tests of this process share; `None` where there is none.
pub async fn postgres(owner: &'static str, migrations: &[Migration]) -> Option<Database> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let schema = format!("{owner}_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let settings = shared_cluster(&schema)?;
    let database = Database::postgres(&settings).await.unwrap_or_else(|error| panic!("cannot connect: {error:?}"));
    database.migrate(owner, migrations).await.unwrap_or_else(|error| panic!("cannot migrate: {error:?}"));
    Some(database)
}

/// How that schema on the shared cluster is reached, so that a test can open it twice, as two processes would.
pub fn shared_cluster(schema: &str) -> Option<PostgresSettings> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    let cluster = SHARED.get_or_init(|| Cluster::start(false)).as_ref()?;
    Some(PostgresSettings {
        url: SecretString::from(cluster.url("postgres")),
        schema: schema.to_owned(),
        connections: 8,
        forgetful: true,
    })
}

/// The newest version that the distribution has installed.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten();
    let folders = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").is_file());
    folders.max().or_else(|| program("initdb")?.parent().map(Path::to_path_buf))
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
}

fn as_owner(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
    command
}

fn expect_well(ran: std::io::Result<Output>, what: &str) {
    let output = ran.unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
}
