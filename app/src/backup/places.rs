//! Where the parts of a shop keep what they keep, and what has to be made anew where rows have been moved to.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use catalogue::CatalogueModule;
use chassis::SystemClock;
use chassis::sql::transfer::{Location, Target};
use chassis::sql::{Database, Migration};
use customer::CustomerModule;
use fulfilment::FulfilmentModule;
use order::OrderModule;
use reports::ReportsModule;
use shared_kernel::Clock as _;

use crate::demo::FURNISHED;
use crate::parts::Part;
use crate::sandbox::Sandbox;
use crate::settings::Settings;
use crate::shop;

/// The steps that make a part's tables.
#[must_use]
pub fn migrations(part: Part) -> &'static [Migration] {
    match part {
        Part::Catalogue => CatalogueModule::MIGRATIONS,
        Part::Order => OrderModule::MIGRATIONS,
        Part::Fulfilment => FulfilmentModule::MIGRATIONS,
        Part::Reports => ReportsModule::MIGRATIONS,
        Part::Customer => CustomerModule::MIGRATIONS,
        Part::Sandbox => Sandbox::MIGRATIONS,
        Part::Edge => &[],
    }
}

/// The parts here that have a database: the contexts, and the payment sandbox if payments are played.
#[must_use]
pub fn kept(settings: &Settings) -> Vec<Part> {
    let sandbox = shop::plays(settings).then_some(Part::Sandbox);
    settings.parts.contexts().chain(sandbox).collect()
}

/// The file of a part in a folder of backups.
#[must_use]
pub fn file_in(folder: &Path, part: Part) -> PathBuf {
    folder.join(format!("{}.db", part.name()))
}

/// The place of a part, for its rows to be moved there.
#[must_use]
pub fn target(location: Location, part: Part) -> Target {
    Target::new(location, part.name(), migrations(part))
}

/// Keeps every other process out of the data folder, if anything of this shop lies in it.
///
/// # Errors
/// When the shop is open there, or the folder cannot be made.
pub fn alone_with_files(settings: &Settings) -> anyhow::Result<Option<File>> {
    let in_files = kept(settings).into_iter().any(|part| settings.databases.url(part).is_none());
    in_files.then(|| shop::take_folder(&settings.data_dir)).transpose()
}

/// What follows the rows of a part to a new place: an index that is made anew, and the mark that keeps a shop that was
/// never empty from being furnished with the demo.
///
/// # Errors
/// The database's.
pub async fn complete(location: &Location, part: Part) -> anyhow::Result<()> {
    let database = match location {
        Location::File(path) => Database::sqlite(path).await,
        Location::Schema(server) => Database::postgres(server).await,
    };
    let database = database.with_context(|| part.name())?;
    if part == Part::Catalogue {
        CatalogueModule::rebuild_search(&database).await?;
    }
    database.mark(FURNISHED, SystemClock.now()).await?;
    Ok(database.close().await?)
}
