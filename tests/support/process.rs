//! The real binary, started on an empty folder and a free port, and ended without mercy.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use chassis::testing::eventually;

/// A secret key and a webhook secret that tests know.
pub const SECRET_KEY: &str = "sk_sandbox_known_to_tests";
/// Signs the webhooks that tests send themselves.
pub const WEBHOOK_SECRET: &str = "whsec_known_to_tests";
/// The administrator of every shop under test.
pub const ADMIN: (&str, &str) = ("admin@shop.test", "correct horse battery");

/// A shop that runs as a process of its own.
pub struct Shop {
    folder: PathBuf,
    port: u16,
    settings: Vec<(String, String)>,
    child: Option<Child>,
    _keep: Option<tempfile::TempDir>,
}

impl Shop {
    /// Opens a shop with the demo catalogue and these settings on a new folder.
    pub async fn open(settings: &[(&str, &str)]) -> Self {
        let mut shop = Self::closed(settings);
        shop.start().await;
        shop
    }

    /// A shop on a new folder that was never open.
    pub fn closed(settings: &[(&str, &str)]) -> Self {
        // Only fails when another test did it before, which is as good.
        let _done = rustls::crypto::ring::default_provider().install_default();
        let keep = tempfile::tempdir().unwrap();
        Self {
            folder: keep.path().join("data"),
            port: free_port(),
            settings: settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            child: None,
            _keep: Some(keep),
        }
    }

    /// Starts the process and waits until it is ready.
    pub async fn start(&mut self) {
        self.begin();
        let ready = self.url("/health/ready");
        let probe = || async {
            let answer = reqwest::get(&ready).await.ok()?;
            answer.status().is_success().then_some(())
        };
        eventually(Duration::from_mins(1), probe).await;
    }

    /// Starts the process without waiting for anything.
    pub fn begin(&mut self) {
        let log = std::fs::File::create(self.folder.with_extension("log")).unwrap();
        let child = self.command().arg("serve").stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.child = Some(child);
    }

    /// Kills the process where it stands.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Asks the process to close and waits for its end; answers whether it ended well.
    pub async fn close(&mut self) -> bool {
        let Some(mut child) = self.child.take() else { return false };
        let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let ended = tokio::task::spawn_blocking(move || child.wait().unwrap());
        ended.await.unwrap().success()
    }

    /// Runs the command line on this shop's folder.
    pub fn cli(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Every record of the audit.
    pub fn audit(&self) -> Vec<serde_json::Value> {
        let output = self.cli(&["audit", "--json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// An address in this shop.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The shop's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the process has said.
    pub fn log(&self) -> String {
        let mut text = String::new();
        if let Ok(mut file) = std::fs::File::open(self.folder.with_extension("log")) {
            file.read_to_string(&mut text).unwrap();
        }
        text
    }

    /// The letters written so far, as they would be sent.
    pub fn letters(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.folder.join("mail")) else { return Vec::new() };
        let paths = entries.flatten().map(|entry| entry.path());
        let letters = paths.filter(|path| path.extension().is_some_and(|extension| extension == "eml"));
        letters
            .filter_map(|path| std::fs::read(path).ok())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .collect()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_better-store"));
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
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(60).collect();
            eprintln!("--- the shop's last words\n{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
        }
        self.kill();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
