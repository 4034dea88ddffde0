//! How many rows a minute are written of events that outsiders can cause as often as they like.

use std::collections::HashMap;

use shared_kernel::Timestamp;

use super::SecurityEvent;

/// Rows of one kind in a minute.
const MAX_ROWS_PER_MINUTE: u32 = 60;

/// Counts rows by kind and minute.
#[derive(Debug, Default)]
pub(super) struct Budget(HashMap<SecurityEvent, Minute>);

#[derive(Debug, Clone, Copy)]
struct Minute {
    number: i64,
    written: u32,
    left_out: u32,
}

impl Budget {
    /// Whether one more may be written, and how many were left out in the minute before this one.
    pub(super) fn take(&mut self, event: SecurityEvent, now: Timestamp) -> Option<u32> {
        if !event.can_flood() {
            return Some(0);
        }
        let number = now.micros().div_euclid(60_000_000);
        let minute = self.0.entry(event).or_insert(Minute { number, written: 0, left_out: 0 });
        let mut left_out = 0;
        if minute.number != number {
            left_out = minute.left_out;
            *minute = Minute { number, written: 0, left_out: 0 };
        }
        if minute.written == MAX_ROWS_PER_MINUTE {
            minute.left_out = minute.left_out.saturating_add(1);
            return None;
        }
        minute.written += 1;
        Some(left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_cut_and_counted_and_what_only_the_owner_can_do_is_not() {
        let mut budget = Budget::default();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let written = (0..1_000).filter(|_| budget.take(SecurityEvent::LoginFailed, at(30)).is_some()).count();
        assert_eq!(written, 60);
        assert_eq!(budget.take(SecurityEvent::AccessDenied, at(30)), Some(0), "each kind by itself");
        assert_eq!(budget.take(SecurityEvent::LoginFailed, at(61)), Some(940), "told with the next one");
        assert_eq!(budget.take(SecurityEvent::LoginFailed, at(62)), Some(0));
        assert!((0..1_000).all(|_| budget.take(SecurityEvent::RoleChanged, at(63)) == Some(0)));
    }
}
