//! Spans of whole days in the shop's calendar, and how a report divides them: by day, week, month, quarter or year.
//!
//! A date knows no time zone: [`super::calendar`] says when a day begins.

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::month::{Month, MonthError};

/// The month with which the shop's financial year begins. A year that begins in January is a calendar year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FinancialYear(i8);

impl Default for FinancialYear {
    fn default() -> Self {
        Self(1)
    }
}

impl FinancialYear {
    /// Begins with this month, 1 to 12; `None` for other numbers.
    pub fn starting_in(month: u8) -> Option<Self> {
        i8::try_from(month).ok().filter(|month| (1..=12).contains(month)).map(Self)
    }

    /// The calendar year in which the financial year of this day begins.
    fn first_year(self, day: Date) -> i16 {
        if day.month() < self.0 { day.year() - 1 } else { day.year() }
    }
}

/// What one row of a report covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupBy {
    Day,
    /// A week from Monday to Sunday, numbered as in ISO 8601.
    Week,
    Month,
    /// A calendar quarter.
    Quarter,
    /// A financial year.
    Year,
}

impl GroupBy {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// The word under which it is asked for.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// Reads the word, in small or capital letters.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name().eq_ignore_ascii_case(name))
    }

    /// The first day of the row to which `day` belongs.
    pub fn first_of(self, day: Date, year: FinancialYear) -> Date {
        match self {
            Self::Day => day,
            Self::Week => day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days()),
            Self::Month => day.first_of_month(),
            Self::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).unwrap_or(day),
            Self::Year => Date::new(year.first_year(day), year.0, 1).unwrap_or(day),
        }
    }

    /// The last day of the row to which `day` belongs.
    pub fn last_of(self, day: Date, year: FinancialYear) -> Date {
        self.after(self.first_of(day, year), 1).saturating_sub(1.day())
    }

    /// The same day `rows` rows later, or earlier if negative.
    fn after(self, day: Date, rows: i64) -> Date {
        day.saturating_add(match self {
            Self::Day => rows.days(),
            Self::Week => rows.weeks(),
            Self::Month => rows.months(),
            Self::Quarter => (rows * 3).months(),
            Self::Year => rows.years(),
        })
    }

    /// How many rows a report has when no first date is given.
    const fn usual(self) -> i64 {
        match self {
            Self::Day => 30,
            Self::Week | Self::Month => 12,
            Self::Quarter => 8,
            Self::Year => 5,
        }
    }

    /// For files and programs: `2026-11-22`, `2026-W47`, `2026-11`, `2026-Q4`, `2026` or `2026/27`. Each sorts as text does.
    fn name_of(self, day: Date, year: FinancialYear) -> String {
        match self {
            Self::Day => day.to_string(),
            Self::Week => {
                let week = day.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Self::Month => day.strftime("%Y-%m").to_string(),
            Self::Quarter => format!("{:04}-Q{}", day.year(), (day.month() - 1) / 3 + 1),
            Self::Year => match (year.0, year.first_year(day)) {
                (1, first) => format!("{first:04}"),
                (_, first) => format!("{first:04}/{:02}", (first + 1) % 100),
            },
        }
    }

    /// For people: `22 Nov 2026`, `Week 47, 2026`, `Nov 2026`, `Q4 2026`, `2026`.
    fn words_of(self, day: Date, year: FinancialYear) -> String {
        match self {
            Self::Day => day.strftime("%-d %b %Y").to_string(),
            Self::Week => format!("Week {}, {}", day.iso_week_date().week(), day.iso_week_date().year()),
            Self::Month => day.strftime("%b %Y").to_string(),
            Self::Quarter => format!("Q{} {}", (day.month() - 1) / 3 + 1, day.year()),
            Self::Year => self.name_of(day, year),
        }
    }
}

/// Days without a gap, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateRange {
    first: Date,
    last: Date,
}

/// One row of a report: a day, a week and so on, or as much of it as the report covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    pub days: DateRange,
    /// Its name for files and programs; see [`GroupBy`].
    pub name: String,
    /// Its name for people.
    pub words: String,
}

impl DateRange {
    /// The most rows of one report.
    pub const MOST_ROWS: usize = 1_200;

    /// From one day to a later one, or the same.
    ///
    /// # Errors
    /// [`DatesError`] for the other order, and for years that are not 1 to 9998.
    pub fn between(first: Date, last: Date) -> Result<Self, DatesError> {
        let years = 1..=9_998;
        let fits = first <= last && years.contains(&first.year()) && years.contains(&last.year());
        if fits { Ok(Self { first, last }) } else { Err(DatesError) }
    }

    /// These days; where an end was left out, the usual number of rows up to the one of `today`.
    pub fn resolve(
        (from, until): (Option<Date>, Option<Date>),
        by: GroupBy,
        year: FinancialYear,
        today: Date,
    ) -> Result<Self, DatesError> {
        let last = until.unwrap_or_else(|| by.last_of(today, year));
        let usual = || by.after(by.first_of(last, year), 1 - by.usual());
        Self::between(from.unwrap_or_else(usual), last)
    }

    /// The first day.
    pub const fn first(self) -> Date {
        self.first
    }

    /// The last day.
    pub const fn last(self) -> Date {
        self.last
    }

    /// The period to compare with: as long, and right before. Whole months are compared with as many whole months. Days
    /// that are yet to come do not count: the first ten days of a month are compared with the ten days before them.
    pub fn before(self, today: Date) -> Option<Self> {
        let last = if self.first <= today { self.last.min(today) } else { self.last };
        let first = match (Self { last, ..self }).months() {
            Some((first, until)) => {
                let months = months_between(first, until);
                self.first.checked_sub(i64::from(months).months()).ok()?
            }
            None => {
                let days = i64::from((last - self.first).get_days()) + 1;
                self.first.checked_sub(days.days()).ok()?
            }
        };
        Self::between(first, self.first.yesterday().ok()?).ok()
    }

    /// The rows of a report, oldest first. The first and the last may be shorter than the others.
    pub fn divided(self, by: GroupBy, year: FinancialYear) -> Result<Vec<Span>, DatesError> {
        let mut spans = Vec::new();
        let mut first = self.first;
        while first <= self.last {
            if spans.len() == Self::MOST_ROWS {
                return Err(DatesError);
            }
            let last = by.last_of(first, year).min(self.last);
            let (name, words) = (by.name_of(first, year), by.words_of(first, year));
            spans.push(Span { days: Self { first, last }, name, words });
            first = last.tomorrow().map_err(|_| DatesError)?;
        }
        Ok(spans)
    }

    /// The first and the last month, if these are whole months.
    pub fn months(self) -> Option<(Month, Month)> {
        let whole = self.first == self.first.first_of_month() && self.last == self.last.last_of_month();
        let months = || Some((month_of(self.first).ok()?, month_of(self.last).ok()?));
        if whole { months() } else { None }
    }
}

impl fmt::Display for DateRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |day: Date| day.strftime("%-d %b %Y").to_string();
        if self.first == self.last {
            return f.write_str(&words(self.first));
        }
        write!(f, "{} to {}", words(self.first), words(self.last))
    }
}

fn months_between(first: Month, last: Month) -> u32 {
    super::month::Period::between(first, last).map_or(0, super::month::Period::count)
}

pub fn month_of(day: Date) -> Result<Month, MonthError> {
    Month::new(u16::try_from(day.year()).map_err(|_| MonthError)?, u8::try_from(day.month()).map_err(|_| MonthError)?)
}

/// Reads `2026-11-22`, or the first or last day of `2026-11`.
pub fn parse_day(text: &str, end: DayOf) -> Result<Date, DatesError> {
    let digits = |part: &str, width: usize| part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let (year, month, day) = match parts[..] {
        [year, month] => (year, month, None),
        [year, month, day] => (year, month, Some(day)),
        _ => return Err(DatesError),
    };
    if !digits(year, 4) || !digits(month, 2) || day.is_some_and(|day| !digits(day, 2)) {
        return Err(DatesError);
    }
    let number = |text: &str| text.parse::<i16>().map_err(|_| DatesError);
    let small = |text: &str| text.parse::<i8>().map_err(|_| DatesError);
    let date = Date::new(number(year)?, small(month)?, day.map_or(Ok(1), small)?).map_err(|_| DatesError)?;
    Ok(if day.is_none() && end == DayOf::Last { date.last_of_month() } else { date })
}

/// Which day of a month is meant where only the month is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOf {
    First,
    Last,
}

/// These days cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a report goes from one day to a later one, such as 2026-11-22, in at most {} rows", DateRange::MOST_ROWS)]
pub struct DatesError;

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
