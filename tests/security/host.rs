//! What the shop asks of the machine that it runs on, and what it leaves there.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use chassis::testing::{eventually, free_port, program, skip};

use crate::support::process::{ADMIN, Shop};

/// Every file and folder below that other users of the machine could read.
fn readable_by_others(folder: &Path) -> Vec<String> {
    let walk = walkdir::WalkDir::new(folder).min_depth(1).into_iter().map(Result::unwrap);
    let open = walk.filter(|entry| !entry.path_is_symlink() && !entry.path().ends_with("log"));
    let open = open.filter(|entry| entry.metadata().unwrap().permissions().mode() & 0o077 != 0);
    open.map(|entry| entry.path().display().to_string()).collect()
}

#[tokio::test]
async fn what_the_shop_writes_is_for_nobody_else() {
    let parent = tempfile::tempdir().unwrap();
    let data = parent.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).unwrap();
    let shop = Shop::open(&[("STORE_DATA_DIR", &data.display().to_string())]).await;
    assert!(data.join("order.db").is_file(), "{data:?}");
    assert_eq!(readable_by_others(&data), [""; 0]);
    drop(shop);
}

#[test]
fn too_few_descriptors_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_better-store");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("ulimit -n 64 && exec {program} serve")).current_dir(folder.path()).env_clear();
    let output = shell.env("STORE_LISTEN", format!("127.0.0.1:{}", free_port())).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(said.contains("only 64 file descriptors may be open") && !said.contains("panicked"), "{said}");
}

/// Waits until the shop at this port says that it is ready, or that it is not.
async fn says(port: u16, status: u16) {
    let ready = format!("http://127.0.0.1:{port}/health/ready");
    eventually(Duration::from_mins(1), || async {
        let answer = reqwest::get(&ready).await.ok()?;
        (answer.status().as_u16() == status).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_shop_that_cannot_write_is_not_ready_until_it_can() {
    let Some(prlimit) = program("prlimit") else { return skip("prlimit is not installed") };
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    // Without the signal a file that may not grow is an error like that of a full disk.
    let serve = format!("trap '' XFSZ; exec {} serve", env!("CARGO_BIN_EXE_better-store"));
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(serve).current_dir(folder.path()).env_clear().stdout(Stdio::null()).stderr(Stdio::null());
    shell.env("STORE_LISTEN", format!("127.0.0.1:{port}")).env("STORE_DEMO", "off");
    let mut shop = shell.env("STORE_ADMIN_EMAIL", ADMIN.0).env("STORE_ADMIN_PASSWORD", ADMIN.1).spawn().unwrap();
    let largest_file = |bytes: &str| {
        let mut limit = Command::new(&prlimit);
        limit.arg(format!("--pid={}", shop.id())).arg(format!("--fsize={bytes}:unlimited"));
        assert!(limit.status().unwrap().success());
    };
    says(port, 200).await;
    largest_file("1024");
    says(port, 503).await;
    largest_file("unlimited");
    says(port, 200).await;
    shop.kill().unwrap();
    shop.wait().unwrap();
}

/// Asks for a page over a connection that is kept alive.
fn ask(stream: &mut TcpStream) -> Option<String> {
    stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").ok()?;
    let (mut answer, mut buffer) = (Vec::new(), [0; 4_096]);
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") || !answer.ends_with(b"}") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(n) => answer.extend_from_slice(&buffer[..n]),
        }
    }
    Some(String::from_utf8_lossy(&answer).to_ascii_lowercase())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_shop_that_closes_says_so_before_it_hangs_up() {
    let mut shop = Shop::open(&[]).await;
    let address = shop.url("").trim_start_matches("http://").to_owned();
    let clients: Vec<_> = (0..20_u64)
        .map(|n| {
            let mut stream = TcpStream::connect(&address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            std::thread::spawn(move || {
                loop {
                    match ask(&mut stream) {
                        None => return false,
                        Some(answer) if answer.contains("connection: close") => return true,
                        Some(_) => std::thread::sleep(Duration::from_millis(5 + n)),
                    }
                }
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(shop.close().await);
    let told = clients.into_iter().map(|client| client.join().unwrap()).filter(|told| *told).count();
    assert_eq!(told, 20, "the others asked and got no answer");
}
