//! Inbox and outbox in a context's own database.

use async_trait::async_trait;
use shared_kernel::{Cause, Clock, ConsumerName, Destination, Envelope, LeaseToken, MessageId, StoreError, Timestamp};
use std::sync::Arc;

use super::desk::Desks;
use super::dialect;
use super::recent::RecentFacts;
use super::recorder::keep;
use super::times;
use super::{
    Claim, DeadLetter, DeadLetterId, Delivery, Desk, Failure, Inbox, InboxAdmin, InboxCounts, Outbox, OutboxRow,
    Progress, Settlement, WorkQueue,
};
use chassis_sql::params;
use chassis_sql::{Database, Dialect, Row, Tx};

/// The messaging tables of one context.
#[derive(Clone)]
pub struct SqlMessages {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl SqlMessages {
    /// Works on the tables that [`Database::migrate`] has made.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    /// The clock that its times are of.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The database, for those who wait until it grows.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

impl SqlMessages {
    /// Gives places to facts whose transactions have been committed since. Only PostgreSQL needs it: there transactions
    /// run side by side, and a number taken inside one says nothing about when it becomes visible. Those that are visible
    /// now are numbered, by one process at a time, in the order in which they were written, which is each subject's order.
    async fn number_new_facts(&self) -> Result<(), StoreError> {
        let waiting = self.database.read(|tx| {
            Box::pin(async move {
                let sql = "SELECT 1 AS waits FROM outbox WHERE position IS NULL LIMIT 1";
                Ok(tx.fetch_optional(sql, params![]).await?.is_some())
            })
        });
        if !waiting.await? {
            return Ok(());
        }
        let numbered = self.database.write(|tx| {
            Box::pin(async move {
                tx.fetch(dialect::LOCK_NUMBERING, params![]).await?;
                tx.execute(dialect::NUMBER, params![]).await.map(|_| ())
            })
        });
        numbered.await
    }
}

impl SqlMessages {
    /// Whether a claim may find something; also for a message that waits behind another of its lane.
    async fn may_have_due(&self, claim: &Claim) -> Result<bool, StoreError> {
        let (consumer, now, steady) = (claim.consumer.as_str(), claim.now, claim.steady);
        let due = self.database.read(move |tx| {
            Box::pin(async move {
                let sql = "SELECT 1 AS due FROM inbox WHERE consumer = $1 AND settled_at IS NULL AND status = 'open'
                    AND due_at <= $2 AND (lease_until IS NULL OR lease_until <= $3) LIMIT 1";
                Ok(tx.fetch_optional(sql, params![consumer, now, steady]).await?.is_some())
            })
        });
        due.await
    }
}

pub(super) fn envelope_of(row: &Row) -> Result<Envelope, StoreError> {
    let text: String = row.get("envelope")?;
    serde_json::from_str(&text).map_err(|error| StoreError::Corrupt {
        table: "messages",
        row: text.chars().take(80).collect(),
        problem: error.to_string(),
    })
}

#[async_trait]
impl Outbox for SqlMessages {
    async fn progress(&self, destination: &Destination) -> Result<Progress, StoreError> {
        let name = destination.as_str().to_owned();
        self.database
            .read(move |tx| {
                let params = params![name.clone()];
                Box::pin(async move {
                    let sql = "SELECT position, epoch, tip FROM outbox_progress WHERE destination = $1";
                    let Some(row) = tx.fetch_optional(sql, params).await? else { return Ok(Progress::default()) };
                    Ok(Progress { position: row.get("position")?, epoch: row.get("epoch")?, tip: row.get("tip")? })
                })
            })
            .await
    }

    async fn after(
        &self,
        position: i64,
        limit: u32,
        wanted: Option<&[&'static str]>,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        if self.database.dialect() == Dialect::Postgres {
            self.number_new_facts().await?;
        }
        let recent = self.database.attachment::<RecentFacts>().after(position, limit, wanted);
        if !recent.is_empty() {
            return Ok(recent);
        }
        let rows = self.database.read(move |tx| {
            Box::pin(async move {
                let sql = "SELECT position, event_type, envelope FROM outbox WHERE position > $1
                    ORDER BY position LIMIT $2";
                tx.fetch(sql, params![position, limit]).await
            })
        });
        let row = |row: &Row| {
            let event_type: String = row.get("event_type")?;
            let asked_for = wanted.is_none_or(|wanted| wanted.contains(&event_type.as_str()));
            let envelope = if asked_for { Some(envelope_of(row)?) } else { None };
            Ok(OutboxRow { position: row.get("position")?, envelope })
        };
        rows.await?.iter().map(row).collect()
    }

    async fn advance(&self, destination: &Destination, progress: Progress) -> Result<(), StoreError> {
        let name = destination.as_str().to_owned();
        self.database
            .write(move |tx| {
                let params = params![name.clone(), progress.position, progress.epoch, progress.tip];
                Box::pin(async move {
                    let sql = "INSERT INTO outbox_progress (destination, position, epoch, tip) VALUES ($1, $2, $3, $4)
                        ON CONFLICT (destination) DO UPDATE SET position = excluded.position, tip = excluded.tip
                        WHERE outbox_progress.epoch = excluded.epoch AND outbox_progress.position < excluded.position";
                    tx.execute(sql, params).await.map(|_| ())
                })
            })
            .await
    }

    async fn restart(&self, destination: &Destination, epoch: i64) -> Result<(), StoreError> {
        let name = destination.as_str().to_owned();
        self.database
            .write(move |tx| {
                let params = params![name.clone(), epoch];
                Box::pin(async move {
                    let sql = "INSERT INTO outbox_progress (destination, position, epoch, tip) VALUES ($1, 0, $2, 0)
                        ON CONFLICT (destination) DO UPDATE SET position = 0, epoch = excluded.epoch, tip = 0";
                    tx.execute(sql, params).await.map(|_| ())
                })
            })
            .await
    }
}

#[async_trait]
impl Inbox for SqlMessages {
    async fn generation(&self, consumer: ConsumerName) -> Result<i64, StoreError> {
        self.database
            .read(move |tx| {
                Box::pin(async move {
                    let row = tx.fetch_optional(GENERATION, params![consumer.as_str()]).await?;
                    row.map_or(Ok(0), |row| row.get("generation"))
                })
            })
            .await
    }

    async fn accept_in(&self, consumer: ConsumerName, generation: i64, batch: &[Envelope]) -> Result<u64, StoreError> {
        let (batch, now) = (Arc::new(batch.to_vec()), self.clock.now());
        self.database
            .write(move |tx| {
                let batch = Arc::clone(&batch);
                Box::pin(async move {
                    if held_generation(tx, consumer).await? != generation {
                        return Err(StoreError::Stale);
                    }
                    let mut new = 0;
                    for envelope in batch.iter() {
                        new += u64::from(keep(tx, consumer, envelope, (now, now), true).await?);
                    }
                    Ok(new)
                })
            })
            .await
    }

    async fn dead_letter_unreadable(
        &self,
        consumer: ConsumerName,
        generation: i64,
        letter: &Envelope,
        why: &Failure,
    ) -> Result<(), StoreError> {
        let (letter, why, now) = (letter.clone(), why.clone(), self.clock.now());
        self.database
            .write(move |tx| {
                let (letter, why) = (letter.clone(), why.clone());
                Box::pin(async move {
                    if held_generation(tx, consumer).await? != generation {
                        return Err(StoreError::Stale);
                    }
                    if keep(tx, consumer, &letter, (now, now), false).await? {
                        let sql = "UPDATE inbox SET status = 'dead', code = $3, error = $4, failed_at = $5
                            WHERE consumer = $1 AND id = $2";
                        let params = params![consumer.as_str(), letter.id.as_str(), why.code, why.text, now];
                        tx.execute(sql, params).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

#[async_trait]
impl WorkQueue for SqlMessages {
    async fn claim(&self, claim: Claim) -> Result<Vec<Delivery>, StoreError> {
        // Most claims find nothing, for what is alone in its lane comes onto the worker's desk. To look is cheaper.
        if !self.may_have_due(&claim).await? {
            return Ok(Vec::new());
        }
        let until = claim.steady.plus(claim.lease_for);
        let claimed = self.database.write(move |tx| {
            Box::pin(async move {
                let params =
                    params![claim.consumer.as_str(), claim.now, claim.lanes, claim.lease.0, until, claim.steady];
                let rows = tx.fetch(dialect::claim(tx.dialect()), params).await?;
                let mut found = rows
                    .iter()
                    .map(|row| Ok((row.get::<i64>("position")?, delivery(claim.consumer, claim.lease, row)?)))
                    .collect::<Result<Vec<_>, StoreError>>()?;
                found.sort_by_key(|(position, _)| *position);
                Ok(found)
            })
        });
        Ok(claimed.await?.into_iter().map(|(_, delivery)| delivery).collect())
    }

    async fn settle(&self, cause: &Cause, settlement: Settlement, now: Timestamp) -> Result<(), StoreError> {
        // Most handlers mark the message in the commit of its effect.
        if self.database.was_settled(cause.lease.0, cause.message.as_str()) && matches!(settlement, Settlement::Handled)
        {
            return Ok(());
        }
        let cause = cause.clone();
        self.database
            .write(move |tx| {
                let (cause, settlement) = (cause.clone(), settlement.clone());
                Box::pin(async move {
                    let (sql, params) = match settlement {
                        Settlement::Handled => (
                            "UPDATE inbox SET status = 'handled', settled_at = $4, lease = NULL, lease_until = NULL,
                             envelope = '' WHERE consumer = $1 AND id = $2 AND lease = $3 AND status = 'open'",
                            params![cause.consumer.as_str(), cause.message.as_str(), cause.lease.0, now],
                        ),
                        Settlement::Later(due, failure) => (
                            "UPDATE inbox SET due_at = $4, code = $5, error = $6, failed_at = $7, lease = NULL,
                             lease_until = NULL WHERE consumer = $1 AND id = $2 AND lease = $3 AND status = 'open'",
                            failed(&cause, due, failure, now),
                        ),
                        Settlement::Dead(failure) => (
                            "UPDATE inbox SET status = 'dead', due_at = $4, code = $5, error = $6, failed_at = $7,
                             lease = NULL, lease_until = NULL
                             WHERE consumer = $1 AND id = $2 AND lease = $3 AND status = 'open'",
                            failed(&cause, now, failure, now),
                        ),
                    };
                    tx.execute(sql, params).await.map(|_| ())
                })
            })
            .await
    }

    async fn renew(&self, consumer: ConsumerName, lease: LeaseToken, until: Timestamp) -> Result<(), StoreError> {
        self.database
            .write(move |tx| {
                Box::pin(async move {
                    let sql = "UPDATE inbox SET lease_until = $3
                        WHERE consumer = $1 AND lease = $2 AND settled_at IS NULL AND status = 'open'";
                    tx.execute(sql, params![consumer.as_str(), lease.0, until]).await.map(|_| ())
                })
            })
            .await
    }

    async fn correct_times(&self, now: Timestamp, steady: Timestamp) -> Result<u64, StoreError> {
        times::correct(&self.database, now, steady).await
    }

    fn put_on_desk(&self, consumer: ConsumerName, desk: Desk) {
        self.database.attachment::<Desks>().put(consumer, desk);
    }

    async fn clear_leases(&self) -> Result<(), StoreError> {
        self.database
            .write(|tx| {
                Box::pin(async move {
                    let sql = "UPDATE inbox SET lease = NULL, lease_until = NULL
                        WHERE settled_at IS NULL AND lease IS NOT NULL";
                    tx.execute(sql, params![]).await.map(|_| ())
                })
            })
            .await
    }
}

#[async_trait]
impl InboxAdmin for SqlMessages {
    async fn dead_letters(&self, limit: u32) -> Result<Vec<DeadLetter>, StoreError> {
        self.database
            .read(move |tx| {
                Box::pin(async move {
                    let sql = "SELECT consumer, id, attempts, code, error, failed_at, envelope FROM inbox
                        WHERE status = 'dead' ORDER BY failed_at DESC, position DESC LIMIT $1";
                    tx.fetch(sql, params![limit]).await?.iter().map(dead_letter).collect()
                })
            })
            .await
    }

    async fn resolve_dead_letter(
        &self,
        letter: &DeadLetterId,
        retry: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let letter = letter.clone();
        let found = self.database.write(move |tx| {
            let params = params![&letter.consumer, &letter.message, now];
            Box::pin(async move {
                let sql = if retry {
                    "UPDATE inbox SET status = 'open', attempts = 0, due_at = $3, received_at = $3
                     WHERE consumer = $1 AND id = $2 AND status = 'dead'"
                } else {
                    "UPDATE inbox SET status = 'discarded', settled_at = $3, envelope = ''
                     WHERE consumer = $1 AND id = $2 AND status = 'dead'"
                };
                Ok(tx.execute(sql, params).await? > 0)
            })
        });
        let found = found.await?;
        self.database.wake_all();
        Ok(found)
    }

    async fn counts(&self) -> Result<InboxCounts, StoreError> {
        self.database
            .read(|tx| {
                Box::pin(async move {
                    let sql = "SELECT COALESCE(SUM(CASE WHEN status = 'open' THEN 1 ELSE 0 END), 0) AS open,
                        COALESCE(SUM(CASE WHEN status = 'dead' THEN 1 ELSE 0 END), 0) AS dead,
                        MIN(CASE WHEN status = 'open' THEN received_at END) AS oldest
                        FROM inbox WHERE settled_at IS NULL";
                    let Some(row) = tx.fetch_optional(sql, params![]).await? else { return Ok(InboxCounts::default()) };
                    Ok(InboxCounts { open: row.get("open")?, dead: row.get("dead")?, oldest: row.get("oldest")? })
                })
            })
            .await
    }
}

const GENERATION: &str = "SELECT generation FROM consumer WHERE name = $1";

/// The consumer's generation, locked until the commit: no replay can raise it and no carrier can hand messages over
/// meanwhile.
async fn held_generation(tx: &mut Tx, consumer: ConsumerName) -> Result<i64, StoreError> {
    if let Some(row) = tx.fetch_for_update(GENERATION, params![consumer.as_str()]).await?.first() {
        return row.get("generation");
    }
    let first = "INSERT INTO consumer (name, generation) VALUES ($1, 0)";
    tx.execute(first, params![consumer.as_str()]).await.map(|_| 0)
}

fn failed(cause: &Cause, due: Timestamp, failure: Failure, now: Timestamp) -> chassis_sql::Params {
    let (consumer, id) = (cause.consumer.as_str(), cause.message.as_str());
    params![consumer, id, cause.lease.0, due, failure.code, failure.text, now]
}

fn delivery(consumer: ConsumerName, lease: LeaseToken, row: &Row) -> Result<Delivery, StoreError> {
    let envelope = envelope_of(row)?;
    let cause = Cause { message: MessageId::new(row.get::<String>("id")?), ..Cause::of(&envelope, consumer, lease) };
    Ok(Delivery { envelope, cause, attempt: row.get("attempts")?, received_at: row.get("received_at")? })
}

fn dead_letter(row: &Row) -> Result<DeadLetter, StoreError> {
    let envelope = envelope_of(row)?;
    Ok(DeadLetter {
        context: String::new(),
        consumer: row.get("consumer")?,
        message_id: row.get("id")?,
        event_type: envelope.event_type.clone(),
        subject: envelope.subject.clone(),
        attempts: row.get("attempts")?,
        code: row.get::<Option<String>>("code")?.unwrap_or_default(),
        error: row.get::<Option<String>>("error")?.unwrap_or_default(),
        message: serde_json::to_value(&envelope).map_err(StoreError::unavailable)?,
        failed_at: row.get("failed_at")?,
    })
}
