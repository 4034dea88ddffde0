//! Brings a backup back into an empty place, on either engine, and leaves the shop ready to catch up with the world.
//!
//! What a broker still has of the lost shop knows more than the backup: facts that the restored outboxes do not hold
//! would reach consumers that no longer know them. So streams have to go first, and a restored shop refuses those that
//! are older than itself.
//!
//! The data folder says that a restoration is under way before anything is touched, and every place is noted as unfinished
//! until all of them hold everything, so that no shop opens on half of a backup. Wherever it is cut off, the same command
//! brings it to its end.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use chassis::SystemClock;
use chassis::sql::transfer::{Location, Snapshot, Target};
use shared_kernel::Clock as _;

use super::manifest::Manifest;
use super::pending_transfer::PendingTransfer;
use super::{places, verify};
use crate::cli::output::Output;
use crate::composition::{location_guard, setup};
use crate::config::data_folder::take_folder;
use crate::config::parts::Part;
use crate::config::settings::Settings;
use crate::seed::first_start::FirstStart;

/// How often, and how long apart, a broker is asked that does not answer.
const MAX_ATTEMPTS: u32 = 5;
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Restores a backup to where the settings say that the shop keeps what it keeps.
///
/// # Errors
/// When the backup is damaged, or the place is not empty; then nothing was changed.
pub async fn restore(settings: &Settings, folder: &Path, discard_streams: bool, out: &Output) -> anyhow::Result<()> {
    let found = verify::look(folder).await?;
    found.say(out).await?;
    ensure!(found.damage.is_empty(), "the backup is damaged and was not restored");
    let manifest = found.manifest;
    let parts = places::parts_with_database(settings);
    let (wanted, lacking): (Vec<Part>, Vec<Part>) =
        parts.into_iter().partition(|part| manifest.parts.contains_key(part.name()));
    if let Some(part) = lacking.iter().find(|part| **part != Part::Sandbox) {
        bail!("the backup does not hold {}: name what it holds by STORE_CONTEXTS", part.name());
    }
    let _alone = take_folder(&settings.process.data_dir)?;
    let places: Vec<Place> = wanted.into_iter().map(|part| Place::of(settings, folder, part)).collect();
    let mut under_way = PendingTransfer::resume_or_start(
        &settings.process.data_dir,
        &format!("restore {}", manifest.seal),
        &command(folder),
    )?;
    let targets: Vec<(Part, &Target)> = places.iter().map(|place| (place.part, &place.target)).collect();
    if !under_way.has_filled(&targets).await? {
        under_way.note()?;
        if let Err(refused) = clear_streams(settings, discard_streams, out).await {
            under_way.withdraw()?;
            return Err(refused);
        }
        fill(settings, &places, &manifest, under_way.purpose(), out).await?;
    }
    finish(&mut under_way, &targets).await?;
    location_guard::forget(settings)?;
    location_guard::remember(settings)?;
    under_way.end()?;
    out.line(format!("the shop is as of {}; when it opens, it first asks what was paid since", manifest.taken_at))
        .await?;
    out.line("order numbers continue about 1,000 higher, so that none is given twice").await
}

/// The command, as it has to be run again if it is cut off.
fn command(folder: &Path) -> String {
    format!("better-store restore {}", folder.display())
}

/// Takes the places, and brings everything into each of them.
async fn fill(
    settings: &Settings,
    places: &[Place],
    manifest: &Manifest,
    purpose: &str,
    out: &Output,
) -> anyhow::Result<()> {
    for place in places {
        place.target.take(purpose).await.with_context(|| place.part.name())?;
    }
    FirstStart::forget(settings)?;
    for place in places {
        let mut backup = Snapshot::pin(&place.backup).await?;
        place
            .target
            .restore(&mut backup, manifest.taken_at, SystemClock.now())
            .await
            .with_context(|| place.part.name())?;
        places::complete(&place.location, place.part).await?;
        out.line(format!("{:<11} restored", place.part.name())).await?;
    }
    Ok(())
}

/// Every place holds everything: says so everywhere, and then takes the notes away, so that wherever this is cut off it
/// is known that nothing else is left to do.
///
/// # Errors
/// When a note cannot be changed; repeating goes on from there.
pub async fn finish(under_way: &mut PendingTransfer, targets: &[(Part, &Target)]) -> anyhow::Result<()> {
    under_way.is_filled()?;
    for (part, target) in targets {
        target.is_filled(under_way.purpose()).await.with_context(|| part.name())?;
    }
    for (part, target) in targets {
        target.finish().await.with_context(|| part.name())?;
    }
    Ok(())
}

/// Sees to it that the broker, if there is one, knows nothing of these contexts.
async fn clear_streams(settings: &Settings, discard: bool, out: &Output) -> anyhow::Result<()> {
    let Some(broker) = &settings.nats else { return Ok(()) };
    let contexts: Vec<&'static str> = settings.process.parts.contexts().map(Part::name).collect();
    let mut answer = broker.streams_of(&contexts).await;
    for _ in 0..MAX_ATTEMPTS {
        if answer.is_ok() {
            break;
        }
        tokio::time::sleep(RETRY_INTERVAL).await;
        answer = broker.streams_of(&contexts).await;
    }
    match answer {
        Err(silent) => {
            let note = "the broker does not answer; the shop will refuse streams that are older than this restoration";
            out.line(format!("{note}: {silent}")).await
        }
        Ok(streams) if streams.is_empty() => Ok(()),
        Ok(streams) => {
            let streams = streams.join(", ");
            ensure!(
                discard,
                "the broker still has {streams}: facts that the backup does not know of. Close every process that uses \
                 them, and add --discard-streams; for a restoration beside a living shop, name another broker"
            );
            let discarded = broker.discard_streams_of(&contexts).await;
            discarded
                .map_err(|error| anyhow::anyhow!("the streams {streams} could not be taken off the broker: {error}"))?;
            out.line(format!("taken off the broker: {streams}")).await
        }
    }
}

struct Place {
    part: Part,
    backup: Location,
    location: Location,
    target: Target,
}

impl Place {
    fn of(settings: &Settings, folder: &Path, part: Part) -> Self {
        let location = setup::location(settings, part);
        let target = places::target(location.clone(), part);
        Self { part, backup: Location::File(places::file_in(folder, part)), location, target }
    }
}
