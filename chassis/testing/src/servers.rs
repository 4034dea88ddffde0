//! Servers that a test starts for itself and that end with it, however it ends.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Says that a test cannot run here; where everything must run, that is a failure.
#[expect(clippy::print_stderr, reason = "anyone who runs the tests has to see what was not tested")]
pub fn skip(why: &str) {
    assert!(std::env::var_os("STORE_TESTS_MUST_RUN").is_none(), "{why}");
    eprintln!("skipped: {why}");
}

/// Ports below those that systems give to connections that go out. Any such connection could take a port between the look
/// and its use.
const PORTS: std::ops::Range<u32> = 20_000..32_000;

/// A port that is free now and that this process has not been given before.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let (count, start) = (PORTS.end - PORTS.start, std::process::id().wrapping_mul(97));
    let ports = (0..count).map(|_| start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % count + PORTS.start);
    let mut ports = ports.filter_map(|port| u16::try_from(port).ok());
    let free = ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.unwrap_or_else(|| panic!("no port from {PORTS:?} is free"))
}

/// A process that is killed, with all it has started, when this value is dropped or this process is gone.
pub struct Tethered {
    guard: Child,
}

/// Starts the program behind a shell that reads from us: when this process ends, its input ends.
const GUARD: &str = r#"left="$1"; shift
setsid "$@" & child=$!
read -r _ || orphaned=1
kill -KILL "-$child" 2>/dev/null
wait "$child" 2>/dev/null
[ -z "$orphaned" ] || { sleep 0.2; rm -rf -- "$left"; }
exit 0"#;

impl Tethered {
    /// Starts `program` with its output in the file `log` of `folder`, which is removed if this process is killed.
    ///
    /// # Errors
    /// The system's, when it cannot be started.
    pub fn start(program: &Path, arguments: &[&str], folder: &Path, log: &str) -> std::io::Result<Self> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join(log))?;
        // In a session of its own, so that ending the test with all its processes does not end the guard.
        let mut command = Command::new("setsid");
        command.args(["sh", "-c", GUARD, "guard"]).arg(folder).arg(program).args(arguments);
        command.stdin(Stdio::piped()).stdout(log.try_clone()?).stderr(log);
        Ok(Self { guard: command.spawn()? })
    }

    /// The program's number in the system, while it runs.
    pub fn pid(&self) -> Option<u32> {
        let found = Command::new("pgrep").args(["-P", &self.guard.id().to_string()]).output().ok()?;
        String::from_utf8_lossy(&found.stdout).lines().next()?.parse().ok()
    }

    /// Kills it where it stands and waits until it is gone.
    pub fn kill(&mut self) {
        if let Some(mut tether) = self.guard.stdin.take() {
            let _gone_already = tether.write_all(b"\n");
        }
        let _gone_already = self.guard.wait();
    }
}

impl Drop for Tethered {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Where a program of the system lies, also one outside the search path.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")]);
    places.map(|place| place.join(name)).find(|path| path.is_file())
}
