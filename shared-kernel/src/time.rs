//! Points in time, to the microsecond, and the port that tells the present one.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Tells the time. The system's in a running shop, a settable one in tests.
pub trait Clock: Send + Sync {
    /// The present moment. It may jump in both directions, by any length, when the clock is set.
    fn now(&self) -> Timestamp;

    /// A time by which lengths of time are measured, such as those of leases: it passes evenly and does not jump when
    /// the clock is set. Comparable among all who work on one database, and only as long as they run; it must not be
    /// stored for later or sent elsewhere. Where the clock cannot be set it is the present moment.
    fn steady(&self) -> Timestamp {
        self.now()
    }
}

/// A point in time, kept to the microsecond because that is what the databases keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Microseconds since 1970 in UTC; times outside the years -9999 to 9999 become the nearest that is inside.
    pub fn from_micros(micros: i64) -> Self {
        let nearest = if micros < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        Self(jiff::Timestamp::from_microsecond(micros).unwrap_or(nearest))
    }

    /// Microseconds since 1970 in UTC.
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Reads RFC 3339, such as `2026-11-22T06:00:00Z`.
    ///
    /// # Errors
    /// [`TimeError`] for any other text.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let read: jiff::Timestamp = text.parse().map_err(|_| TimeError(text.to_owned()))?;
        Ok(Self::from_micros(read.as_microsecond()))
    }

    /// The moment `span` later.
    pub fn plus(self, span: Duration) -> Self {
        Self::from_micros(self.micros().saturating_add(micros_of(span)))
    }

    /// The moment `span` earlier.
    pub fn minus(self, span: Duration) -> Self {
        Self::from_micros(self.micros().saturating_sub(micros_of(span)))
    }

    /// How long ago `earlier` was; nothing if it lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        u64::try_from(self.micros().saturating_sub(earlier.micros())).map_or(Duration::ZERO, Duration::from_micros)
    }

    /// The one form in which pages show a moment, such as `22 November 2026, 19:05`: by the clocks of `zone` (an IANA
    /// name), or in UTC if there is no such zone.
    pub fn format_in(self, zone: &str) -> String {
        self.zoned(zone).strftime("%-d %B %Y, %H:%M").to_string()
    }

    /// The day alone, such as `22 November 2026`, by the same clocks.
    pub fn format_day_in(self, zone: &str) -> String {
        self.zoned(zone).strftime("%-d %B %Y").to_string()
    }

    fn zoned(self, zone: &str) -> jiff::Zoned {
        self.0.to_zoned(jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC))
    }

    /// The same moment for calendars and time zones.
    pub fn jiff(self) -> jiff::Timestamp {
        self.0
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        Self::from_micros(time.as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn micros_of(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// The text is not a point in time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time such as 2026-11-22T06:00:00Z")]
pub struct TimeError(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_the_wire_and_the_database() {
        let noon = Timestamp::parse("2026-11-22T12:00:00.123456789Z").unwrap();
        assert_eq!(noon, Timestamp::from_micros(noon.micros()));
        assert_eq!(noon.to_string(), "2026-11-22T12:00:00.123456Z");
        assert!(Timestamp::parse("yesterday").is_err());
    }

    #[test]
    fn is_shown_by_the_clocks_of_a_time_zone() {
        let evening = Timestamp::parse("2026-11-22T11:05:00Z").unwrap();
        assert_eq!(evening.format_in("Pacific/Auckland"), "23 November 2026, 00:05");
        assert_eq!(evening.format_day_in("Pacific/Auckland"), "23 November 2026");
        assert_eq!(evening.format_in("Nowhere/Such"), "22 November 2026, 11:05");
    }

    #[test]
    fn never_wraps() {
        let hour = Duration::from_hours(1);
        assert_eq!(Timestamp::from_micros(i64::MAX).plus(hour), Timestamp::from_micros(i64::MAX));
        assert_eq!(Timestamp::from_micros(5).since(Timestamp::from_micros(9)), Duration::ZERO);
    }
}
