//! The gateway as `deploy/gateway` sets it up: a real nginx on a free port, in front of any processes.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use chassis::testing::{Tethered, eventually, free_port, program, skip};

/// The parts of a shop that is taken apart, as `upstreams.conf` names them.
pub const PARTS: [&str; 7] = ["catalogue", "order", "fulfilment", "reports", "customer", "edge", "sandbox"];

/// An nginx of its own.
pub struct Gateway {
    address: SocketAddr,
    // Ends before its folder does.
    _nginx: Tethered,
    folder: tempfile::TempDir,
}

impl Gateway {
    /// Starts it with the instances of each of [`PARTS`]. `None` when there is no nginx here.
    pub async fn start(instances: impl Fn(&str) -> Vec<SocketAddr>) -> Option<Self> {
        Self::start_at(free_port(), instances).await
    }

    /// The same, with rate limits for this machine, too.
    pub async fn start_limiting(instances: impl Fn(&str) -> Vec<SocketAddr>) -> Option<Self> {
        Self::with(free_port(), instances, Some("")).await
    }

    /// The same at a port that is known already.
    pub async fn start_at(port: u16, instances: impl Fn(&str) -> Vec<SocketAddr>) -> Option<Self> {
        Self::with(port, instances, None).await
    }

    async fn with(port: u16, instances: impl Fn(&str) -> Vec<SocketAddr>, exempt: Option<&str>) -> Option<Self> {
        let Some(nginx) = program("nginx") else {
            skip("nginx is not installed");
            return None;
        };
        let folder = copy();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let listen = format!("listen {address};\naccess_log access.log told;\n");
        std::fs::write(folder.path().join("listen.conf"), listen).unwrap();
        std::fs::write(folder.path().join("upstreams.conf"), upstreams(instances)).unwrap();
        if let Some(exempt) = exempt {
            std::fs::write(folder.path().join("exempt.conf"), exempt).unwrap();
        }
        let words = words(folder.path());
        let words: Vec<&str> = words.iter().map(String::as_str).chain(["-g", "daemon off;"]).collect();
        let nginx = Tethered::start(&nginx, &words, folder.path(), "errors.log").unwrap();
        let gateway = Self { address, _nginx: nginx, folder };
        eventually(Duration::from_secs(20), || async { TcpStream::connect(address).ok() }).await;
        Some(gateway)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An address behind it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What nginx complained about.
    pub fn errors(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("errors.log")).unwrap()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the gateway's last words\n{}", self.errors());
        }
    }
}

/// nginx on the configuration in `folder`.
pub fn command(nginx: &Path, folder: &Path) -> Command {
    let mut command = Command::new(nginx);
    command.args(words(folder)).stdin(Stdio::null());
    command
}

fn words(folder: &Path) -> Vec<String> {
    // The prefix must end in a slash.
    let (prefix, config) = (folder.join("").display().to_string(), folder.join("nginx.conf").display().to_string());
    ["-p".to_owned(), prefix, "-c".to_owned(), config].into()
}

/// A copy of `deploy/gateway` that nginx's workers may enter.
pub fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let source = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/gateway"));
    for entry in std::fs::read_dir(source).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

fn upstreams(instances: impl Fn(&str) -> Vec<SocketAddr>) -> String {
    let mut text = String::new();
    for part in PARTS {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "upstream {part} {{");
        for address in instances(part) {
            let _ = writeln!(text, "  server {address} max_fails=0;");
        }
        text.push_str("  keepalive 32;\n  keepalive_timeout 10s;\n}\n");
    }
    text
}
