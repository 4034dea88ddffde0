//! Where the parts of a shop keep what they keep, and what has to be made again where rows have been moved to.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use catalogue::CatalogueModule;
use chassis::SystemClock;
use chassis::sql::Database;
use chassis::sql::transfer::{Location, Target};
use shared_kernel::Clock as _;

use crate::composition::contexts::migrations;
use crate::composition::setup;
use crate::config::data_folder::take_folder;
use crate::config::parts::Part;
use crate::config::settings::Settings;
use crate::seed::first_start::SEEDED;

/// The parts here that have a database: the contexts, and the payment sandbox if payments are played.
pub fn parts_with_database(settings: &Settings) -> Vec<Part> {
    let sandbox = setup::uses_sandbox(settings).then_some(Part::Sandbox);
    settings.process.parts.contexts().chain(sandbox).collect()
}

/// The file of a part in a folder of backups.
pub fn file_in(folder: &Path, part: Part) -> PathBuf {
    folder.join(format!("{}.db", part.name()))
}

/// The place of a part, for its rows to be moved there.
pub fn target(location: Location, part: Part) -> Target {
    Target::new(location, part.name(), migrations(part))
}

/// Keeps every other process out of the data folder, if anything of this shop lies in it.
///
/// # Errors
/// When the shop is open there, or the folder cannot be made.
pub fn alone_with_files(settings: &Settings) -> anyhow::Result<Option<File>> {
    let in_files = parts_with_database(settings).into_iter().any(|part| settings.databases.url(part).is_none());
    in_files.then(|| take_folder(&settings.process.data_dir)).transpose()
}

/// What follows the rows of a part to a new place: an index that is made again, and the mark that keeps a shop that was
/// never empty from being furnished with the demo.
pub async fn complete(location: &Location, part: Part) -> anyhow::Result<()> {
    let database = match location {
        Location::File(path) => Database::sqlite(path).await,
        Location::Schema(server) => Database::postgres(server).await,
    };
    let database = database.with_context(|| part.name())?;
    if part == Part::Catalogue {
        CatalogueModule::rebuild_search(&database).await?;
    }
    database.mark(SEEDED, SystemClock.now()).await?;
    Ok(database.close().await?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chassis::sql::transfer::Snapshot;

    use super::*;

    /// What is of the moment, of the engine or of the program, and so in no backup. Nothing is added here lightly: what
    /// stands here is lost with the machine.
    const EXCLUDED_TABLES: [&str; 2] = ["lease", "replay"];

    /// The tables that the statements of these steps make.
    fn made_by(part: Part) -> BTreeSet<String> {
        let statements = Database::messaging_migrations().iter().chain(migrations(part)).map(|step| step.sqlite);
        let words = statements.flat_map(|sql| sql.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        let words: Vec<String> = words.collect();
        let made = words.windows(3).filter(|words| words[0] == "CREATE" && words[1] == "TABLE");
        made.map(|words| words[2].trim_end_matches('(').to_owned()).collect()
    }

    /// Rows move between engines as 64-bit numbers, texts and bytes.
    #[test]
    fn columns_on_servers_have_types_that_every_copy_can_read() {
        for part in Part::CONTEXTS.into_iter().chain([Part::Sandbox]) {
            for step in Database::messaging_migrations().iter().chain(migrations(part)) {
                let words = step.postgres.split(|letter: char| !letter.is_ascii_alphanumeric());
                let narrow =
                    words.filter(|word| ["INTEGER", "INT", "INT4", "SMALLINT", "BOOLEAN", "REAL"].contains(word));
                assert_eq!(narrow.collect::<Vec<_>>(), Vec::<&str>::new(), "{}: {}", part.name(), step.name);
            }
        }
    }

    #[tokio::test]
    async fn a_backup_holds_every_table_that_the_migrations_make() {
        let folder = tempfile::tempdir().unwrap();
        for part in Part::CONTEXTS.into_iter().chain([Part::Sandbox]) {
            let location = Location::File(file_in(folder.path(), part));
            target(location.clone(), part).take("a look").await.unwrap();
            let held = Snapshot::pin(&location).await.unwrap().digest().await.unwrap();
            let held: BTreeSet<String> = held.into_iter().map(|table| table.table).collect();
            let mut made = made_by(part);
            assert!(made.len() > 5, "{made:?}");
            made.retain(|table| !EXCLUDED_TABLES.contains(&table.as_str()));
            assert_eq!(held, made, "{}", part.name());
        }
    }
}
