//! One moment of all parts at once, though each has a database of its own.
//!
//! The databases are held within a statement's time of each other. In that time a fact may have left one and arrived in
//! another; then the moments do not fit together, and later ones are taken. They fit if every message that a context has
//! been given lately is in its producer's snapshot: what was given to it earlier was there long before. What is still on
//! its way needs no care: it is carried again.
//!
//! The payment sandbox hears and tells by other ways than messages, so it holds still while the others are held. A real
//! provider cannot be asked to; what it has done since is asked for when a backup is restored.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use chassis::SystemClock;
use chassis::sql::transfer::{Location, Snapshot, WriteLock};
use shared_kernel::{Clock as _, Timestamp};

use crate::config::parts::Part;

/// Messages that were received earlier than this are in all outboxes: clocks do not differ as much.
pub const CLOCK_DIFFERENCE_MARGIN: Duration = Duration::from_mins(10);
/// In a busy shop every other moment fits; a shop that has never one is not busy but broken.
const MAX_ATTEMPTS: u32 = 40;
const RETRY_INTERVAL: Duration = Duration::from_millis(25);

/// Snapshots that fit together.
pub struct ConsistentSnapshot {
    /// The moment, or a little earlier.
    pub taken_at: Timestamp,
    pub snapshots: Vec<(Part, Snapshot)>,
    /// How many moments were tried.
    pub tries: u32,
}

/// Holds the present moment of these places.
///
/// # Errors
/// When a database cannot be read, rows are still on their way into one, or no moment fits.
pub async fn make(places: &[(Part, Location)]) -> anyhow::Result<ConsistentSnapshot> {
    let sandbox = places.iter().find(|(part, _)| *part == Part::Sandbox).map(|(_, location)| location);
    let locations: Vec<Location> = places.iter().map(|(_, location)| location.clone()).collect();
    let mut pinned = Snapshot::connect(&locations).await?;
    for tries in 1.. {
        let taken_at = pin(&mut pinned, sandbox).await?;
        let mut snapshots: Vec<(Part, Snapshot)> = places.iter().map(|(part, _)| *part).zip(pinned).collect();
        let Some(stray) = find_inconsistency(&mut snapshots, taken_at.minus(CLOCK_DIFFERENCE_MARGIN)).await? else {
            for (part, snapshot) in &mut snapshots {
                let unfinished = snapshot.is_unfinished().await?;
                ensure!(!unfinished, "rows are still on their way into {}: finish that first", part.name());
            }
            return Ok(ConsistentSnapshot { taken_at, snapshots, tries });
        };
        ensure!(tries < MAX_ATTEMPTS, "no moment was found at which all parts fit together: {stray}");
        tokio::time::sleep(RETRY_INTERVAL).await;
        pinned = snapshots.into_iter().map(|(_, snapshot)| snapshot).collect();
    }
    bail!("no moment was tried")
}

/// Holds all of them while the sandbox stands still; answers when that was.
async fn pin(all: &mut [Snapshot], sandbox: Option<&Location>) -> anyhow::Result<Timestamp> {
    let still = match sandbox {
        Some(location) => Some(WriteLock::of(location).await.context("the payment sandbox does not stand still")?),
        None => None,
    };
    let taken_at = SystemClock.now();
    Snapshot::pin_all(all).await?;
    if let Some(still) = still {
        still.end().await?;
    }
    Ok(taken_at)
}

/// A message that one of the contexts has been given since then, and that its producer does not know of, in words.
pub async fn find_inconsistency(
    snapshots: &mut [(Part, Snapshot)],
    since: Timestamp,
) -> anyhow::Result<Option<String>> {
    let contexts: Vec<usize> = (0..snapshots.len()).filter(|at| snapshots[*at].0 != Part::Sandbox).collect();
    let pairs: Vec<(usize, usize)> =
        contexts.iter().flat_map(|to| contexts.iter().map(move |from| (*to, *from))).collect();
    for (to, from) in pairs {
        if to == from {
            continue;
        }
        let (reader, writer) = (snapshots[to].0.name(), snapshots[from].0.name());
        let given = snapshots[to].1.received(&format!("/{writer}"), since).await?;
        if let Some(id) = snapshots[from].1.never_published(&given).await?.first() {
            return Ok(Some(format!("{reader} has the message {id}, which {writer} has not stated")));
        }
    }
    Ok(None)
}
