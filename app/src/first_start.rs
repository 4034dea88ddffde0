//! The note that a shop has not been furnished yet. It is laid into the folder before anything else and taken away when
//! the furnishing is done, so that a first start that was cut off, or a command that came before it, changes nothing.
//!
//! It holds the passwords that will be printed: a repeated start must not print others than those it has set.

use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared_kernel::Ids;

use crate::secrets::keep_private;

const NOTE: &str = "first-start.json";

/// What the first start still has to do.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstStart {
    /// How the administrator will sign in.
    pub admin_password: String,
    /// How the demo's customer will sign in.
    pub customer_password: String,
}

impl FirstStart {
    /// Reads the note, or lays one into a folder without databases. `None` if the shop is furnished.
    ///
    /// # Errors
    /// When the note cannot be read, understood or written.
    pub fn pending(folder: &Path, ids: &dyn Ids) -> anyhow::Result<Option<Self>> {
        let path = folder.join(NOTE);
        if path.exists() {
            let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
            return serde_json::from_str(&text).map(Some).with_context(|| path.display().to_string());
        }
        if folder.join("catalogue.db").exists() {
            return Ok(None);
        }
        let password = || URL_SAFE_NO_PAD.encode(&ids.secret()[..9]);
        let note = Self { admin_password: password(), customer_password: password() };
        keep_private(folder, NOTE, &note)?;
        Ok(Some(note))
    }

    /// Takes the note away: the shop is furnished.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn done(folder: &Path) -> anyhow::Result<()> {
        std::fs::remove_file(folder.join(NOTE)).context(NOTE)
    }
}

#[cfg(test)]
mod tests {
    use chassis::SystemIds;

    use super::*;

    #[test]
    fn a_folder_stays_unfurnished_until_the_first_start_is_done() {
        let folder = tempfile::tempdir().unwrap();
        let begun = FirstStart::pending(folder.path(), &SystemIds).unwrap().unwrap();
        std::fs::write(folder.path().join("catalogue.db"), "").unwrap();
        let again = FirstStart::pending(folder.path(), &SystemIds).unwrap().unwrap();
        assert_eq!(again.admin_password, begun.admin_password);
        FirstStart::done(folder.path()).unwrap();
        assert!(FirstStart::pending(folder.path(), &SystemIds).unwrap().is_none());
    }

    #[test]
    fn a_folder_from_before_is_furnished() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("catalogue.db"), "").unwrap();
        assert!(FirstStart::pending(folder.path(), &SystemIds).unwrap().is_none());
    }
}
