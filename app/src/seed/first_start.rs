//! The note of which contexts with files in this folder have not been furnished yet. It is laid into the folder before
//! anything else and taken away when the furnishing is done, so that a first start that was cut off, or a command that
//! came before it, changes nothing. Contexts on a server carry a mark in their database instead.
//!
//! It holds the passwords that will be printed: a repeated start must not print others than those it has set.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chassis::files;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use shared_kernel::Ids;

use crate::config::data_folder::keep_private;
use crate::config::parts::Part;
use crate::config::settings::Settings;

const FIRST_START_FILE: &str = "first-start.json";

/// Made in the database of a context when it has been furnished.
pub const SEEDED: &str = "furnished";

/// What the first start still has to do.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstStart {
    /// How the administrator will log in.
    pub admin_password: String,
    /// How the demo's customer will log in.
    pub customer_password: String,
    /// The contexts that are empty, by name.
    #[serde(default = "all_contexts")]
    new: BTreeSet<String>,
}

/// Notes from before a folder could hold some contexts only.
fn all_contexts() -> BTreeSet<String> {
    Part::CONTEXTS.map(|part| part.name().to_owned()).into()
}

impl FirstStart {
    /// Reads the note, and adds the contexts of this process that should have a file and have none yet.
    ///
    /// # Errors
    /// When the note cannot be read, understood or written.
    pub fn pending(settings: &Settings, ids: &dyn Ids) -> anyhow::Result<Self> {
        let folder = &settings.process.data_dir;
        let found = Self::read(folder)?;
        let mut note = found.clone().unwrap_or_else(|| Self::with_passwords(settings, ids));
        let in_file = settings.process.parts.contexts().filter(|part| settings.databases.url(*part).is_none());
        let without = in_file.filter(|part| !folder.join(format!("{}.db", part.name())).exists());
        note.new.extend(without.map(|part| part.name().to_owned()));
        if found.is_none_or(|found| found.new != note.new) && !note.new.is_empty() {
            keep_private(folder, FIRST_START_FILE, &note)?;
        }
        Ok(note)
    }

    fn with_passwords(settings: &Settings, ids: &dyn Ids) -> Self {
        let random = || URL_SAFE_NO_PAD.encode(&ids.secret()[..9]);
        let set = settings.accounts.demo_password.as_ref().map(|password| password.expose_secret().to_owned());
        Self { admin_password: random(), customer_password: set.unwrap_or_else(random), new: BTreeSet::new() }
    }

    fn read(folder: &Path) -> anyhow::Result<Option<Self>> {
        let path = folder.join(FIRST_START_FILE);
        if !path.exists() {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        serde_json::from_str(&text).map(Some).with_context(|| path.display().to_string())
    }

    /// Takes a note of the past away: what comes into the folder now is not new.
    pub fn forget(settings: &Settings) -> anyhow::Result<()> {
        files::remove(&settings.process.data_dir.join(FIRST_START_FILE)).context(FIRST_START_FILE)
    }

    /// Whether this context has a file that has to be furnished.
    pub fn is_new(&self, part: Part) -> bool {
        self.new.contains(part.name())
    }

    /// The contexts of this process are furnished. The note goes when none is left.
    ///
    /// # Errors
    /// When it cannot be written or removed.
    pub fn done(&self, settings: &Settings) -> anyhow::Result<()> {
        let mut left = self.clone();
        left.new.retain(|name| !settings.process.parts.contexts().any(|part| part.name() == name));
        if left.new == self.new {
            return Ok(());
        }
        if left.new.is_empty() {
            return files::remove(&settings.process.data_dir.join(FIRST_START_FILE)).context(FIRST_START_FILE);
        }
        keep_private(&settings.process.data_dir, FIRST_START_FILE, &left)
    }
}

#[cfg(test)]
mod tests {
    use chassis::SystemIds;

    use super::*;
    use crate::config::parts::Parts;

    fn settings(folder: &Path, parts: &str) -> Settings {
        let mut settings = Settings::in_folder(folder).unwrap();
        settings.process.parts = Parts::parse(parts).unwrap();
        settings
    }

    fn opened(folder: &Path, part: &str) {
        std::fs::write(folder.join(format!("{part}.db")), "").unwrap();
    }

    fn pending(settings: &Settings) -> FirstStart {
        FirstStart::pending(settings, &SystemIds).unwrap()
    }

    #[test]
    fn a_folder_stays_unfurnished_until_the_first_start_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), "catalogue,customer");
        let begun = pending(&settings);
        opened(folder.path(), "catalogue");
        opened(folder.path(), "customer");
        let again = pending(&settings);
        assert_eq!(again.admin_password, begun.admin_password);
        assert!(again.is_new(Part::Catalogue) && again.is_new(Part::Customer) && !again.is_new(Part::Order));
        again.done(&settings).unwrap();
        assert!(!pending(&settings).is_new(Part::Catalogue) && !folder.path().join(FIRST_START_FILE).exists());
    }

    #[test]
    fn a_folder_from_before_is_furnished_and_a_note_from_before_is_about_all() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), "catalogue");
        opened(folder.path(), "catalogue");
        assert!(!pending(&settings).is_new(Part::Catalogue));
        pending(&settings).done(&settings).unwrap();
        let old = r#"{"admin_password": "a", "customer_password": "b"}"#;
        std::fs::write(folder.path().join(FIRST_START_FILE), old).unwrap();
        assert!(pending(&settings).is_new(Part::Catalogue) && pending(&settings).is_new(Part::Reports));
    }

    #[test]
    fn a_context_that_moves_into_a_folder_is_furnished_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let orders = settings(folder.path(), "order");
        pending(&orders).done(&orders).unwrap();
        opened(folder.path(), "order");
        let both = settings(folder.path(), "order,catalogue");
        assert!(pending(&both).is_new(Part::Catalogue) && !pending(&both).is_new(Part::Order));
        opened(folder.path(), "catalogue");
        pending(&orders).done(&orders).unwrap();
        assert!(pending(&both).is_new(Part::Catalogue), "still to be done");
    }

    #[test]
    fn a_context_on_a_server_leaves_no_note_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path(), "catalogue");
        settings.databases = crate::config::settings::Databases::on_one_server("postgres://server/shop").unwrap();
        assert!(!pending(&settings).is_new(Part::Catalogue) && !folder.path().join(FIRST_START_FILE).exists());
    }

    #[test]
    fn the_demos_password_can_be_set() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path(), "customer");
        settings.accounts.demo_password = Some("correct horse battery".into());
        assert_eq!(pending(&settings).customer_password, "correct horse battery");
    }
}
