//! The real binary, as one process or several, started on an empty folder and free ports, and ended without mercy.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use chassis::testing::{eventually, free_port, skip};

#[path = "gateway.rs"]
#[expect(dead_code, reason = "a shop needs only a part of what its own tests need")]
mod gateway;
#[path = "topology.rs"]
mod topology;

use gateway::Gateway;
use topology::keys;
pub use topology::{Servers, Topology};

/// A secret key and a webhook secret that tests know.
pub const SECRET_KEY: &str = "sk_sandbox_known_to_tests";
/// Signs the webhooks that tests send themselves.
pub const WEBHOOK_SECRET: &str = "whsec_known_to_tests";
/// The administrator of every shop under test.
pub const ADMIN: (&str, &str) = ("admin@shop.test", "correct horse battery");
/// How long a shop may take to open.
const STARTUP_TIMEOUT: Duration = Duration::from_mins(1);

/// Which version of the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Version {
    /// This one.
    #[default]
    This,
    /// The one before it, which `tests/run` builds and names by `STORE_TEST_PREVIOUS`.
    Previous,
}

impl Version {
    /// The path of the program; `None`, with a message, if it was not built.
    pub fn program(self) -> Option<PathBuf> {
        match self {
            Self::This => Some(PathBuf::from(env!("CARGO_BIN_EXE_better-store"))),
            Self::Previous => {
                let named = std::env::var_os("STORE_TEST_PREVIOUS");
                // What tests/run says on a shallow clone, whose history lacks that version.
                if named.as_deref().is_some_and(|named| named == "absent") {
                    return None;
                }
                let built = named.map(PathBuf::from).filter(|path| path.is_file());
                if built.is_none() {
                    skip("the version before this one was not built; tests/run does it");
                }
                built
            }
        }
    }
}

/// One process of a shop.
pub struct Process {
    /// What it is called, and its folder.
    pub name: String,
    folder: PathBuf,
    port: u16,
    version: Version,
    settings: Vec<(String, String)>,
    child: Option<Child>,
}

/// How a shop is to be put together.
#[derive(Default)]
pub struct Plan<'a> {
    /// In which form.
    pub topology: Topology,
    /// Settings of all processes.
    pub settings: &'a [(&'a str, &'a str)],
    /// Whether it has PostgreSQL to itself, so that it may be killed.
    pub own_cluster: bool,
    /// Those of its processes that run twice, behind the gateway.
    pub doubled: &'a [&'a str],
    /// Whether the payment sandbox of a shop of one process has a process of its own, so that its cost can be told apart.
    pub sandbox_apart: bool,
    /// The version that all of them are, to begin with.
    pub version: Version,
}

/// Which ports each part is found at.
fn places(members: &[(String, &str, u16)]) -> Vec<(String, Vec<u16>)> {
    let every = "catalogue,order,fulfilment,reports,customer,edge,sandbox";
    let mut places: Vec<(String, Vec<u16>)> = Vec::new();
    for (_, held, port) in members {
        for part in (if held.is_empty() { every } else { *held }).split(',') {
            match places.iter_mut().find(|(known, _)| known == part) {
                Some((_, ports)) => ports.push(*port),
                None => places.push((part.to_owned(), vec![*port])),
            }
        }
    }
    places
}

/// A shop that runs as one process or several of its own.
pub struct Shop {
    folder: PathBuf,
    topology: Topology,
    processes: Vec<Process>,
    door: u16,
    /// Which ports each part is found at, if there is a gateway before them.
    places: Option<Vec<(String, Vec<u16>)>>,
    gateway: Option<Gateway>,
    /// The servers behind it, if it needs any.
    pub servers: Option<Servers>,
    _keep: Option<tempfile::TempDir>,
}

impl Shop {
    /// Opens a shop of one process on files, with the demo catalogue and these settings, on a new folder.
    pub async fn open(settings: &[(&str, &str)]) -> Self {
        Self::open_as(Topology::Monolith, settings).await
    }

    /// Opens a shop that is put together like this. Ask first whether that [is possible](Topology::is_possible).
    pub async fn open_as(topology: Topology, settings: &[(&str, &str)]) -> Self {
        let mut shop = Self::planned(&Plan { topology, settings, ..Plan::default() });
        shop.start().await;
        shop
    }

    /// A shop of one process on files that was never open.
    pub fn closed(settings: &[(&str, &str)]) -> Self {
        Self::planned(&Plan { settings, ..Plan::default() })
    }

    /// A shop that was never open.
    pub fn planned(plan: &Plan<'_>) -> Self {
        // Only fails when another test did it before, which is as good.
        let _done = rustls::crypto::ring::default_provider().install_default();
        let keep = tempfile::tempdir().unwrap();
        let topology = plan.topology;
        let servers = (topology != Topology::Monolith).then(|| Servers::start(plan.own_cluster));
        let mut shared: Vec<(String, String)> =
            plan.settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        shared.extend(servers.iter().flat_map(|servers| servers.settings(topology)));
        let members = topology.processes(plan.sandbox_apart).iter().flat_map(|(name, held)| {
            let again = plan.doubled.contains(name).then(|| (format!("{name}-2"), *held, free_port()));
            [Some(((*name).to_owned(), *held, free_port())), again].into_iter().flatten()
        });
        let members: Vec<(String, &str, u16)> = members.collect();
        let behind_gateway = topology == Topology::Split || !plan.doubled.is_empty();
        let door = if behind_gateway { free_port() } else { members[0].2 };
        let places = behind_gateway.then(|| {
            shared.push(("STORE_BASE_URL".to_owned(), format!("http://127.0.0.1:{door}")));
            shared.push(("STORE_TRUSTED_PROXIES".to_owned(), "127.0.0.1/32".to_owned()));
            shared.push(("STORE_MAIL_DIR".to_owned(), keep.path().join("mail").display().to_string()));
            shared.extend(keys());
            let places = places(&members);
            if topology == Topology::Split {
                // Where there are two of a kind, they are reached through the gateway, as through a service's name.
                let place = |ports: &[u16]| if ports.len() > 1 { door } else { ports[0] };
                let peers = places.iter().map(|(part, ports)| format!("{part}=http://127.0.0.1:{}", place(ports)));
                shared.push(("STORE_PEERS".to_owned(), peers.collect::<Vec<_>>().join(",")));
            }
            places
        });
        if plan.sandbox_apart && !behind_gateway {
            shared.push(("STORE_BASE_URL".to_owned(), format!("http://127.0.0.1:{door}")));
            shared.push(("STORE_MAIL_DIR".to_owned(), keep.path().join("mail").display().to_string()));
            shared.extend(keys());
            let peers =
                self::places(&members).into_iter().map(|(part, ports)| format!("{part}=http://127.0.0.1:{}", ports[0]));
            shared.push(("STORE_PEERS".to_owned(), peers.collect::<Vec<_>>().join(",")));
        }
        let single = members.len() == 1;
        let processes = members.into_iter().map(|(name, held, port)| {
            let mut settings = shared.clone();
            if !held.is_empty() {
                settings.push(("STORE_CONTEXTS".to_owned(), held.to_owned()));
            }
            let folder = keep.path().join(if single { "data" } else { &name });
            Process { name, folder, port, version: plan.version, settings, child: None }
        });
        let processes = processes.collect();
        let folder = keep.path().join(if single { "data" } else { "" });
        Self { folder, topology, processes, door, places, gateway: None, servers, _keep: Some(keep) }
    }

    /// Tells a closed shop of one process of servers, where it is to keep what it keeps from now on.
    pub fn move_onto(&mut self, servers: Servers) {
        self.topology = Topology::Servers;
        let settings = servers.settings(self.topology);
        self.processes.iter_mut().for_each(|process| process.settings.extend(settings.clone()));
        self.servers = Some(servers);
    }

    /// Starts every process and waits until all are ready.
    pub async fn start(&mut self) {
        self.begin();
        for process in &self.processes {
            process.is_ready().await;
        }
        self.open_gateway().await;
    }

    /// Opens the gateway, if it needs one, before processes that were started one by one.
    pub async fn open_gateway(&mut self) {
        if let Some(places) = self.places.as_ref().filter(|_| self.gateway.is_none()) {
            let at = |part: &str| {
                let ports = places.iter().find(|(known, _)| known == part).map(|(_, ports)| ports.clone());
                let ports = ports.unwrap_or_default().into_iter();
                ports.map(|port| SocketAddr::from(([127, 0, 0, 1], port))).collect()
            };
            self.gateway = Gateway::start_at(self.door, at).await;
        }
    }

    /// Starts every process without waiting for anything.
    pub fn begin(&mut self) {
        self.processes.iter_mut().for_each(Process::begin);
    }

    /// Kills every process where it stands.
    pub fn kill(&mut self) {
        self.processes.iter_mut().for_each(Process::kill);
    }

    /// Asks every process to close and waits for its end; answers whether all ended well.
    pub async fn close(&mut self) -> bool {
        let mut well = true;
        for process in &mut self.processes {
            well &= process.close().await;
        }
        well
    }

    /// The processes that run: what each is called, and its number in the system.
    pub fn running(&self) -> Vec<(&str, u32)> {
        self.processes.iter().filter_map(|process| Some((process.name.as_str(), process.pid()?))).collect()
    }

    /// The process of that name, to be killed or closed while the others go on.
    pub fn process(&mut self, name: &str) -> &mut Process {
        let found = self.processes.iter_mut().find(|process| process.name == name);
        found.unwrap_or_else(|| panic!("no process is called {name}"))
    }

    /// Runs the command line where the shop keeps what the command is about.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        let about = match arguments {
            ["user" | "erase" | "erasures", ..] => "customer",
            ["import", "products", ..] => "catalogue",
            ["replay", consumer, ..] => consumer.split('/').next().unwrap_or_default(),
            ["dead-letters", _, letter, ..] => letter.split('/').next().unwrap_or_default(),
            ["openapi"] => "edge",
            ["replay"] => "reports",
            _ => "order",
        };
        let process = self.processes.iter().find(|process| process.name == about).unwrap_or(&self.processes[0]);
        process.cli(arguments)
    }

    /// Runs the command line of the first process with more in its environment.
    pub fn cli_with(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
        self.processes[0].command().envs(environment.iter().copied()).args(arguments).output().unwrap()
    }

    /// Runs the command line of the first process under another program, such as one that watches its system calls.
    pub fn cli_under(&self, wrapper: &[&str], arguments: &[&str]) -> Output {
        let inner = self.processes[0].command();
        let mut command = Command::new(wrapper[0]);
        command.args(&wrapper[1..]).arg(inner.get_program()).env_clear().stdin(Stdio::null());
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.args(arguments).output().unwrap()
    }

    /// Runs the command line until it has printed `lines` lines, and kills it then.
    pub fn kill_after_lines(&self, arguments: &[&str], lines: usize) {
        self.processes[0].kill_after_lines(arguments, lines);
    }

    /// Every record of the audit, of all processes.
    pub fn audit(&self) -> Vec<serde_json::Value> {
        self.processes.iter().filter(|process| !process.is_another()).flat_map(Process::audit).collect()
    }

    /// An address in this shop.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.door)
    }

    /// The shop's folder; that of all processes where there are several.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the processes have said.
    pub fn log(&self) -> String {
        self.processes.iter().map(Process::log).collect()
    }

    /// The letters written so far, as they would be sent.
    pub fn letters(&self) -> Vec<String> {
        letters(&self.mail_folder())
    }

    /// Where letters are put.
    pub fn mail_folder(&self) -> PathBuf {
        self.folder.join("mail")
    }

    /// The numbers of its processes in the system.
    pub fn pids(&self) -> Vec<u32> {
        self.processes.iter().filter_map(Process::pid).collect()
    }

    /// How it is put together.
    pub const fn topology(&self) -> Topology {
        self.topology
    }
}

impl Process {
    /// Starts it without waiting for anything.
    pub fn begin(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log_file()).unwrap();
        let child = self.command().arg("serve").stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.child = Some(child);
    }

    /// Sets something for its next start.
    pub fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// Sets something no more for its next start.
    pub fn unset(&mut self, name: &str) {
        self.settings.retain(|(known, _)| known != name);
    }

    /// Waits until it answers that it is ready.
    pub async fn is_ready(&self) {
        let ready = self.url("/health/ready");
        let probe = || async {
            let answer = reqwest::get(&ready).await.ok()?;
            answer.status().is_success().then_some(())
        };
        eventually(STARTUP_TIMEOUT, probe).await;
    }

    /// Closes it and starts it again as this version; answers whether it ended well, when it is ready.
    pub async fn replace(&mut self, version: Version) -> bool {
        let well = self.close().await;
        self.version = version;
        self.begin();
        self.is_ready().await;
        well
    }

    /// Kills it where it stands.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Asks it to close and waits for its end; answers whether it ended well.
    pub async fn close(&mut self) -> bool {
        let Some(mut child) = self.child.take() else { return false };
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let ended = tokio::task::spawn_blocking(move || child.wait().unwrap());
        ended.await.unwrap().success()
    }

    /// Runs the command line on its folder.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Runs the command line until it has printed `lines` lines, and kills it then.
    pub fn kill_after_lines(&self, arguments: &[&str], lines: usize) {
        let mut command = self.command();
        let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines().take(lines).count();
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success(), "{arguments:?} was done after {said} lines");
    }

    /// An address at its own door.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Its number in the system, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Everything it has on record.
    pub fn audit(&self) -> Vec<serde_json::Value> {
        let output = self.cli(&["audit", "--json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What it has said.
    pub fn log(&self) -> String {
        let mut text = String::new();
        if let Ok(mut file) = std::fs::File::open(self.log_file()) {
            file.read_to_string(&mut text).unwrap();
        }
        text
    }

    /// Whether another process holds the same parts, and so the same records.
    fn is_another(&self) -> bool {
        self.name.contains('-')
    }

    fn log_file(&self) -> PathBuf {
        self.folder.with_extension("log")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.version.program().unwrap());
        command.env_clear().stdin(Stdio::null());
        command
            .env("STORE_DATA_DIR", &self.folder)
            .env("STORE_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("STORE_SANDBOX_SECRET_KEY", SECRET_KEY)
            .env("STORE_STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET)
            .env("STORE_ADMIN_EMAIL", ADMIN.0)
            .env("STORE_ADMIN_PASSWORD", ADMIN.1)
            .env("STORE_LOG", "info")
            .env("RUST_BACKTRACE", "1");
        if self.version == Version::This {
            // Few people buy as a crowd here; and an older version refuses settings that it does not know.
            command.env("STORE_OPEN_ORDERS", "1000");
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

fn letters(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let letters = paths.filter(|path| path.extension().is_some_and(|extension| extension == "eml"));
    letters
        .filter_map(|path| std::fs::read(path).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect()
}

impl Drop for Shop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for process in &self.processes {
                let log = process.log();
                let tail: Vec<&str> = log.lines().rev().take(60).collect();
                let tail = tail.into_iter().rev().collect::<Vec<_>>().join("\n");
                eprintln!("--- the last words of {}\n{tail}", process.name);
            }
        }
        self.kill();
    }
}
