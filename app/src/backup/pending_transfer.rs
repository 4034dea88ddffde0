//! The note of a restoration or a move that is under way. It is written into the data folder before anything else is
//! touched, and removed when everything is done, so that an interruption in between is noticed: no shop opens here
//! until the same command has completed.
//!
//! Places on a server bear a note of their own beside it, for processes that have another data folder.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use chassis::files;
use chassis::sql::transfer::{Standing, Target, TransferError};
use serde::{Deserialize, Serialize};

use crate::config::data_folder::{keep_private, make_private};
use crate::config::parts::Part;

const TRANSFER_FILE: &str = "transfer.json";

/// A restoration or a move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingTransfer {
    /// What for, so that the same is known again.
    purpose: String,
    /// How it was asked for.
    command: String,
    /// Whether every place holds all its rows, and only the notes are left to be taken away.
    #[serde(default)]
    filled: bool,
    #[serde(skip)]
    folder: PathBuf,
    /// Whether a run before this one has noted something here.
    #[serde(skip)]
    noted: bool,
}

impl PendingTransfer {
    /// The one that is noted in this folder, or a new one that is not noted yet.
    ///
    /// # Errors
    /// When another one has to be repeated first, or the note cannot be read.
    pub fn resume_or_start(folder: &Path, purpose: &str, command: &str) -> anyhow::Result<Self> {
        let (folder, purpose, command) = (folder.to_owned(), purpose.to_owned(), command.to_owned());
        let before = read(&folder)?;
        let noted = before.is_some();
        match before {
            Some(before) if before.purpose == purpose => Ok(Self { command, folder, noted, ..before }),
            Some(before) if before.filled => {
                bail!("`{}` was cut off just before its end: run that again first", before.command)
            }
            _ => Ok(Self { purpose, command, filled: false, folder, noted }),
        }
    }

    /// What for.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Notes it, durably.
    ///
    /// # Errors
    /// When the note cannot be written; then nothing may be touched.
    pub fn note(&self) -> anyhow::Result<()> {
        make_private(&self.folder).with_context(|| self.folder.display().to_string())?;
        keep_private(&self.folder, TRANSFER_FILE, self)
    }

    /// Every place holds everything: from now on repeating only takes the notes away.
    pub fn is_filled(&mut self) -> anyhow::Result<()> {
        self.filled = true;
        self.note()
    }

    /// Nothing was touched in this run: the note goes, unless an earlier run has begun something.
    pub fn withdraw(self) -> anyhow::Result<()> {
        if self.noted { Ok(()) } else { self.end() }
    }

    /// It is done: the note goes.
    pub fn end(self) -> anyhow::Result<()> {
        files::remove(&self.folder.join(TRANSFER_FILE)).context(TRANSFER_FILE)
    }

    /// Whether nothing is left to be moved, by what the folder and the places say.
    ///
    /// # Errors
    /// When a place holds something else, or cannot be looked at.
    pub async fn has_filled(&self, places: &[(Part, &Target)]) -> anyhow::Result<bool> {
        if self.filled {
            return Ok(true);
        }
        let (mut filled, mut refused) = (false, None);
        for (part, target) in places {
            match target.look(&self.purpose).await {
                Ok(Standing::Filled) => filled = true,
                Ok(Standing::New | Standing::Unfinished) => {}
                // A place whose note is gone already looks as if it were in use.
                Err(error @ TransferError::NotEmpty(_)) => refused = refused.or(Some((*part, error))),
                Err(error) => return Err(error).context(part.name()),
            }
        }
        match refused {
            Some((part, error)) if !filled => {
                Err(anyhow::Error::new(error).context(format!("{} has a place that is in use", part.name())))
            }
            _ => Ok(filled),
        }
    }
}

/// Refuses to do anything else in a folder where something was cut off.
///
/// # Errors
/// Names the command that has to be run again.
pub fn refuse(folder: &Path) -> anyhow::Result<()> {
    let Some(noted) = read(folder)? else { return Ok(()) };
    let (command, note) = (&noted.command, folder.join(TRANSFER_FILE));
    let give_up = "To give it up, empty the places that it was filling and remove";
    ensure!(false, "`{command}` was cut off here: run it again. {give_up} {}", note.display());
    Ok(())
}

fn read(folder: &Path) -> anyhow::Result<Option<PendingTransfer>> {
    let path = folder.join(TRANSFER_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map(Some).with_context(|| path.display().to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_off_is_refused_by_its_command_until_it_is_done() {
        let folder = tempfile::tempdir().unwrap();
        refuse(folder.path()).unwrap();
        let one = PendingTransfer::resume_or_start(folder.path(), "restore a", "better-store restore /a").unwrap();
        one.note().unwrap();
        let words = refuse(folder.path()).unwrap_err().to_string();
        assert!(words.contains("`better-store restore /a` was cut off here: run it again"), "{words}");
        let mut again =
            PendingTransfer::resume_or_start(folder.path(), "restore a", "better-store restore /a").unwrap();
        assert_eq!(again.purpose(), one.purpose());
        one.withdraw().unwrap();
        again.note().unwrap();
        again.is_filled().unwrap();
        let other =
            PendingTransfer::resume_or_start(folder.path(), "restore b", "better-store restore /b").unwrap_err();
        assert!(other.to_string().contains("restore /a"), "{other}");
        PendingTransfer::resume_or_start(folder.path(), "restore a", "better-store restore /a").unwrap().end().unwrap();
        refuse(folder.path()).unwrap();
    }

    #[test]
    fn another_one_may_take_the_place_of_one_that_was_not_nearly_done() {
        let folder = tempfile::tempdir().unwrap();
        PendingTransfer::resume_or_start(folder.path(), "restore a", "restore /a").unwrap().note().unwrap();
        PendingTransfer::resume_or_start(folder.path(), "restore b", "restore /b").unwrap().note().unwrap();
        assert!(refuse(folder.path()).unwrap_err().to_string().contains("/b"));
    }
}
