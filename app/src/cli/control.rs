//! How the command line reaches a shop that is open: a Unix socket in the data folder, readable by its owner.
//!
//! One line of JSON in, lines out, and a last line that says how it ended. The same commands run in the same code when
//! no shop is open; see [`crate::cli::commands`].

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::cli::commands::{self, Command};
use crate::cli::output::Output;
use crate::composition::shop::Shop;

#[derive(Serialize, Deserialize)]
enum Answer {
    Line(String),
    Done,
    Failed(String),
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("control.sock")
}

/// Lets the shop that is open in `folder` run the command. `false` if none is open.
///
/// # Errors
/// The command's own, or when the shop closed in the middle.
pub async fn ask(folder: &Path, command: &Command, out: &Output) -> anyhow::Result<bool> {
    let Ok(stream) = UnixStream::connect(socket(folder)).await else { return Ok(false) };
    let (read, mut write) = stream.into_split();
    write.write_all(format!("{}\n", serde_json::to_string(command)?).as_bytes()).await?;
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        match serde_json::from_str(&line)? {
            Answer::Line(line) => out.line(line).await?,
            Answer::Done => return Ok(true),
            Answer::Failed(why) => anyhow::bail!(why),
        }
    }
    anyhow::bail!("the shop closed before the command was done")
}

/// Makes the socket. The folder's lock must be ours.
pub fn listen(folder: &Path) -> anyhow::Result<UnixListener> {
    let path = socket(folder);
    // This process holds the lock, so a socket found here was left by one that has ended.
    if path.exists() {
        std::fs::remove_file(&path)?;
    }
    let listener = UnixListener::bind(&path).with_context(|| path.display().to_string())?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves commands until `stop`.
///
/// # Errors
/// When the socket cannot be taken away in the end.
pub async fn serve(listener: UnixListener, shop: Arc<Shop>, stop: CancellationToken) -> anyhow::Result<()> {
    let callers = tokio_util::task::TaskTracker::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await; // out of files, perhaps
                    continue;
                };
                let shop = Arc::clone(&shop);
                callers.spawn(async move {
                    if let Err(error) = answer(shop, stream).await {
                        tracing::warn!("a command could not be answered: {error:#}");
                    }
                });
            }
        }
    }
    std::fs::remove_file(socket(&shop.settings.process.data_dir))?;
    Ok(())
}

async fn answer(shop: Arc<Shop>, stream: UnixStream) -> anyhow::Result<()> {
    let (read, mut write) = stream.into_split();
    let Some(line) = BufReader::new(read).lines().next_line().await? else { return Ok(()) };
    let command: Command = serde_json::from_str(&line)?;
    let (sender, mut lines) = mpsc::channel(64);
    let running = async {
        let out = Output::channel(sender);
        commands::run(&shop, command, &out).await
    };
    let forwarding = async {
        while let Some(line) = lines.recv().await {
            send(&mut write, &Answer::Line(line)).await?;
        }
        anyhow::Ok(())
    };
    let (ran, forwarded) = tokio::join!(running, forwarding);
    forwarded?;
    let end = ran.map_or_else(|error| Answer::Failed(format!("{error:#}")), |()| Answer::Done);
    send(&mut write, &end).await
}

async fn send(write: &mut tokio::net::unix::OwnedWriteHalf, answer: &Answer) -> anyhow::Result<()> {
    write.write_all(format!("{}\n", serde_json::to_string(answer)?).as_bytes()).await?;
    Ok(())
}
