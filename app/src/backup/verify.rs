//! Whether a backup is what it says, and makes sense. Nothing is changed by looking.

use std::collections::BTreeMap;
use std::path::Path;

use chassis::messaging::{AuditSink, each_record, send_records};
use chassis::sql::Database;
use chassis::sql::transfer::{Location, Snapshot, problems_in_file};
use order::OrderModule;
use reports::ReportsModule;
use shared_kernel::format;
use shared_kernel::{Currency, Money};

use super::manifest::{Manifest, PartManifest, sha256_of};
use super::money::{self, Books, Sums};
use super::{consistent_snapshot, places};
use crate::cli::output::Output;
use crate::composition::contexts::migrations;
use crate::config::parts::Part;
use stripe_sandbox::Sandbox;

/// What was found.
pub struct Findings {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// Why it must not be restored: it is not what was written.
    pub damage: Vec<String>,
    /// What cannot be as it is, though it is what was written: the shop had it so.
    pub doubts: Vec<String>,
    /// Money by currency.
    pub sums: BTreeMap<String, Sums>,
}

/// Looks a backup through and says what it has found.
///
/// # Errors
/// When it is damaged or inconsistent; the output says line by line what is wrong.
pub async fn verify(folder: &Path, out: &Output) -> anyhow::Result<()> {
    let found = look(folder).await?;
    found.say(out).await?;
    let wrong = found.damage.len() + found.doubts.len();
    anyhow::ensure!(wrong == 0, "{} wrong with the backup", format::count(wrong, "thing is", "things are"));
    out.line("the backup is in order").await
}

impl Findings {
    /// Says everything, one thing per line.
    pub async fn say(&self, out: &Output) -> anyhow::Result<()> {
        let (taken_at, program) = (self.manifest.taken_at, &self.manifest.program);
        out.line(format!("as of {taken_at}, by version {program}")).await?;
        for (name, kept) in &self.manifest.parts {
            let sum = kept.sha256.get(..16).unwrap_or_default();
            out.line(format!("{name:<11} {:>9} rows  {sum}", kept.rows())).await?;
        }
        for (currency, sums) in &self.sums {
            let Sums { sold, gross, captured, refunded, reported } = sums;
            let orders = format::count(sold, "order", "orders");
            let [gross, captured, refunded, reported] =
                [gross, captured, refunded, reported].map(|minor| written(*minor, currency));
            let line = format!(
                "{currency}: {orders} sold for {gross}; captured {captured}, refunded {refunded}; reported {reported}"
            );
            out.line(line).await?;
        }
        for damage in &self.damage {
            out.line(format!("DAMAGED  {damage}")).await?;
        }
        for doubt in &self.doubts {
            out.line(format!("DOUBTFUL {doubt}")).await?;
        }
        Ok(())
    }
}

/// Looks a backup through.
///
/// # Errors
/// When it has no manifest that can be read.
pub async fn look(folder: &Path) -> anyhow::Result<Findings> {
    let manifest = Manifest::read(folder)?;
    let (mut damage, mut whole) = (Vec::new(), Vec::new());
    for (name, kept) in &manifest.parts {
        match Part::parse(name) {
            Ok(part) => match damage_of(folder, part, kept).await {
                found if found.is_empty() => whole.push(part),
                found => damage.extend(found.into_iter().map(|what| format!("{}: {what}", kept.file))),
            },
            Err(_) => damage.push(format!("{name} is no part of a shop that this version knows")),
        }
    }
    let mut found = Findings { manifest, damage, doubts: Vec::new(), sums: BTreeMap::new() };
    if found.damage.is_empty() {
        found.doubts.extend(find_inconsistency_in(folder, &whole, &found.manifest).await?);
        let counted = count(folder, &whole).await?;
        found.sums = counted.sums;
        found.doubts.extend(counted.wrong);
    }
    Ok(found)
}

async fn damage_of(folder: &Path, part: Part, kept: &PartManifest) -> Vec<String> {
    match compare(folder, part, kept).await {
        Ok(found) => found,
        Err(error) => vec![format!("{error:#}")],
    }
}

/// From the outside inwards; what the first look finds makes the next one idle.
async fn compare(folder: &Path, part: Part, kept: &PartManifest) -> anyhow::Result<Vec<String>> {
    let path = places::file_in(folder, part);
    if !path.exists() {
        return Ok(vec!["the file is missing".to_owned()]);
    }
    let hashed = path.clone();
    if tokio::task::spawn_blocking(move || sha256_of(&hashed)).await?? != kept.sha256 {
        return Ok(vec!["the file is not the one that was written: its SHA-256 is another".to_owned()]);
    }
    let mut found = problems_in_file(&path).await?;
    let mut snapshot = Snapshot::pin(&Location::File(path)).await?;
    let tables = snapshot.digest().await?;
    for table in tables.iter().filter(|table| !kept.tables.contains(table)) {
        found.push(format!("the table {} does not hold what was written", table.table));
    }
    if tables.len() != kept.tables.len() {
        found.push("there are other tables than were written".to_owned());
    }
    let known = migrations(part).iter().map(|step| step.version).max().unwrap_or(0);
    for newer in kept.versions.iter().filter(|it| it.owner == part.name() && it.version > known) {
        found.push(format!(
            "its tables are of step {}, and this program knows {known}: use the newer one",
            newer.version
        ));
    }
    Ok(found)
}

async fn find_inconsistency_in(folder: &Path, parts: &[Part], manifest: &Manifest) -> anyhow::Result<Option<String>> {
    let mut snapshots = Vec::new();
    for part in parts {
        snapshots.push((*part, Snapshot::pin(&Location::File(places::file_in(folder, *part))).await?));
    }
    consistent_snapshot::find_inconsistency(
        &mut snapshots,
        manifest.taken_at.minus(consistent_snapshot::CLOCK_DIFFERENCE_MARGIN),
    )
    .await
}

/// Counts the money of all parts that know of any.
async fn count(folder: &Path, parts: &[Part]) -> anyhow::Result<money::Count> {
    let mut books = Books::default();
    for part in parts {
        let database = Database::sqlite_read_only(&places::file_in(folder, *part)).await?;
        let feed = async |to: AuditSink| -> anyhow::Result<()> {
            match part {
                Part::Order => OrderModule::audit_of(&database, &to).await?,
                Part::Reports => send_records(ReportsModule::audit_of(&database).await?, &to).await,
                Part::Sandbox => send_records(Sandbox::audit_of(&database).await?, &to).await,
                Part::Catalogue | Part::Fulfilment | Part::Customer | Part::Edge => return Ok(()),
            }
            if *part != Part::Sandbox {
                chassis::messaging::audit(part.name(), &database, &to).await?;
            }
            Ok(())
        };
        each_record(feed, |record| books.enter(&record)).await?;
    }
    Ok(books.count())
}

/// An amount as people write it, or its minor units where the currency is not known any more.
fn written(minor: i64, currency: &str) -> String {
    Currency::parse(currency).map_or_else(|_| minor.to_string(), |currency| Money::new(minor, currency).to_string())
}
