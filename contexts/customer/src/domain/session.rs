//! How long a customer stays logged in.

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
    /// For how long the password that was shown counts for what does great harm in the wrong hands.
    pub confirmed_for: Duration,
    /// From which role on a session needs a second factor to have that role; `None` for no role.
    pub second_factor_from: Option<Role>,
}

impl SessionPolicy {
    /// The lifetime that holds for a role.
    pub fn of(&self, role: Role) -> Lifetime {
        match role {
            Role::Customer => self.customer,
            Role::Staff | Role::Admin => self.staff,
        }
    }

    /// The role in which a session acts: that of its owner, unless the shop wants a second factor for it that was not
    /// shown.
    pub fn role_in(&self, session: &Session, owner: Role) -> Role {
        let missing = self.second_factor_from.is_some_and(|from| owner >= from) && !session.second_factor;
        if missing { Role::Customer } else { owner }
    }

    /// The longest that any session lives unused, and at the most: what is older may be thrown away.
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
            confirmed_for: minute * 15,
            second_factor_from: None,
        }
    }
}

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
    /// When its owner last showed that it is they who use it: at its start, or when they were asked again.
    pub confirmed_at: Timestamp,
    /// Whether a second factor was shown as well as the password.
    pub second_factor: bool,
    /// From which address it was begun, and what the browser or program called itself.
    pub begun_from: BegunFrom,
}

/// From where a session was begun, for its owner to recognise it by. Empty where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BegunFrom {
    /// An IP address.
    pub address: String,
    /// What the browser or program called itself.
    pub agent: String,
}

/// Names a session where its token must not be seen: the first half of the token's hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionId(String);

impl SessionId {
    /// Reads what a link or a path names.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        fits.then(|| Self(text.to_owned()))
    }

    /// Thirty-two hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Session {
    /// Begins at `now`.
    pub fn start(hash: TokenHash, customer: CustomerId, now: Timestamp) -> Self {
        let begun_from = BegunFrom::default();
        Self { hash, customer, started_at: now, last_seen: now, confirmed_at: now, second_factor: false, begun_from }
    }

    /// Its name.
    pub fn id(&self) -> SessionId {
        SessionId(self.hash.hex().chars().take(32).collect())
    }

    /// Whether the password has to be asked for again before something that does great harm in the wrong hands.
    pub fn must_confirm(&self, policy: &SessionPolicy, now: Timestamp) -> bool {
        now.since(self.confirmed_at) >= policy.confirmed_for
    }

    /// When it ends even if it is used all the time.
    pub fn ends_at(&self, lifetime: Lifetime) -> Timestamp {
        self.started_at.plus(lifetime.absolute)
    }

    /// Whether its token is still good.
    pub fn is_live(&self, lifetime: Lifetime, now: Timestamp) -> bool {
        now < self.ends_at(lifetime) && now < self.last_seen.plus(lifetime.idle)
    }

    /// Whether its use should be noted: once in a twentieth of the idle time, so that reading pages writes next to
    /// nothing.
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
    fn a_password_shown_counts_for_a_quarter_of_an_hour() {
        let (session, policy) = (session(), SessionPolicy::default());
        let minutes = |count| session.confirmed_at.plus(Duration::from_mins(count));
        assert!(!session.must_confirm(&policy, minutes(14)) && session.must_confirm(&policy, minutes(15)));
    }

    #[test]
    fn where_a_second_factor_is_wanted_a_session_without_one_does_no_more_than_a_customers() {
        let policy = SessionPolicy { second_factor_from: Some(Role::Staff), ..SessionPolicy::default() };
        let with = Session { second_factor: true, ..session() };
        let table = [Role::Customer, Role::Staff, Role::Admin]
            .map(|role| (policy.role_in(&session(), role), policy.role_in(&with, role)));
        assert_eq!(table.map(|(without, _)| without), [Role::Customer; 3]);
        assert_eq!(table.map(|(_, with)| with), [Role::Customer, Role::Staff, Role::Admin]);
        assert_eq!(SessionPolicy::default().role_in(&session(), Role::Admin), Role::Admin, "unless it is set");
    }

    #[test]
    fn its_name_tells_nothing_of_its_token_and_can_be_read_back() {
        let id = session().id();
        assert_eq!(SessionId::parse(id.as_str()), Some(id));
        for wrong in ["", "x", &"G".repeat(32), &"a".repeat(33)] {
            assert_eq!(SessionId::parse(wrong), None);
        }
    }

    #[test]
    fn its_use_is_noted_now_and_then() {
        let (session, lifetime) = (session(), SessionPolicy::default().of(Role::Admin));
        assert!(!session.wants_touch(lifetime, session.last_seen.plus(Duration::from_secs(89))));
        assert!(session.wants_touch(lifetime, session.last_seen.plus(Duration::from_secs(90))));
    }
}
