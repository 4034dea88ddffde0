//! A NATS server that belongs to the test: on a free port, with its store in a temporary folder, gone with the test.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::servers::{Tethered, free_port, program, skip};

/// Which server: what we say of the transport has to be true of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nats {
    /// The one that the distribution has installed, which may be years old.
    Installed,
    /// A current one: `STORE_TEST_NATS_CURRENT` names it, it is first in the search path, or it lies where `tests/run`
    /// has put it.
    Current,
}

/// A server of the test's own.
pub struct NatsServer {
    folder: TempDir,
    port: u16,
    program: PathBuf,
    server: Option<Tethered>,
}

impl NatsServer {
    /// Starts one without permissions: every client may do everything. `None` where it is not installed, which is said.
    pub fn start(which: Nats) -> Option<Self> {
        Self::start_with(which, "")
    }

    /// Starts one with more settings, as they stand in its configuration file.
    pub fn start_with(which: Nats, settings: &str) -> Option<Self> {
        let Some(program) = which.program() else {
            skip(&format!("there is no NATS server ({which:?}) here"));
            return None;
        };
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        let mut server = Self { folder, port: free_port(), program, server: None };
        server.configure(settings);
        server.start_again();
        Some(server)
    }

    /// Replaces the additional settings, for the next start.
    pub fn configure(&self, settings: &str) {
        let store = self.store().display().to_string();
        let text = format!("listen: \"127.0.0.1:{}\"\njetstream {{ store_dir: \"{store}\" }}\n{settings}\n", self.port);
        std::fs::write(self.folder.path().join("nats.conf"), text).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Starts the server on what is there, and waits until it answers.
    pub fn start_again(&mut self) {
        let configuration = self.folder.path().join("nats.conf").display().to_string();
        let started = Tethered::start(&self.program, &["-c", &configuration], self.folder.path(), "server.log");
        self.server = Some(started.unwrap_or_else(|error| panic!("nats-server: {error}")));
        let begun = Instant::now();
        while !self.answers() {
            let log = || std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(30), "the NATS server does not answer: {}", log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Kills the server where it stands.
    pub fn kill(&mut self) {
        self.server = None;
    }

    /// Kills the server and throws away all that it has kept.
    pub fn wipe(&mut self) {
        self.kill();
        std::fs::remove_dir_all(self.store()).unwrap_or_else(|error| panic!("{error}"));
    }

    /// The server's number in the system, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref()?.pid()
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Its address for this user.
    pub fn url_for(&self, user: &str, password: &str) -> String {
        format!("nats://{user}:{password}@127.0.0.1:{}", self.port)
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// The server's first word says whether it keeps streams yet.
    fn answers(&self) -> bool {
        let Ok(connection) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        let mut line = String::new();
        let patient = connection.set_read_timeout(Some(Duration::from_secs(1))).is_ok();
        let read = BufReader::new(connection).read_line(&mut line).is_ok();
        patient && read && line.starts_with("INFO") && line.contains("\"jetstream\":true")
    }
}

impl Nats {
    fn program(self) -> Option<PathBuf> {
        let distributed = ["/usr/sbin/nats-server", "/usr/bin/nats-server"].map(PathBuf::from);
        match self {
            Self::Installed => distributed.into_iter().find(|path| path.is_file()).or_else(|| program("nats-server")),
            Self::Current => {
                let named = std::env::var_os("STORE_TEST_NATS_CURRENT").map(PathBuf::from);
                let first = program("nats-server").filter(|path| !distributed.contains(path));
                let home = std::env::var_os("HOME").map(PathBuf::from);
                let fetched = home.map(|home| home.join(".cache/better-store/linters/bin/nats-server"));
                [named, first, fetched].into_iter().flatten().find(|path| path.is_file())
            }
        }
    }
}
