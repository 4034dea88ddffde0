//! Keeps what is known of handled messages short.
//!
//! A message that comes again must be known permanently, but of one that was handled weeks ago nothing is left to know but
//! its name. So its row in the inbox becomes a mark: the consumer and the message's id, in one narrow table. The archive
//! of facts is the outbox, and stays whole.
//!
//! A row goes in two turns, an hour apart: in the first its mark is made, in the second the row is deleted. A reader
//! that looked for the mark just before it was made has long found the row by then, so that at every moment one of the
//! two is seen. When marks were made last stands in the database: the next turn may be another process's, and one that
//! is started again every few minutes must take its turns too.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, StoreError, Timestamp};

use super::Job;
use chassis_sql::params;
use chassis_sql::{Database, Tx};

/// Longer than anything comes again in the ordinary course of things: the provider tells of its events for 30 days.
const RETENTION: Duration = Duration::from_hours(35 * 24);
/// Where several processes work, one of the version before may be among them for a while, which knows no marks.
const ROLL_OUT_WINDOW: Duration = Duration::from_hours(7 * 24);
const RUN_INTERVAL: Duration = Duration::from_hours(1);
/// Rows in one transaction: few, so that others do not wait long for it.
const PAGE_SIZE: u32 = 500;
/// Between two of them.
const PAUSE_BETWEEN_PAGES: Duration = Duration::from_millis(20);

/// The mark in a database since when there have been these.
const STARTED_MARK: &str = "handled_marks";
/// The mark that says when the last turn began: what was handled an [`RETENTION`] before then has been marked.
const TURN: &str = "handled_marked";
const KEEP_TURN: &str = "INSERT INTO marker (name, made_at) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET made_at = excluded.made_at";

const SELECT_OLD: &str = "SELECT position, settled_at FROM inbox WHERE position > $1 AND status = 'handled'
    ORDER BY position LIMIT $2";
/// Of the rows behind `$1` up to `$2`, those that were handled before `$3`.
const MAKE_MARKS: &str = "INSERT INTO inbox_handled (consumer, id) SELECT consumer, id FROM inbox
    WHERE position > $1 AND position <= $2 AND status = 'handled' AND settled_at < $3
    ON CONFLICT (consumer, id) DO NOTHING";
const DELETE: &str =
    "DELETE FROM inbox WHERE position > $1 AND position <= $2 AND status = 'handled' AND settled_at < $3
    AND EXISTS (SELECT 1 FROM inbox_handled AS mark WHERE mark.consumer = inbox.consumer AND mark.id = inbox.id)";
const KNOWN: &str = "SELECT 1 AS known FROM inbox_handled WHERE consumer = $1 AND id = $2";

/// Whether a message was handled so long ago that only its mark is left.
pub(super) async fn is_marked(tx: &mut Tx, consumer: &str, id: &str) -> Result<bool, StoreError> {
    Ok(tx.fetch_optional(KNOWN, params![consumer, id]).await?.is_some())
}

/// The handled messages of one database.
pub struct HandledMessages {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl HandledMessages {
    /// Those of this database.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// The timer that takes the turns.
    pub(super) fn job(self) -> Job {
        let this = Arc::new(self);
        Job::every("shorten-handled", RUN_INTERVAL, move || {
            let this = Arc::clone(&this);
            Box::pin(async move { this.turn().await.map(|_| ()) })
        })
    }

    /// Deletes the rows that the turn before has marked, and marks what is old enough since. Does nothing within an hour of
    /// the turn before, whichever process took it. Answers how many rows went.
    ///
    /// # Errors
    /// The store's; what was done stays done.
    pub async fn turn(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        self.database.mark(STARTED_MARK, now).await?;
        let began = self.database.marked_at(STARTED_MARK).await?.unwrap_or(now);
        let alone = !self.database.shared() || now.since(began) >= ROLL_OUT_WINDOW;
        let last = self.database.marked_at(TURN).await?;
        // A turn that lies ahead was taken by a clock that was ahead.
        if last.is_some_and(|last| last <= now && now.since(last) < RUN_INTERVAL) {
            return Ok(0);
        }
        let gone = match last.filter(|last| alone && *last <= now) {
            Some(last) => self.walk(DELETE, last.minus(RETENTION)).await?,
            None => 0,
        };
        self.walk(MAKE_MARKS, now.minus(RETENTION)).await?;
        self.database.write(move |tx| Box::pin(tx.execute(KEEP_TURN, params![TURN, now]))).await?;
        Ok(gone)
    }

    /// Does that to the rows that were handled before then, oldest first; answers how many rows it changed. Messages are
    /// handled about in the order in which they came, so a page without an old one is the last.
    async fn walk(&self, sql: &'static str, before: Timestamp) -> Result<u64, StoreError> {
        let (mut from, mut changed) = (0, 0);
        loop {
            let page = self.database.read(move |tx| {
                Box::pin(async move {
                    let rows = tx.fetch(SELECT_OLD, params![from, PAGE_SIZE]).await?;
                    rows.iter().map(|row| Ok((row.get("position")?, row.get("settled_at")?))).collect()
                })
            });
            let page: Vec<(i64, Timestamp)> = page.await?;
            let old = page.iter().any(|(_, settled_at)| *settled_at < before);
            let Some((last, _)) = page.last().filter(|_| old) else { return Ok(changed) };
            let last = *last;
            let done = self
                .database
                .write(move |tx| Box::pin(async move { tx.execute(sql, params![from, last, before]).await }));
            changed += done.await?;
            from = last;
            tokio::time::sleep(PAUSE_BETWEEN_PAGES).await;
        }
    }
}
