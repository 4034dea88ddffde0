//! The facts that were committed last, kept in memory so that relays of this process need not read them back.
//!
//! Only a file's single writer numbers facts in the order of its commits, so on a server nothing is kept here. What another
//! process has written to the file meanwhile (a command of the shop's) shows as a gap, and then the file is read.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use shared_kernel::Envelope;
use tokio::time::Instant;

use super::OutboxRow;

/// More than relays that keep up ever lag behind; those that do not read the file.
const CAPACITY: usize = 128;

/// Another process may rewrite a fact in the file when a person is erased, so what is older is read there.
const MAX_AGE: Duration = Duration::from_secs(5);

struct RecentFact {
    position: i64,
    committed: Instant,
    envelope: Arc<Envelope>,
}

/// Oldest first.
#[derive(Default)]
pub(super) struct RecentFacts(Mutex<VecDeque<RecentFact>>);

impl RecentFacts {
    /// Adds a fact that has just been committed.
    pub(super) fn push(&self, position: i64, envelope: Arc<Envelope>) {
        let mut facts = self.lock();
        let committed = Instant::now();
        while facts.front().is_some_and(|fact| facts.len() >= CAPACITY || fact.is_old(committed)) {
            facts.pop_front();
        }
        facts.push_back(RecentFact { position, committed, envelope });
    }

    /// Those that follow `position` one by one, with the facts of the `wanted` types; none if one of them is not here.
    pub(super) fn after(&self, position: i64, limit: u32, wanted: Option<&[&'static str]>) -> Vec<OutboxRow> {
        let (facts, now) = (self.lock(), Instant::now());
        let next = facts.range(facts.partition_point(|fact| fact.position <= position)..);
        let mut in_turn = (position + 1..).zip(next.clone());
        if !in_turn.all(|(position, fact)| fact.position == position && !fact.is_old(now)) {
            return Vec::new();
        }
        let row = |fact: &RecentFact| {
            let is_wanted = wanted.is_none_or(|wanted| wanted.contains(&fact.envelope.event_type.as_str()));
            let envelope = is_wanted.then(|| Envelope::clone(&fact.envelope));
            OutboxRow { position: fact.position, envelope }
        };
        next.take(limit as usize).map(row).collect()
    }

    /// Forgets all of them, when facts have been rewritten.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<RecentFact>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RecentFact {
    fn is_old(&self, now: Instant) -> bool {
        now.duration_since(self.committed) > MAX_AGE
    }
}

#[cfg(test)]
mod tests {
    use shared_kernel::{MessageId, Timestamp};

    use super::*;

    fn fact(event_type: &str) -> Arc<Envelope> {
        Arc::new(Envelope {
            specversion: "1.0".to_owned(),
            id: MessageId::new("m"),
            source: "/order".to_owned(),
            event_type: event_type.to_owned(),
            subject: "o-1".to_owned(),
            time: Timestamp::from_micros(0),
            datacontenttype: "application/json".to_owned(),
            sequence: 1,
            correlationid: "m".to_owned(),
            causationid: None,
            traceparent: None,
            data: serde_json::Value::Null,
        })
    }

    fn positions(facts: &RecentFacts, position: i64, wanted: Option<&[&'static str]>) -> Vec<(i64, bool)> {
        facts.after(position, 100, wanted).iter().map(|row| (row.position, row.envelope.is_some())).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn facts_are_given_one_after_the_other_unless_another_process_has_written_between_them() {
        let facts = RecentFacts::default();
        facts.push(7, fact("paid"));
        facts.push(8, fact("placed"));
        assert_eq!(positions(&facts, 6, Some(&["paid"])), [(7, true), (8, false)]);
        assert_eq!(positions(&facts, 7, None), [(8, true)]);
        assert_eq!(positions(&facts, 5, None), [], "the next is not here");
        facts.push(10, fact("placed"));
        assert_eq!(positions(&facts, 6, None), [], "one of them is not here");
        assert_eq!(positions(&facts, 9, None), [(10, true)]);
        assert_eq!(positions(&facts, 10, None), [], "there is no newer one");
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_have_been_rewritten_is_not_given_any_more() {
        let facts = RecentFacts::default();
        facts.push(1, fact("paid"));
        tokio::time::advance(MAX_AGE * 2).await;
        assert_eq!(positions(&facts, 0, None), []);
        facts.push(2, fact("paid"));
        assert_eq!(positions(&facts, 1, None), [(2, true)]);
        facts.clear();
        assert_eq!(positions(&facts, 1, None), []);
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_goes_when_there_are_too_many() {
        let facts = RecentFacts::default();
        (1..=200).for_each(|position| facts.push(position, fact("paid")));
        assert_eq!(positions(&facts, 0, None), []);
        assert_eq!(positions(&facts, 200 - 128, None).len(), 100);
    }
}
