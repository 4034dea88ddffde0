//! Inbox, outbox and recorder in memory: for in-memory adapters, and for the simulation, which checks with them the
//! engine that runs on SQL in production.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use shared_kernel::{
    Cause, Clock, ConsumerName, Destination, Envelope, Ids, LeaseToken, MessageId, StoreError, Timestamp,
};

use super::desk::Desks;
use super::inbox::{LEASE, SKEW};
use super::recorder::tie;
use super::{
    Claim, DeadLetter, DeadLetterId, Delivery, Desk, Failure, Inbox, InboxAdmin, InboxCounts, Outbox, OutboxRow,
    Progress, Record, Settlement, TaskDraft, WorkQueue,
};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    Open,
    Dead(Failure, Timestamp),
    Handled,
    Discarded,
}

struct StoredMessage {
    consumer: String,
    envelope: Envelope,
    status: Status,
    attempts: u32,
    due: Timestamp,
    lease: Option<(LeaseToken, Timestamp)>,
    received_at: Timestamp,
    failed_at: Option<Timestamp>,
}

impl StoredMessage {
    fn unsettled(&self) -> bool {
        matches!(self.status, Status::Open | Status::Dead(..))
    }

    fn is(&self, cause: &Cause) -> bool {
        self.consumer == cause.consumer.as_str() && self.envelope.id == cause.message
    }
}

#[derive(Default)]
struct State {
    outbox: Vec<Envelope>,
    progress: BTreeMap<Destination, Progress>,
    inbox: Vec<StoredMessage>,
    generations: BTreeMap<String, i64>,
    tasks: Vec<TaskDraft>,
    handled: BTreeSet<(String, String)>,
    desks: Desks,
}

/// One context's messages, kept in memory. Clones share them.
#[derive(Clone)]
pub struct MemoryRecorder {
    context: &'static str,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    state: Arc<Mutex<State>>,
}

impl MemoryRecorder {
    /// Speaks for `context`.
    pub fn new(context: &'static str, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { context, clock, ids, state: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what [`super::Recorder::record`] does; all of it or nothing.
    pub fn record(&self, record: Record<'_>) -> Result<(), StoreError> {
        let now = self.clock.now();
        // Before anything is changed: there is no transaction here that would take it back.
        let data = record.events.iter().map(|draft| draft.data.clone());
        let data = data.collect::<Result<Vec<_>, _>>().map_err(StoreError::unavailable)?;
        let mut state = self.lock();
        if let Some(cause) = record.cause {
            let key = (cause.consumer.as_str().to_owned(), cause.message.as_str().to_owned());
            if state.handled.contains(&key) {
                return Err(StoreError::AlreadyHandled);
            }
            let rebuilt = state.generations.contains_key(cause.consumer.as_str());
            let kept = state.inbox.iter_mut().find(|kept| kept.is(cause));
            if kept.is_none() && rebuilt {
                return Err(StoreError::LeaseLost); // forgotten, and to come again
            }
            if let Some(kept) = kept {
                let holds = kept.lease.is_some_and(|(lease, _)| lease == cause.lease);
                match kept.status {
                    Status::Open if holds => (kept.status, kept.lease) = (Status::Handled, None),
                    Status::Handled | Status::Discarded => return Err(StoreError::AlreadyHandled),
                    Status::Open | Status::Dead(..) => return Err(StoreError::LeaseLost),
                }
            }
            state.handled.insert(key);
        }
        for (draft, data) in record.events.into_iter().zip(data) {
            let about = state.outbox.iter().filter(|envelope| envelope.subject == draft.subject);
            let sequence = about.count() as u64 + 1;
            let id = MessageId::new(self.ids.uuid().to_string());
            let mut envelope = self.envelope(draft.event_type, id, &draft.subject, data, now);
            envelope.sequence = sequence;
            tie(&mut envelope, record.cause);
            state.outbox.push(envelope);
        }
        for task in record.tasks {
            let event_type = format!("task.{}", task.consumer);
            let id = MessageId::new(&*task.key);
            let mut envelope = self.envelope(&event_type, id, &task.lane, task.payload.clone(), now);
            tie(&mut envelope, record.cause);
            if keep(&mut state, task.consumer, &envelope, (task.not_before.unwrap_or(now), now), true) {
                state.tasks.push(task);
            }
        }
        Ok(())
    }

    /// Does what [`super::Recorder::accept`] does.
    pub fn accept(&self, consumer: ConsumerName, envelope: &Envelope) -> bool {
        let now = self.clock.now();
        keep(&mut self.lock(), consumer, envelope, (now, now), true)
    }

    fn accept_all(
        &self,
        consumer: ConsumerName,
        generation: i64,
        batch: &[Envelope],
        may_hand_over: bool,
    ) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let mut state = self.lock();
        if state.generations.get(consumer.as_str()).copied().unwrap_or_default() != generation {
            return Err(StoreError::Stale);
        }
        let new = batch.iter().filter(|envelope| keep(&mut state, consumer, envelope, (now, now), may_hand_over));
        Ok(new.count() as u64)
    }

    /// Does what a replay does first: forgets what the consumer was given, but not what was discarded.
    pub fn forget(&self, consumer: ConsumerName) {
        let mut state = self.lock();
        *state.generations.entry(consumer.as_str().to_owned()).or_default() += 1;
        state.inbox.retain(|kept| kept.consumer != consumer.as_str() || kept.status == Status::Discarded);
        state.handled.retain(|(name, _)| name != consumer.as_str());
    }

    /// Every fact published so far.
    pub fn events(&self) -> Vec<Envelope> {
        self.lock().outbox.clone()
    }

    /// Every task left so far.
    pub fn tasks(&self) -> Vec<TaskDraft> {
        self.lock().tasks.clone()
    }

    fn envelope(
        &self,
        event_type: &str,
        id: MessageId,
        subject: &str,
        data: serde_json::Value,
        now: Timestamp,
    ) -> Envelope {
        Envelope {
            specversion: "1.0".to_owned(),
            correlationid: id.as_str().to_owned(),
            id,
            source: format!("/{}", self.context),
            event_type: event_type.to_owned(),
            subject: subject.to_owned(),
            time: now,
            datacontenttype: "application/json".to_owned(),
            sequence: 0,
            causationid: None,
            traceparent: None,
            data,
        }
    }
}

fn keep(
    state: &mut State,
    consumer: ConsumerName,
    envelope: &Envelope,
    (due, now): (Timestamp, Timestamp),
    may_hand_over: bool,
) -> bool {
    let known = |kept: &StoredMessage| kept.consumer == consumer.as_str() && kept.envelope.id == envelope.id;
    if state.inbox.iter().any(known) {
        return false;
    }
    let in_lane = |kept: &StoredMessage| kept.consumer == consumer.as_str() && kept.envelope.lane() == envelope.lane();
    let alone = !state.inbox.iter().any(|kept| in_lane(kept) && kept.unsettled());
    let place = if may_hand_over && due <= now && alone { state.desks.reserve(consumer) } else { None };
    state.inbox.push(StoredMessage {
        consumer: consumer.as_str().to_owned(),
        envelope: envelope.clone(),
        status: Status::Open,
        attempts: u32::from(place.is_some()),
        due,
        lease: place.as_ref().map(|place| (place.lease, place.until)),
        received_at: now,
        failed_at: None,
    });
    if let Some(place) = place {
        let cause = Cause::of(envelope, consumer, place.lease);
        place.hand_over(Delivery { envelope: envelope.clone(), cause, attempt: 1, received_at: now });
    }
    true
}

#[async_trait]
impl Outbox for MemoryRecorder {
    async fn progress(&self, destination: &Destination) -> Result<Progress, StoreError> {
        Ok(self.lock().progress.get(destination).copied().unwrap_or_default())
    }

    async fn after(
        &self,
        position: i64,
        limit: u32,
        wanted: Option<&[&'static str]>,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let asked_for = |event_type: &str| wanted.is_none_or(|wanted| wanted.contains(&event_type));
        let state = self.lock();
        let rows = (1_i64..).zip(&state.outbox).skip_while(|(at, _)| *at <= position).take(limit as usize);
        let row = |(position, envelope): (i64, &Envelope)| OutboxRow {
            position,
            envelope: asked_for(&envelope.event_type).then(|| envelope.clone()),
        };
        Ok(rows.map(row).collect())
    }

    async fn advance(&self, destination: &Destination, progress: Progress) -> Result<(), StoreError> {
        let mut state = self.lock();
        let kept = state.progress.entry(destination.clone()).or_default();
        if kept.epoch == progress.epoch && kept.position < progress.position {
            *kept = progress;
        }
        Ok(())
    }

    async fn restart(&self, destination: &Destination, epoch: i64) -> Result<(), StoreError> {
        self.lock().progress.insert(destination.clone(), Progress { position: 0, epoch, tip: 0 });
        Ok(())
    }
}

#[async_trait]
impl Inbox for MemoryRecorder {
    async fn generation(&self, consumer: ConsumerName) -> Result<i64, StoreError> {
        Ok(self.lock().generations.get(consumer.as_str()).copied().unwrap_or_default())
    }

    async fn accept_in(&self, consumer: ConsumerName, generation: i64, batch: &[Envelope]) -> Result<u64, StoreError> {
        self.accept_all(consumer, generation, batch, true)
    }

    async fn dead_letter_unreadable(
        &self,
        consumer: ConsumerName,
        generation: i64,
        letter: &Envelope,
        why: &Failure,
    ) -> Result<(), StoreError> {
        let new = self.accept_all(consumer, generation, std::slice::from_ref(letter), false)?;
        let mut state = self.lock();
        let known = |kept: &&mut StoredMessage| kept.consumer == consumer.as_str() && kept.envelope.id == letter.id;
        if let Some(kept) = state.inbox.iter_mut().find(known).filter(|_| new > 0) {
            kept.status = Status::Dead(why.clone(), self.clock.now());
        }
        Ok(())
    }
}

#[async_trait]
impl WorkQueue for MemoryRecorder {
    async fn claim(&self, claim: Claim) -> Result<Vec<Delivery>, StoreError> {
        let mut state = self.lock();
        let mut lanes_seen = BTreeSet::new();
        let mut claimed = Vec::new();
        let mine = |kept: &&mut StoredMessage| kept.consumer == claim.consumer.as_str() && kept.unsettled();
        for kept in state.inbox.iter_mut().filter(mine) {
            let head = lanes_seen.insert(kept.envelope.lane());
            let free = kept.lease.is_none_or(|(_, until)| until <= claim.steady);
            let due = kept.status == Status::Open && kept.due <= claim.now;
            if !head || !free || !due || claimed.len() >= claim.lanes as usize {
                continue;
            }
            kept.lease = Some((claim.lease, claim.steady.plus(claim.lease_for)));
            kept.attempts += 1;
            let cause = Cause::of(&kept.envelope, claim.consumer, claim.lease);
            let (envelope, attempt, received_at) = (kept.envelope.clone(), kept.attempts, kept.received_at);
            claimed.push(Delivery { envelope, cause, attempt, received_at });
        }
        Ok(claimed)
    }

    async fn settle(&self, cause: &Cause, settlement: Settlement, now: Timestamp) -> Result<(), StoreError> {
        let mut state = self.lock();
        let Some(kept) = state.inbox.iter_mut().find(|kept| kept.is(cause)) else { return Ok(()) };
        let holds = kept.lease.is_some_and(|(lease, _)| lease == cause.lease);
        if kept.status != Status::Open || !holds {
            return Ok(());
        }
        kept.lease = None;
        match settlement {
            Settlement::Handled => {
                kept.status = Status::Handled;
                state.handled.insert((cause.consumer.as_str().to_owned(), cause.message.as_str().to_owned()));
            }
            Settlement::Later(due, _) => (kept.due, kept.failed_at) = (due, Some(now)),
            Settlement::Dead(failure) => kept.status = Status::Dead(failure, now),
        }
        Ok(())
    }

    async fn renew(&self, consumer: ConsumerName, lease: LeaseToken, until: Timestamp) -> Result<(), StoreError> {
        let mut state = self.lock();
        let held = state.inbox.iter_mut().filter(|kept| kept.consumer == consumer.as_str());
        for kept in held {
            kept.lease = kept.lease.map(|(token, end)| (token, if token == lease { until } else { end }));
        }
        Ok(())
    }

    async fn correct_times(&self, now: Timestamp, steady: Timestamp) -> Result<u64, StoreError> {
        let (mut state, end) = (self.lock(), steady.plus(LEASE));
        let mut corrected = 0;
        for kept in state.inbox.iter_mut().filter(|kept| kept.unsettled()) {
            if kept.lease.is_some_and(|(_, until)| until > end.plus(SKEW)) {
                kept.lease = kept.lease.map(|(lease, _)| (lease, end));
                corrected += 1;
            }
            let stamped = kept.failed_at.map_or(kept.received_at, |failed| failed.max(kept.received_at));
            if stamped > now.plus(SKEW) {
                kept.due = now.plus(kept.due.since(stamped));
                kept.received_at = kept.received_at.min(now);
                kept.failed_at = kept.failed_at.map(|failed| failed.min(now));
                corrected += 1;
            }
        }
        Ok(corrected)
    }

    fn put_on_desk(&self, consumer: ConsumerName, desk: Desk) {
        self.lock().desks.put(consumer, desk);
    }

    async fn clear_leases(&self) -> Result<(), StoreError> {
        self.lock().inbox.iter_mut().for_each(|kept| kept.lease = None);
        Ok(())
    }
}

#[async_trait]
impl InboxAdmin for MemoryRecorder {
    async fn dead_letters(&self, limit: u32) -> Result<Vec<DeadLetter>, StoreError> {
        let state = self.lock();
        let mut letters =
            state.inbox.iter().filter_map(|kept| dead_letter(kept).transpose()).collect::<Result<Vec<_>, _>>()?;
        letters.reverse();
        letters.sort_by_key(|letter| std::cmp::Reverse(letter.failed_at));
        letters.truncate(limit as usize);
        Ok(letters)
    }

    async fn resolve_dead_letter(
        &self,
        letter: &DeadLetterId,
        retry: bool,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let found = state.inbox.iter_mut().find(|kept| {
            let named = kept.consumer == letter.consumer && kept.envelope.id.as_str() == letter.message;
            named && matches!(kept.status, Status::Dead(..))
        });
        let Some(kept) = found else { return Ok(false) };
        kept.status = if retry { Status::Open } else { Status::Discarded };
        if retry {
            (kept.attempts, kept.due, kept.received_at) = (0, now, now);
        }
        Ok(true)
    }

    async fn counts(&self) -> Result<InboxCounts, StoreError> {
        let state = self.lock();
        let open = || state.inbox.iter().filter(|kept| kept.status == Status::Open);
        let dead = state.inbox.iter().filter(|kept| matches!(kept.status, Status::Dead(..))).count() as u64;
        let oldest = open().map(|kept| kept.received_at).min();
        Ok(InboxCounts { open: open().count() as u64, dead, oldest })
    }
}

fn dead_letter(kept: &StoredMessage) -> Result<Option<DeadLetter>, StoreError> {
    let Status::Dead(failure, failed_at) = &kept.status else { return Ok(None) };
    Ok(Some(DeadLetter {
        context: String::new(),
        consumer: kept.consumer.clone(),
        message_id: kept.envelope.id.as_str().to_owned(),
        event_type: kept.envelope.event_type.clone(),
        subject: kept.envelope.subject.clone(),
        attempts: kept.attempts,
        code: failure.code.to_owned(),
        error: failure.text.clone(),
        message: serde_json::to_value(&kept.envelope).map_err(StoreError::unavailable)?,
        failed_at: *failed_at,
    }))
}
