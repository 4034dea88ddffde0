//! Moves a shop from the files of its data folder onto the servers that its settings now name. The files stay as they are.
//!
//! The shop must be closed. After an interruption the same command completes the move: contexts that have arrived are
//! compared and left alone. The shop cannot be opened, on the servers or in its files, before all have arrived.

use anyhow::{Context as _, ensure};
use chassis::sql::transfer::{Location, Snapshot, Standing, TableDigest, Target};

use super::pending_transfer::PendingTransfer;
use super::places;
use super::restore::finish;
use crate::cli::output::Output;
use crate::composition::{location_guard, setup};
use crate::config::data_folder::take_folder;
use crate::config::parts::Part;
use crate::config::settings::Settings;

const PURPOSE: &str = "promote";

/// Moves the shop, or only says what would be moved.
///
/// # Errors
/// When the shop is open, a file is missing, or a server's tables hold other rows; then nothing was changed.
pub async fn promote(settings: &Settings, dry_run: bool, out: &Output) -> anyhow::Result<()> {
    let moves = moves(settings)?;
    let _alone = take_folder(&settings.process.data_dir)?;
    if dry_run {
        for one in &moves {
            let standing =
                one.target.look(PURPOSE).await.with_context(|| format!("{} on the server", one.part.name()))?;
            one.say_what_would_be(standing, out).await?;
        }
        return out.line("nothing was moved").await;
    }
    let mut under_way = PendingTransfer::resume_or_start(&settings.process.data_dir, PURPOSE, "better-store promote")?;
    let targets: Vec<(Part, &Target)> = moves.iter().map(|one| (one.part, &one.target)).collect();
    if !under_way.has_filled(&targets).await? {
        under_way.note()?;
        fill(&moves, under_way.purpose(), out).await?;
    }
    finish(&mut under_way, &targets).await?;
    location_guard::remember(settings)?;
    under_way.end()?;
    out.line("the shop lives on the server now; its files in the data folder are of the past").await
}

async fn fill(moves: &[Move], purpose: &str, out: &Output) -> anyhow::Result<()> {
    for one in moves {
        one.target.take(purpose).await.with_context(|| one.part.name())?;
    }
    for one in moves {
        let mut files = one.source().await?;
        let digests = one.target.fill(&mut files).await.with_context(|| one.part.name())?;
        places::complete(&one.location, one.part).await?;
        table(one.part, &digests, out).await?;
    }
    Ok(())
}

struct Move {
    part: Part,
    file: Location,
    location: Location,
    target: Target,
}

fn moves(settings: &Settings) -> anyhow::Result<Vec<Move>> {
    let mut moves = Vec::new();
    for part in places::parts_with_database(settings).into_iter().filter(|part| settings.databases.url(*part).is_some())
    {
        let path = setup::file(settings, part);
        if part == Part::Sandbox && !path.exists() {
            continue;
        }
        ensure!(path.exists(), "there is nothing to move: {} is missing", path.display());
        let location = setup::location(settings, part);
        let target = places::target(location.clone(), part);
        moves.push(Move { part, file: Location::File(path), location, target });
    }
    ensure!(!moves.is_empty(), "the settings name no server to move to: set STORE_DATABASE_URL");
    Ok(moves)
}

impl Move {
    async fn source(&self) -> anyhow::Result<Snapshot> {
        let mut snapshot = Snapshot::pin(&self.file).await.with_context(|| self.part.name())?;
        let unfinished = snapshot.is_unfinished().await?;
        ensure!(!unfinished, "rows are still on their way into the file of {}: finish that first", self.part.name());
        Ok(snapshot)
    }

    async fn say_what_would_be(&self, standing: Standing, out: &Output) -> anyhow::Result<()> {
        let digests = self.source().await?.digest().await?;
        table(self.part, &digests, out).await?;
        let there = match standing {
            Standing::New => "nothing is there yet",
            Standing::Unfinished | Standing::Filled => "an interrupted move would be taken up again",
        };
        out.line(format!("{}: {there}", self.part.name())).await
    }
}

async fn table(part: Part, digests: &[TableDigest], out: &Output) -> anyhow::Result<()> {
    for TableDigest { table, rows, sha256, .. } in digests {
        out.line(format!("{:<11} {table:<20} {rows:>9} rows  {}", part.name(), sha256.get(..16).unwrap_or_default()))
            .await?;
    }
    Ok(())
}
