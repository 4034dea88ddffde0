//! How long somebody stays logged in.

use std::time::Duration;

use shared_kernel::{CustomerId, Role, Timestamp};

use super::token::TokenHash;

/// How long a session lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Unused.
    pub idle: Duration,
    /// At the most.
    pub absolute: Duration,
}

/// How long sessions live, by what their owner may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPolicy {
    /// Those who only buy.
    pub customer: Lifetime,
    /// Staff and administrators, whose sessions are worth more to a thief.
    pub staff: Lifetime,
}

impl SessionPolicy {
    /// The lifetime that holds for a role.
    #[must_use]
    pub fn of(&self, role: Role) -> Lifetime {
        match role {
            Role::Customer => self.customer,
            Role::Staff | Role::Admin => self.staff,
        }
    }

    /// The longest that any session lives unused, and at the most: what is older may be thrown away.
    #[must_use]
    pub fn longest(&self) -> Lifetime {
        Lifetime {
            idle: self.customer.idle.max(self.staff.idle),
            absolute: self.customer.absolute.max(self.staff.absolute),
        }
    }
}

impl Default for SessionPolicy {
    fn default() -> Self {
        let (day, minute) = (Duration::from_hours(24), Duration::from_mins(1));
        Self {
            customer: Lifetime { idle: day * 14, absolute: day * 30 },
            staff: Lifetime { idle: minute * 30, absolute: day / 2 },
        }
    }
}

/// Somebody is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What is kept of its token.
    pub hash: TokenHash,
    /// Who.
    pub customer: CustomerId,
    /// Since when.
    pub started_at: Timestamp,
    /// When it was last known to be in use; see [`Session::wants_touch`].
    pub last_seen: Timestamp,
}

impl Session {
    /// Begins at `now`.
    #[must_use]
    pub fn start(hash: TokenHash, customer: CustomerId, now: Timestamp) -> Self {
        Self { hash, customer, started_at: now, last_seen: now }
    }

    /// When it ends even if it is used all the time.
    #[must_use]
    pub fn ends_at(&self, lifetime: Lifetime) -> Timestamp {
        self.started_at.plus(lifetime.absolute)
    }

    /// Whether its token is still good.
    #[must_use]
    pub fn is_live(&self, lifetime: Lifetime, now: Timestamp) -> bool {
        now < self.ends_at(lifetime) && now < self.last_seen.plus(lifetime.idle)
    }

    /// Whether its use should be noted: once in a twentieth of the idle time, so that reading pages writes next to
    /// nothing.
    #[must_use]
    pub fn wants_touch(&self, lifetime: Lifetime, now: Timestamp) -> bool {
        now.since(self.last_seen) >= lifetime.idle / 20
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Token;

    const DAY: Duration = Duration::from_hours(24);

    fn session() -> Session {
        let noon = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        Session::start(Token::of(&[1; 32]).hash(), CustomerId::new(uuid::Uuid::nil()), noon)
    }

    #[test]
    fn an_unused_session_ends_after_its_idle_time() {
        let (session, lifetime) = (session(), SessionPolicy::default().of(Role::Customer));
        assert!(session.is_live(lifetime, session.last_seen.plus(DAY * 14).minus(Duration::from_secs(1))));
        assert!(!session.is_live(lifetime, session.last_seen.plus(DAY * 14)));
    }

    #[test]
    fn a_busy_session_ends_all_the_same() {
        let lifetime = SessionPolicy::default().of(Role::Customer);
        let busy =
            Session { last_seen: session().started_at.plus(DAY * 30).minus(Duration::from_secs(2)), ..session() };
        assert!(busy.is_live(lifetime, busy.started_at.plus(DAY * 30).minus(Duration::from_secs(1))));
        assert!(!busy.is_live(lifetime, busy.started_at.plus(DAY * 30)));
    }

    #[test]
    fn those_who_may_more_stay_less_long() {
        let policy = SessionPolicy::default();
        assert_eq!(policy.of(Role::Admin), policy.of(Role::Staff));
        assert!(policy.of(Role::Admin).idle < policy.of(Role::Customer).idle);
        assert_eq!(policy.longest(), policy.of(Role::Customer));
    }

    #[test]
    fn its_use_is_noted_now_and_then() {
        let (session, lifetime) = (session(), SessionPolicy::default().of(Role::Admin));
        assert!(!session.wants_touch(lifetime, session.last_seen.plus(Duration::from_secs(89))));
        assert!(session.wants_touch(lifetime, session.last_seen.plus(Duration::from_secs(90))));
    }
}
