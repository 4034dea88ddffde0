//! Takes a backup: one moment of all parts, copied row by row into a SQLite file each, whatever engine they are on.
//!
//! The shop keeps running meanwhile. An interrupted backup has no manifest, and is refused for that.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use chassis::files;
use chassis::sql::transfer::{Location, Snapshot};

use super::manifest::{Manifest, PartManifest, sha256_of};
use super::{consistent_snapshot, pending_transfer, places};
use crate::cli::output::Output;
use crate::composition::setup;
use crate::config::data_folder::make_private;
use crate::config::parts::Part;
use crate::config::settings::Settings;

/// Takes a backup of a shop that is open in this process, or that lives on servers and is open elsewhere.
///
/// # Errors
/// When the folder is not empty, or anything cannot be read or written; then there is no backup.
pub async fn take(settings: &Settings, folder: &Path, out: &Output) -> anyhow::Result<()> {
    make_empty(folder)?;
    let taken = copy(settings, folder, out).await;
    if taken.is_err() {
        for part in places::parts_with_database(settings) {
            let _half_done = std::fs::remove_file(places::file_in(folder, part));
        }
    }
    taken
}

/// The same of a shop that is not open.
///
/// # Errors
/// As [`take`], and when another process has the data folder.
pub async fn take_closed(settings: &Settings, folder: &Path, out: &Output) -> anyhow::Result<()> {
    ensure_shop_is_here(settings)?;
    let _alone = places::alone_with_files(settings)?;
    take(settings, folder, out).await
}

/// Refuses where nothing of a shop lies in the data folder, though the settings say that it should, or only half of one.
///
/// # Errors
/// When a file is missing, or is still being filled.
pub fn ensure_shop_is_here(settings: &Settings) -> anyhow::Result<()> {
    pending_transfer::refuse(&settings.process.data_dir)?;
    for part in places::parts_with_database(settings) {
        let path = setup::file(settings, part);
        let is_there = settings.databases.url(part).is_some() || path.exists();
        ensure!(is_there, "there is no shop here: {} is missing (see STORE_DATA_DIR)", path.display());
    }
    Ok(())
}

async fn copy(settings: &Settings, folder: &Path, out: &Output) -> anyhow::Result<()> {
    let places: Vec<(Part, Location)> =
        places::parts_with_database(settings).into_iter().map(|part| (part, setup::location(settings, part))).collect();
    let cut = consistent_snapshot::make(&places).await?;
    tracing::info!(tries = cut.tries, "the parts are held as of {}", cut.taken_at);
    let mut parts = BTreeMap::new();
    for (part, snapshot) in cut.snapshots {
        let kept = copy_one(part, snapshot, folder).await.with_context(|| part.name())?;
        out.line(format!("{:<11} {:>9} rows", part.name(), kept.rows())).await?;
        parts.insert(part.name().to_owned(), kept);
    }
    Manifest::new(cut.taken_at, parts)?.write(folder)?;
    out.line(format!("as of {} in {}", cut.taken_at, folder.display())).await
}

/// Copies one part, and reads the copy again: the manifest states what is on the disk.
async fn copy_one(part: Part, mut snapshot: Snapshot, folder: &Path) -> anyhow::Result<PartManifest> {
    let path = places::file_in(folder, part);
    let target = places::target(Location::File(path.clone()), part);
    target.take("a backup").await?;
    target.fill(&mut snapshot).await?;
    target.finish().await?;
    drop(snapshot);
    let mut copied = Snapshot::pin(&Location::File(path.clone())).await?;
    let (versions, tables) = (copied.versions().await?, copied.digest().await?);
    drop(copied);
    let (file, hashed) = (path.clone(), tokio::task::spawn_blocking(move || seal(&path)));
    let sha256 = hashed.await??;
    let file = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(PartManifest { file, sha256, versions, tables })
}

/// Sees to it that the file is on the disk, for its owner alone; answers its SHA-256.
fn seal(path: &Path) -> anyhow::Result<String> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    File::open(path)?.sync_all()?;
    if let Some(folder) = path.parent() {
        files::sync_folder(folder)?;
    }
    sha256_of(path)
}

fn make_empty(folder: &Path) -> anyhow::Result<()> {
    make_private(folder).with_context(|| folder.display().to_string())?;
    let mut entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    ensure!(entries.next().is_none(), "{} is not empty: each backup gets a folder of its own", folder.display());
    Ok(())
}
