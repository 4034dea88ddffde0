//! What a backup says of itself. It is written last: a folder without it is no backup.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use chassis::sql::transfer::{TableDigest, Version};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use shared_kernel::Timestamp;

use crate::config::data_folder::keep_private;

const NAME: &str = "manifest.json";
/// The form of backups that this program writes and reads.
const FORMAT: u32 = 1;

/// A backup in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form of the backup.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// Everything that was on record then is in it.
    pub taken_at: Timestamp,
    /// What it holds, by part.
    pub parts: BTreeMap<String, PartManifest>,
    /// SHA-256 of all this, so that an accident with the manifest itself is noticed.
    pub seal: String,
}

/// What a backup holds of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartManifest {
    /// The file's name.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// How far its tables have come.
    pub versions: Vec<Version>,
    /// Its tables, with rows and SHA-256 of each.
    pub tables: Vec<TableDigest>,
}

impl PartManifest {
    /// How many rows there are in all.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

impl Manifest {
    /// Puts it together, sealed.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn new(taken_at: Timestamp, parts: BTreeMap<String, PartManifest>) -> anyhow::Result<Self> {
        let program = env!("CARGO_PKG_VERSION").to_owned();
        let mut manifest = Self { format: FORMAT, program, taken_at, parts, seal: String::new() };
        manifest.seal = manifest.sum()?;
        Ok(manifest)
    }

    /// Reads the manifest of a backup.
    ///
    /// # Errors
    /// When there is none, it was changed, or it is of another form.
    pub fn read(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join(NAME);
        let text = std::fs::read_to_string(&path);
        let text = text.with_context(|| format!("{} is no finished backup: {NAME} is missing", folder.display()))?;
        let manifest: Self = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        let (format, program) = (manifest.format, &manifest.program);
        ensure!(format == FORMAT, "the backup is of form {format}, made by version {program}; this is form {FORMAT}");
        ensure!(manifest.sum()? == manifest.seal, "{} was changed after the backup was made", path.display());
        Ok(manifest)
    }

    /// Writes it into the folder, all of it or nothing.
    pub fn write(&self, folder: &Path) -> anyhow::Result<()> {
        keep_private(folder, NAME, self)
    }

    fn sum(&self) -> anyhow::Result<String> {
        let unsealed = Self { seal: String::new(), ..self.clone() };
        Ok(hex::encode(Sha256::digest(serde_json::to_vec(&unsealed)?)))
    }
}

/// SHA-256 of a file, in hexadecimal.
pub fn sha256_of(path: &Path) -> anyhow::Result<String> {
    let mut file = File::open(path).with_context(|| path.display().to_string())?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(&buffer[..read]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let table = TableDigest { table: "orders".into(), columns: vec!["id".into()], rows: 7, sha256: "ab".into() };
        let kept = PartManifest { file: "order.db".into(), sha256: "cd".into(), versions: vec![], tables: vec![table] };
        let taken_at = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        Manifest::new(taken_at, BTreeMap::from([("order".to_owned(), kept)])).unwrap()
    }

    #[test]
    fn what_was_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        manifest().write(folder.path()).unwrap();
        assert_eq!(Manifest::read(folder.path()).unwrap(), manifest());
        assert_eq!(manifest().parts["order"].rows(), 7);
    }

    #[test]
    fn a_folder_without_a_manifest_is_no_backup() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Manifest::read(folder.path()).unwrap_err().to_string().contains("no finished backup"));
    }

    #[test]
    fn anyone_who_edits_it_is_found_out() {
        for (before, after) in [("\"rows\": 7", "\"rows\": 8"), ("cd", "ce"), ("12:00", "11:00"), ("}", ",\"x\":1}")] {
            let folder = tempfile::tempdir().unwrap();
            manifest().write(folder.path()).unwrap();
            let path = folder.path().join(NAME);
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains(before), "{text}");
            std::fs::write(&path, text.replace(before, after)).unwrap();
            assert!(Manifest::read(folder.path()).is_err(), "{before} became {after}");
        }
    }

    #[test]
    fn a_backup_of_another_form_is_refused_by_its_version() {
        let folder = tempfile::tempdir().unwrap();
        Manifest { format: 2, program: "9.9".into(), ..manifest() }.write(folder.path()).unwrap();
        assert!(Manifest::read(folder.path()).unwrap_err().to_string().contains("version 9.9"));
    }
}
