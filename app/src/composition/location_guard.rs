//! Keeps a shop from being opened beside itself: on a server that holds none while the data folder does, or in a folder
//! whose shop has moved to a server.
//!
//! A folder remembers which of its contexts live on servers, so that a start whose settings have lost the server's
//! address is refused instead of opening an empty shop, or one of the past.

use std::collections::BTreeSet;

use anyhow::{Context as _, ensure};
use chassis::sql::Database;
use serde::{Deserialize, Serialize};

use crate::composition::setup;
use crate::config::data_folder::keep_private;
use crate::config::parts::Part;
use crate::config::settings::Settings;
use crate::seed::first_start::SEEDED;

const ON_SERVERS_FILE: &str = "on-servers.json";

/// The contexts of a folder that are kept on servers, by name.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OnServers {
    contexts: BTreeSet<String>,
}

/// Refuses contexts in files that the folder knows on a server. To be asked before anything is made in the folder.
pub fn refuse_files_of_the_past(settings: &Settings) -> anyhow::Result<()> {
    let known = read(settings)?.contexts;
    let lost = in_files(settings).find(|part| known.contains(part.name()));
    let note = settings.process.data_dir.join(ON_SERVERS_FILE);
    ensure!(
        lost.is_none(),
        "the shop of {} keeps {} on a server, and the settings name none: set STORE_DATABASE_URL, or another \
         STORE_DATA_DIR for another shop. (To open what lies in the folder all the same, remove {}.)",
        settings.process.data_dir.display(),
        lost.map_or("", Part::name),
        note.display()
    );
    Ok(())
}

/// Refuses a server on which no shop was ever opened while the folder holds one in files. To be asked before tables are
/// made there.
pub async fn refuse_new_servers(settings: &Settings, databases: &[(Part, Database)]) -> anyhow::Result<()> {
    for (part, database) in databases.iter().filter(|(_, database)| database.shared()) {
        let file = setup::file(settings, *part);
        let holds_rows = std::fs::metadata(&file).is_ok_and(|file| file.len() > 0);
        if holds_rows && !(database.has_tables().await? && database.is_marked(SEEDED).await?) {
            anyhow::bail!(
                "the server has no shop, and {} holds one: run `better-store promote` to move it to the server, or set \
                 another STORE_DATA_DIR for a new shop",
                file.display()
            );
        }
    }
    Ok(())
}

/// Remembers which contexts are on servers now.
pub fn remember(settings: &Settings) -> anyhow::Result<()> {
    change(settings, |contexts| {
        contexts.extend(on_servers(settings).map(|part| part.name().to_owned()));
    })
}

/// Forgets that contexts were on servers which are now brought into files.
pub fn forget(settings: &Settings) -> anyhow::Result<()> {
    change(settings, |contexts| {
        in_files(settings).for_each(|part| {
            contexts.remove(part.name());
        });
    })
}

fn in_files(settings: &Settings) -> impl Iterator<Item = Part> {
    settings.process.parts.contexts().filter(|part| settings.databases.url(*part).is_none())
}

fn on_servers(settings: &Settings) -> impl Iterator<Item = Part> {
    settings.process.parts.contexts().filter(|part| settings.databases.url(*part).is_some())
}

fn change(settings: &Settings, change: impl FnOnce(&mut BTreeSet<String>)) -> anyhow::Result<()> {
    let before = read(settings)?;
    let mut contexts = before.contexts.clone();
    change(&mut contexts);
    let after = OnServers { contexts };
    if after == before { Ok(()) } else { keep_private(&settings.process.data_dir, ON_SERVERS_FILE, &after) }
}

fn read(settings: &Settings) -> anyhow::Result<OnServers> {
    let path = settings.process.data_dir.join(ON_SERVERS_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).with_context(|| path.display().to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(OnServers::default()),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::settings::Databases;

    #[test]
    fn a_folder_whose_shop_is_on_a_server_is_not_opened_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let files = Settings::in_folder(folder.path()).unwrap();
        let mut server = Settings::in_folder(folder.path()).unwrap();
        server.databases = Databases::on_one_server("postgres://server/shop").unwrap();
        refuse_files_of_the_past(&files).unwrap();
        remember(&files).unwrap();
        refuse_files_of_the_past(&files).unwrap();
        remember(&server).unwrap();
        refuse_files_of_the_past(&server).unwrap();
        let words = refuse_files_of_the_past(&files).unwrap_err().to_string();
        assert!(words.contains("keeps catalogue on a server") && words.contains("STORE_DATABASE_URL"), "{words}");
        forget(&files).unwrap();
        refuse_files_of_the_past(&files).unwrap();
    }
}
