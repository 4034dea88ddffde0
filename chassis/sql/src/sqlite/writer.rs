//! The one writer of a SQLite file, on a thread of its own: takes jobs from a bounded queue and commits them in groups.
//! While one group waits for the disk the next one gathers.
//!
//! It never answers before the commit, and it outlives the requests that queued the jobs: a browser that goes away
//! leaves no half-done transaction behind.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use shared_kernel::StoreError;
use tokio::sync::{mpsc, oneshot};
use tracing::{Instrument as _, Span};

use crate::spans::note_work;
use crate::tx::{Touched, Tx};
use crate::wakers::Wakers;
use crate::work::WorkCounter;

/// More jobs than this in the queue and callers wait: back-pressure, not memory.
pub(super) const QUEUE_SIZE: usize = 1_024;
const BATCH_SIZE: usize = 256;

const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";
const ROLLBACK: &str = "ROLLBACK";

/// A unit of work whose result type is forgotten, so that different ones share a queue.
pub(super) trait Job: Send {
    /// Runs the work and keeps its outcome; says how it went.
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, Ran>;
    /// Answers the caller: with the outcome kept, or with the reason why nothing was committed.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// How a job went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ran {
    Well,
    /// It refused for a reason of its own.
    Refused,
    /// The database failed under it or it panicked; the transaction cannot be trusted.
    Failed,
}

pub(super) struct Work<T, F> {
    pub(super) job: F,
    pub(super) outcome: Option<Result<T, StoreError>>,
    pub(super) reply: oneshot::Sender<Result<T, StoreError>>,
    /// From the queue to the answer.
    pub(super) span: Span,
    /// Since when it waits, if that is of interest.
    pub(super) queued: Option<Instant>,
}

impl<T, F> Job for Work<T, F>
where
    T: Send + 'static,
    F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, Ran> {
        let span = self.span.clone();
        async move {
            if let Some(queued) = self.queued.take() {
                self.span.record("store.queue.duration_ms", queued.elapsed().as_secs_f64() * 1_000.0);
            }
            let (statements, rows) = (tx.statements, tx.rows);
            let outcome = AssertUnwindSafe(async { (self.job)(tx).await }).catch_unwind().await;
            let outcome = outcome.unwrap_or_else(|panic| Err(StoreError::unavailable(panic_text(&*panic))));
            let ran = match &outcome {
                Ok(_) => Ran::Well,
                Err(StoreError::Unavailable(_)) => Ran::Failed,
                Err(_) => Ran::Refused,
            };
            self.outcome = Some(outcome);
            note_work(&self.span, tx.statements - statements, tx.rows - rows);
            ran
        }
        .instrument(span)
        .boxed()
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let never_ran = || Err(StoreError::unavailable("the transaction could not be started"));
        let outcome = match committed {
            Ok(()) => self.outcome.unwrap_or_else(never_ran),
            Err(cause) => Err(cause),
        };
        // A span ends when it was left last, and the commit is part of it.
        self.span.in_scope(|| ());
        let _gone = self.reply.send(outcome);
    }
}

pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
    format!("a unit of work panicked: {}", text.unwrap_or_default())
}

/// Serves the queue until every handle on the database is gone.
pub(super) async fn serve(mut tx: Tx, mut queue: mpsc::Receiver<Box<dyn Job>>, wakers: Wakers, counter: WorkCounter) {
    let mut jobs = Vec::with_capacity(BATCH_SIZE);
    while queue.recv_many(&mut jobs, BATCH_SIZE).await > 0 {
        if commit_together(&mut tx, &mut jobs).await {
            counter.committed(&mut tx, jobs.len());
            wakers.wake(&mut std::mem::take(&mut tx.touched));
            jobs.drain(..).for_each(|job| job.answer(Ok(())));
        } else {
            for job in jobs.drain(..) {
                commit_alone(&mut tx, job, &wakers, &counter).await;
            }
        }
    }
}

/// One transaction for all jobs. `false` leaves nothing committed.
async fn commit_together(tx: &mut Tx, jobs: &mut [Box<dyn Job>]) -> bool {
    if tx.control(BEGIN).is_err() {
        roll_back(tx); // should an older transaction still be open, nothing would ever be committed again
        return false;
    }
    for job in jobs {
        let (before, acts) = (tx.changes, tx.touched.after.len());
        let ran = job.run(tx).await;
        if ran == Ran::Failed || (ran == Ran::Refused && tx.changes > before) {
            roll_back(tx);
            return false;
        }
        if ran == Ran::Refused {
            tx.touched.after.truncate(acts);
        }
    }
    if tx.control(COMMIT).is_ok() {
        return true;
    }
    roll_back(tx);
    false
}

async fn commit_alone(tx: &mut Tx, mut job: Box<dyn Job>, wakers: &Wakers, counter: &WorkCounter) {
    if let Err(cause) = tx.control(BEGIN) {
        return job.answer(Err(cause));
    }
    if job.run(tx).await != Ran::Well {
        roll_back(tx);
        return job.answer(Ok(()));
    }
    match tx.control(COMMIT) {
        Ok(()) => {
            counter.committed(tx, 1);
            wakers.wake(&mut std::mem::take(&mut tx.touched));
            job.answer(Ok(()));
        }
        Err(cause) => {
            roll_back(tx);
            job.answer(Err(cause));
        }
    }
}

fn roll_back(tx: &mut Tx) {
    tx.touched = Touched::default();
    // Some failures (a full disk, for one) have rolled back already; then there is nothing left to undo.
    if let Err(cause) = tx.control(ROLLBACK) {
        tracing::debug!(%cause, "nothing to roll back");
    }
}
