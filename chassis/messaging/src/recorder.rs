//! Puts facts, tasks and the "handled" mark into the transaction that changes an aggregate.

use std::sync::Arc;

use shared_kernel::{Cause, Clock, ConsumerName, Envelope, EventDraft, Ids, MessageId, StoreError, Timestamp};

use super::Delivery;
use super::desk::{Desks, Place};
use super::handled::is_marked;
use super::recent::RecentFacts;
use chassis_sql::params;
use chassis_sql::{Dialect, Tx};

/// Work on the outside world that a decision entails: a message that the context leaves for itself.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskDraft {
    /// Which of the context's task consumers does it.
    pub consumer: ConsumerName,
    /// Names the operation permanently: a second task with the same key is ignored. Serves as the provider's idempotency
    /// key or the mail's Message-ID.
    pub key: String,
    /// Tasks of one lane are done one after the other; usually the aggregate's id.
    pub lane: String,
    /// What the handler needs.
    pub payload: serde_json::Value,
    /// Not to be done earlier.
    pub not_before: Option<Timestamp>,
}

/// What travels with a change into its commit.
#[derive(Debug, Default)]
pub struct Record<'a> {
    /// The message that caused the change, if one did.
    pub cause: Option<&'a Cause>,
    /// The facts to publish.
    pub events: Vec<EventDraft>,
    /// The work to do next.
    pub tasks: Vec<TaskDraft>,
}

/// Writes into the messaging tables of one context.
#[derive(Clone)]
pub struct Recorder {
    context: &'static str,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

/// The same on a desk, if no unsettled message of its lane is before it; one that is kept off it is open as ever.
const KEEP_ON_DESK: &str = "INSERT INTO inbox (consumer, id, lane, status, due_at, envelope, received_at, attempts, lease, lease_until)
    SELECT $1, $2, $3, 'open', $4, $5, $6, CASE WHEN alone THEN 1 ELSE 0 END, CASE WHEN alone THEN $7 END,
        CASE WHEN alone THEN $8 END
    FROM (SELECT NOT EXISTS (SELECT 1 FROM inbox WHERE consumer = $1 AND lane = $3 AND settled_at IS NULL) AS alone) AS lane
    WHERE NOT EXISTS (SELECT 1 FROM inbox_handled WHERE consumer = $1 AND id = $2)
    ON CONFLICT (consumer, id) DO NOTHING
    RETURNING attempts";

const KEEP: &str = "INSERT INTO inbox (consumer, id, lane, status, due_at, envelope, received_at)
    SELECT $1, $2, $3, 'open', $4, $5, $6
    WHERE NOT EXISTS (SELECT 1 FROM inbox_handled WHERE consumer = $1 AND id = $2)
    ON CONFLICT (consumer, id) DO NOTHING";

impl Recorder {
    /// Speaks for `context`, whose facts have the source `/<context>`.
    pub fn new(context: &'static str, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { context, clock, ids }
    }

    /// The time that its records bear.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Marks the cause handled, appends the facts to the outbox and leaves the tasks in the inbox. Call it after the
    /// aggregate's own statements, so that a stale version is found before anything is written.
    ///
    /// # Errors
    /// [`StoreError::AlreadyHandled`] or [`StoreError::LeaseLost`] by the cause, [`StoreError::Unavailable`]; the
    /// transaction must then not be committed, which returning the error from the job sees to.
    pub async fn record(&self, tx: &mut Tx, record: Record<'_>) -> Result<(), StoreError> {
        let now = self.clock.now();
        if let Some(cause) = record.cause {
            mark_handled(tx, cause, now).await?;
        }
        self.append(tx, record.cause, record.events, now).await?;
        for task in record.tasks {
            let (consumer, due) = (task.consumer, task.not_before.unwrap_or(now));
            let envelope = self.task_envelope(task, record.cause, now);
            let alone = is_alone(tx);
            keep(tx, consumer, &envelope, (due, now), alone).await?;
        }
        Ok(())
    }

    /// Keeps a message from outside (a webhook) for a consumer of this context; `false` if it was there before.
    pub async fn accept(&self, tx: &mut Tx, consumer: ConsumerName, envelope: Envelope) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let alone = is_alone(tx);
        keep(tx, consumer, &envelope, (now, now), alone).await
    }

    /// A message in this context's own name that is not published: how webhooks and tasks are wrapped.
    pub fn envelope(&self, event_type: &str, id: MessageId, subject: &str, data: serde_json::Value) -> Envelope {
        Envelope {
            specversion: "1.0".to_owned(),
            correlationid: id.as_str().to_owned(),
            id,
            source: format!("/{}", self.context),
            event_type: event_type.to_owned(),
            subject: subject.to_owned(),
            time: self.clock.now(),
            datacontenttype: "application/json".to_owned(),
            sequence: 0,
            causationid: None,
            traceparent: chassis_telemetry::traceparent(),
            data,
        }
    }

    /// Makes a message from outside part of the trace in which its subject was made, where this process traces anything:
    /// nobody outside says which one that was.
    pub async fn continue_trace_of(
        &self,
        tx: &mut Tx,
        subject: &str,
        envelope: &mut Envelope,
    ) -> Result<(), StoreError> {
        if !tracing::enabled!(target: chassis_telemetry::TRACE, tracing::Level::INFO) {
            return Ok(());
        }
        if let Some(first) = first_traceparent(tx, subject).await? {
            chassis_telemetry::link(&tracing::Span::current(), &first);
            envelope.traceparent = Some(first);
        }
        Ok(())
    }

    async fn append(
        &self,
        tx: &mut Tx,
        cause: Option<&Cause>,
        events: Vec<EventDraft>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for draft in events {
            let last = "SELECT COALESCE(MAX(sequence), 0) AS last FROM outbox WHERE subject = $1";
            let row = tx.fetch_optional(last, params![&draft.subject]).await?;
            let sequence = row.map_or(Ok(0), |row| row.get::<u64>("last"))? + 1;
            let id = MessageId::new(self.ids.uuid().to_string());
            let data = draft.data.map_err(StoreError::unavailable)?;
            let mut envelope = self.envelope(draft.event_type, id, &draft.subject, data);
            envelope.sequence = sequence;
            tie(&mut envelope, cause);
            let insert = "INSERT INTO outbox (id, event_type, subject, sequence, envelope, recorded_at)
                VALUES ($1, $2, $3, $4, $5, $6) RETURNING position";
            let (id, subject) = (envelope.id.as_str().to_owned(), draft.subject);
            let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
            let text = to_text(&envelope)?;
            let row = tx.fetch_optional(insert, params![id, draft.event_type, subject, sequence, text, now]).await?;
            // On a server facts get their places after the commit.
            if let Some(position) = row.map_or(Ok(None), |row| row.get::<Option<i64>>("position"))? {
                let (recent, envelope) = (tx.attachment::<RecentFacts>(), Arc::new(envelope));
                tx.after_commit(move || recent.push(position, envelope));
            }
            tx.touch_outbox();
        }
        Ok(())
    }

    fn task_envelope(&self, task: TaskDraft, cause: Option<&Cause>, now: Timestamp) -> Envelope {
        let event_type = format!("task.{}", task.consumer);
        let mut envelope = self.envelope(&event_type, MessageId::new(task.key), &task.lane, task.payload);
        envelope.time = now;
        tie(&mut envelope, cause);
        envelope
    }
}

/// The `traceparent` of the first fact about a subject: of the request that made it. `None` if it was not traced.
pub async fn first_traceparent(tx: &mut Tx, subject: &str) -> Result<Option<String>, StoreError> {
    let first = "SELECT envelope FROM outbox WHERE subject = $1 ORDER BY sequence LIMIT 1";
    let Some(row) = tx.fetch_optional(first, params![subject]).await? else { return Ok(None) };
    let envelope = serde_json::from_str::<serde_json::Value>(&row.get::<String>("envelope")?);
    let traceparent = envelope.ok().and_then(|envelope| Some(envelope.get("traceparent")?.as_str()?.to_owned()));
    Ok(traceparent)
}

/// Makes the message part of the conversation of its cause.
pub(super) fn tie(envelope: &mut Envelope, cause: Option<&Cause>) {
    if let Some(cause) = cause {
        envelope.correlationid.clone_from(&cause.correlation);
        envelope.causationid = Some(cause.message.as_str().to_owned());
        // A process that traces nothing hands on what others have begun.
        if envelope.traceparent.is_none() {
            envelope.traceparent.clone_from(&cause.traceparent);
        }
    }
}

pub(super) fn to_text(envelope: &Envelope) -> Result<String, StoreError> {
    serde_json::to_string(envelope).map_err(StoreError::unavailable)
}

/// Keeps a message that is new. It may be handed over if no other process can add to the consumer's lanes before the commit.
pub(super) async fn keep(
    tx: &mut Tx,
    consumer: ConsumerName,
    envelope: &Envelope,
    (due, now): (Timestamp, Timestamp),
    may_hand_over: bool,
) -> Result<bool, StoreError> {
    if may_hand_over
        && due <= now
        && let Some(place) = tx.attachment::<Desks>().reserve(consumer)
    {
        return keep_on_desk(tx, consumer, envelope, (due, now), place).await;
    }
    let (id, text) = (envelope.id.as_str(), to_text(envelope)?);
    let new = tx.execute(KEEP, params![consumer.as_str(), id, envelope.lane(), due, text, now]).await? > 0;
    if new {
        tx.touch_inbox(consumer.as_str());
    }
    Ok(new)
}

/// Whether this process is the only one that writes there: a file's.
fn is_alone(tx: &Tx) -> bool {
    tx.dialect() == Dialect::Sqlite
}

async fn keep_on_desk(
    tx: &mut Tx,
    consumer: ConsumerName,
    envelope: &Envelope,
    (due, now): (Timestamp, Timestamp),
    place: Place,
) -> Result<bool, StoreError> {
    let (id, lane, text) = (envelope.id.as_str(), envelope.lane(), to_text(envelope)?);
    let params = params![consumer.as_str(), id, lane, due, text, now, place.lease.0, place.until];
    let Some(row) = tx.fetch_optional(KEEP_ON_DESK, params).await? else { return Ok(false) };
    let attempt = row.get("attempts")?;
    if attempt == 0 {
        tx.touch_inbox(consumer.as_str());
        return Ok(true);
    }
    let cause = Cause::of(envelope, consumer, place.lease);
    let delivery = Delivery { envelope: envelope.clone(), cause, attempt, received_at: now };
    tx.after_commit(move || place.hand_over(delivery));
    Ok(true)
}

async fn mark_handled(tx: &mut Tx, cause: &Cause, now: Timestamp) -> Result<(), StoreError> {
    let mark = "UPDATE inbox SET status = 'handled', settled_at = $4, lease = NULL, lease_until = NULL, envelope = ''
        WHERE consumer = $1 AND id = $2 AND lease = $3 AND status = 'open'";
    let (consumer, id) = (cause.consumer.as_str(), cause.message.as_str());
    if tx.execute(mark, params![consumer, id, cause.lease.0, now]).await? == 1 {
        tx.touch_settled(cause.lease.0, id);
        return Ok(());
    }
    let find = "SELECT status FROM inbox WHERE consumer = $1 AND id = $2";
    let status = tx.fetch_optional(find, params![consumer, id]).await?.map(|row| row.get::<String>("status"));
    match status.transpose()?.as_deref() {
        Some("handled" | "discarded") => Err(StoreError::AlreadyHandled),
        None if is_marked(tx, consumer, id).await? => Err(StoreError::AlreadyHandled),
        _ => Err(StoreError::LeaseLost),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared_kernel::LeaseToken;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_process_that_traces_nothing_hands_on_what_others_have_begun_and_one_that_does_its_own() {
        let message: Envelope = serde_json::from_value(json!({
            "specversion": "1.0", "id": "1", "source": "/order", "type": "task.mail", "subject": "1",
            "time": "2026-11-30T00:00:00Z", "datacontenttype": "application/json", "sequence": 0,
            "correlationid": "1", "traceparent": "theirs", "data": null,
        }))
        .unwrap();
        let cause = Cause::of(&message, ConsumerName::new("mail"), LeaseToken(Uuid::nil()));
        for (own, expected) in [(None, "theirs"), (Some("ours".to_owned()), "ours")] {
            let mut next = Envelope { traceparent: own, ..message.clone() };
            tie(&mut next, Some(&cause));
            assert_eq!(next.traceparent.as_deref(), Some(expected));
        }
    }
}
