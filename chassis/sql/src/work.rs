//! Counts what a database is asked to do: the yardstick by which a change of the engine is judged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::spans::note_work;
use super::tx::Tx;

/// What a database has done since it was opened.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Transactions that were committed. On SQLite each may hold several units of work.
    pub commits: u64,
    /// Units of work that changed something, or could have.
    pub writes: u64,
    /// Units of work that only read.
    pub reads: u64,
    /// Statements in all of them, the control of transactions apart.
    pub statements: u64,
    /// Rows that were read.
    pub rows: u64,
}

/// Adds up, from whichever thread works.
#[derive(Clone, Default)]
pub(super) struct WorkCounter(Arc<Counts>);

#[derive(Default)]
struct Counts {
    commits: AtomicU64,
    writes: AtomicU64,
    reads: AtomicU64,
    statements: AtomicU64,
    rows: AtomicU64,
}

impl WorkCounter {
    /// A transaction of `writes` units of work was committed.
    pub(super) fn committed(&self, tx: &mut Tx, writes: usize) {
        self.take(tx);
        self.0.commits.fetch_add(1, Ordering::Relaxed);
        self.0.writes.fetch_add(u64::try_from(writes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// A unit of work has read.
    pub(super) fn read(&self, tx: &mut Tx) {
        self.take(tx);
        self.0.reads.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes over what was counted on the connection.
    fn take(&self, tx: &mut Tx) {
        let (statements, rows) = (std::mem::take(&mut tx.statements), std::mem::take(&mut tx.rows));
        note_work(&tx.span, statements, rows);
        self.0.statements.fetch_add(statements, Ordering::Relaxed);
        self.0.rows.fetch_add(rows, Ordering::Relaxed);
    }

    pub(super) fn work(&self) -> Work {
        let Counts { commits, writes, reads, statements, rows } = &*self.0;
        let [commits, writes, reads, statements, rows] =
            [commits, writes, reads, statements, rows].map(|count| count.load(Ordering::Relaxed));
        Work { commits, writes, reads, statements, rows }
    }
}
