//! In which month of the shop's own calendar a moment falls.
//!
//! A sale at ten in the evening of the last of November, UTC, is a December sale in Auckland: the tax office asks for
//! the shop's months, not for those of Greenwich.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use shared_kernel::Timestamp;

use super::dates::{self, DateRange, DatesError};
use super::month::{Month, MonthError};

/// A span of time: from its start, which is in it, to its stop, which is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// The first moment.
    pub start: Timestamp,
    /// The first moment after it.
    pub stop: Timestamp,
}

impl Moments {
    /// Whether the moment is in it.
    pub fn contains(self, moment: Timestamp) -> bool {
        self.start <= moment && moment < self.stop
    }
}

/// The calendar of the place where the shop does its books.
#[derive(Debug, Clone)]
pub struct ShopCalendar {
    name: String,
    zone: TimeZone,
}

impl ShopCalendar {
    /// The calendar of a zone of the IANA database, such as `Pacific/Auckland`.
    ///
    /// # Errors
    /// [`UnknownZone`] for a name that the database does not have.
    pub fn of(zone: &str) -> Result<Self, UnknownZone> {
        let found = TimeZone::get(zone).map_err(|_| UnknownZone(zone.to_owned()))?;
        Ok(Self { name: zone.to_owned(), zone: found })
    }

    /// The zone's name.
    pub fn zone(&self) -> &str {
        &self.name
    }

    /// The day on which `moment` falls.
    pub fn day_of(&self, moment: Timestamp) -> Date {
        moment.jiff().to_zoned(self.zone.clone()).date()
    }

    /// When the days begin, and when the day after them does. Where clocks jump over midnight, a day begins with its first
    /// moment; a day that a place has left out is over when it begins.
    ///
    /// # Errors
    /// [`DatesError`] at the ends of the calendar.
    pub fn moments(&self, days: DateRange) -> Result<Moments, DatesError> {
        let begins = |day: Date| {
            let begins = day.to_zoned(self.zone.clone()).map_err(|_| DatesError)?;
            Ok::<_, DatesError>(Timestamp::from_micros(begins.timestamp().as_microsecond()))
        };
        let after = days.last().tomorrow().map_err(|_| DatesError)?;
        Ok(Moments { start: begins(days.first())?, stop: begins(after)? })
    }

    /// The month in which `moment` falls.
    pub fn month_of(&self, moment: Timestamp) -> Result<Month, MonthError> {
        dates::month_of(self.day_of(moment))
    }

    /// The moment as the shop's clock showed it, and how far that clock was from UTC: `2026-11-22T19:00:00+13:00`.
    pub fn local(&self, moment: Timestamp) -> String {
        moment.jiff().to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// The moment as the shop's clock showed it: `2026-11-22 19:00`.
    pub fn wall_clock(&self, moment: Timestamp) -> String {
        moment.jiff().to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// There is no such time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone {0:?}")]
pub struct UnknownZone(String);

#[cfg(test)]
mod tests {
    use super::*;

    fn month(zone: &str, moment: &str) -> String {
        let moment = Timestamp::parse(moment).unwrap();
        ShopCalendar::of(zone).unwrap().month_of(moment).unwrap().to_string()
    }

    #[test]
    fn the_month_is_that_of_the_shop() {
        assert_eq!(month("Pacific/Auckland", "2026-11-30T10:59:59.999999Z"), "2026-11");
        assert_eq!(month("Pacific/Auckland", "2026-11-30T11:00:00Z"), "2026-12");
        assert_eq!(month("Etc/UTC", "2026-11-30T11:00:00Z"), "2026-11");
        assert_eq!(month("America/New_York", "2026-01-01T04:59:00Z"), "2025-12");
    }

    #[test]
    fn summer_time_moves_the_border_by_an_hour() {
        // Auckland is 13 hours ahead in summer and 12 in winter.
        assert_eq!(month("Pacific/Auckland", "2026-01-31T11:30:00Z"), "2026-02");
        assert_eq!(month("Pacific/Auckland", "2026-07-31T11:30:00Z"), "2026-07");
    }

    fn moments(zone: &str, first: &str, last: &str) -> [String; 2] {
        let day = |text| dates::parse_day(text, dates::DayOf::First).unwrap();
        let days = DateRange::between(day(first), day(last)).unwrap();
        let moments = ShopCalendar::of(zone).unwrap().moments(days).unwrap();
        [moments.start.to_string(), moments.stop.to_string()]
    }

    #[test]
    fn days_begin_and_end_by_the_clock_of_the_shop() {
        // In 2026 New Zealand's clocks go forward on 27 September: that day has 23 hours.
        let day = moments("Pacific/Auckland", "2026-09-27", "2026-09-27");
        assert_eq!(day, ["2026-09-26T12:00:00Z", "2026-09-27T11:00:00Z"]);
        // Lebanon's clocks go forward at midnight: 29 March 2026 begins at one o'clock.
        let day = moments("Asia/Beirut", "2026-03-29", "2026-03-29");
        assert_eq!(day, ["2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"]);
        // Samoa had no 30 December 2011.
        let [start, stop] = moments("Pacific/Apia", "2011-12-30", "2011-12-30");
        assert_eq!(start, stop);
    }

    #[test]
    fn a_zone_that_is_not_in_the_database_is_refused() {
        assert_eq!(ShopCalendar::of("Middle/Earth").unwrap_err().to_string(), "there is no time zone \"Middle/Earth\"");
    }
}
