//! The gateway as `deploy/gateway` sets it up: a real nginx on a free port, in front of any processes.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chassis::testing::eventually;

use crate::tools::tool;

/// The parts of a shop that is taken apart, as `upstreams.conf` names them.
pub const PARTS: [&str; 7] = ["catalogue", "order", "fulfilment", "reports", "customer", "edge", "sandbox"];

/// An nginx of its own.
pub struct Gateway {
    address: SocketAddr,
    folder: tempfile::TempDir,
    child: Child,
}

impl Gateway {
    /// Starts it with the instances of each of [`PARTS`]. `None` when there is no nginx here.
    pub async fn start(instances: impl Fn(&str) -> Vec<SocketAddr>) -> Option<Self> {
        Self::with(instances, None).await
    }

    /// The same, with rate limits for this machine, too.
    pub async fn start_limiting(instances: impl Fn(&str) -> Vec<SocketAddr>) -> Option<Self> {
        Self::with(instances, Some("")).await
    }

    async fn with(instances: impl Fn(&str) -> Vec<SocketAddr>, exempt: Option<&str>) -> Option<Self> {
        let nginx = tool("nginx")?;
        let folder = copy();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        std::fs::write(folder.path().join("listen.conf"), format!("listen {address};\n")).unwrap();
        std::fs::write(folder.path().join("upstreams.conf"), upstreams(instances)).unwrap();
        if let Some(exempt) = exempt {
            std::fs::write(folder.path().join("exempt.conf"), exempt).unwrap();
        }
        let log = std::fs::File::create(folder.path().join("errors.log")).unwrap();
        let child = command(&nginx, folder.path()).args(["-g", "daemon off;"]).stderr(log).spawn().unwrap();
        let gateway = Self { address, folder, child };
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
        // Killed outright, it would leave its workers behind.
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        if asked.is_ok_and(|asked| asked.success()) {
            let _ended = self.child.wait();
        }
    }
}

/// nginx on the configuration in `folder`.
pub fn command(nginx: &Path, folder: &Path) -> Command {
    let mut command = Command::new(nginx);
    // The prefix must end in a slash.
    command.arg("-p").arg(folder.join("")).arg("-c").arg(folder.join("nginx.conf")).stdin(Stdio::null());
    command
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
