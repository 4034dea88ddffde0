//! The data folder: one process at a time has it open, and what lies in it is for its owner alone.

use std::fs::File;
use std::path::Path;

use anyhow::Context as _;
use chassis::files;
use fs4::fs_std::FileExt as _;
use serde::Serialize;

/// Makes the folder if it is not there. What lies in it (addresses, mails with links, secrets) is for its owner alone.
pub fn make_private(folder: &Path) -> std::io::Result<()> {
    chassis::files::make_folder(folder)
}

/// Makes the data folder if it is not there, and keeps every other process out of it as long as the answer is held.
///
/// # Errors
/// When another process has it open, or it cannot be made.
pub fn take_folder(folder: &Path) -> anyhow::Result<File> {
    make_private(folder).with_context(|| folder.display().to_string())?;
    let path = folder.join("lock");
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    if !file.try_lock_exclusive()? {
        anyhow::bail!("another process has {} open: each process needs a STORE_DATA_DIR of its own", folder.display());
    }
    Ok(file)
}

/// Writes a file that only its owner may read; a power cut leaves all of it or none.
pub fn keep_private(folder: &Path, name: &str, value: &impl Serialize) -> anyhow::Result<()> {
    keep_private_text(folder, name, &serde_json::to_string_pretty(value)?)
}

/// The same for a text.
pub fn keep_private_text(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    Ok(files::write(&folder.join(name), text.as_bytes())?)
}
