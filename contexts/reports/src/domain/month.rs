//! Calendar months, and the spans of them that a report covers.
//!
//! A month knows no time zone: [`super::calendar`] says in which month a moment falls.

use std::fmt;

/// One month of one year, from the year 1 to 9999. Written `2026-11`, which sorts as text does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    year: u16,
    month: u8,
}

impl Month {
    /// Accepts the years 1 to 9999 and the months 1 to 12.
    pub fn new(year: u16, month: u8) -> Result<Self, MonthError> {
        if (1..=9999).contains(&year) && (1..=12).contains(&month) { Ok(Self { year, month }) } else { Err(MonthError) }
    }

    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Result<Self, MonthError> {
        let (year, month) = text.split_once('-').ok_or(MonthError)?;
        let digits = |part: &str, width| part.len() == width && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(MonthError);
        }
        Self::new(year.parse().map_err(|_| MonthError)?, month.parse().map_err(|_| MonthError)?)
    }

    /// The month that lies `count` months earlier; at least the first month of all.
    pub fn back(self, count: u32) -> Self {
        Self::from_index(self.index().saturating_sub(count))
    }

    /// The month after this one; the last month of all has itself.
    pub fn next(self) -> Self {
        Self::from_index((self.index() + 1).min(9999 * 12 - 1))
    }

    pub const fn year(self) -> u16 {
        self.year
    }

    /// For people: `November 2026`.
    pub fn in_words(self) -> String {
        format!("{} {}", NAMES[usize::from(self.month) - 1], self.year)
    }

    /// For narrow places: `Nov 26`.
    pub fn in_short(self) -> String {
        format!("{} {:02}", &NAMES[usize::from(self.month) - 1][..3], self.year % 100)
    }

    fn index(self) -> u32 {
        (u32::from(self.year) - 1) * 12 + u32::from(self.month) - 1
    }

    fn from_index(index: u32) -> Self {
        let year = u16::try_from(index / 12 + 1).unwrap_or(9999);
        let month = u8::try_from(index % 12 + 1).unwrap_or(12);
        Self { year, month }
    }
}

const NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// The text or number is not a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a month is written like 2026-11")]
pub struct MonthError;

/// Whole months without a gap, such as the last twelve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    first: Month,
    last: Month,
}

impl Period {
    /// How many months a report covers by default.
    pub const DEFAULT_MONTHS: i64 = 12;
    /// The longest span that ends with the present month: ten years. Longer ones are asked for by their first month.
    pub const MAX_MONTHS: i64 = 120;
    /// The longest span of all: a hundred years, each month of which is a row.
    const MAX_MONTHS_BETWEEN: u32 = 1_200;

    /// The `months` months that end with `last`, which is one of them.
    ///
    /// # Errors
    /// [`PeriodError`] unless `months` is 1 to 120.
    pub fn ending(last: Month, months: i64) -> Result<Self, PeriodError> {
        let count =
            u32::try_from(months).ok().filter(|_| (1..=Self::MAX_MONTHS).contains(&months)).ok_or(PeriodError)?;
        Ok(Self { first: last.back(count - 1), last })
    }

    /// All months from `first` to `last`, both included.
    ///
    /// # Errors
    /// [`PeriodError`] if `last` comes before `first`, or a hundred years later.
    pub fn between(first: Month, last: Month) -> Result<Self, PeriodError> {
        let fits = first <= last && last.index() - first.index() < Self::MAX_MONTHS_BETWEEN;
        if fits { Ok(Self { first, last }) } else { Err(PeriodError) }
    }

    /// How many months there are.
    pub fn count(self) -> u32 {
        self.last.index() - self.first.index() + 1
    }

    /// The oldest month.
    pub const fn first(self) -> Month {
        self.first
    }

    /// The newest month.
    pub const fn last(self) -> Month {
        self.last
    }

    /// Whether the month is one of them.
    pub fn contains(self, month: Month) -> bool {
        (self.first..=self.last).contains(&month)
    }

    /// Every month, oldest first.
    pub fn months(self) -> impl Iterator<Item = Month> {
        std::iter::successors(Some(self.first), |month| Some(month.next())).take_while(move |month| *month <= self.last)
    }
}

/// The number of months is not one that a report can cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a report covers 1 to {} months, or all from one month to a later one", Period::MAX_MONTHS)]
pub struct PeriodError;

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        Month::parse(text).unwrap()
    }

    #[test]
    fn a_month_is_read_as_it_is_written_and_not_otherwise() {
        assert_eq!(month("2026-11").to_string(), "2026-11");
        assert_eq!(month("0987-01").to_string(), "0987-01");
        for wrong in
            ["", "2026", "2026-13", "2026-00", "0000-01", "26-11", "2026-1", "+026-11", "2026-11-01", "٢٠٢٦-11"]
        {
            assert_eq!(Month::parse(wrong), Err(MonthError), "{wrong:?}");
        }
    }

    #[test]
    fn counting_back_crosses_years() {
        assert_eq!(month("2026-01").back(1), month("2025-12"));
        assert_eq!(month("2026-11").back(11), month("2025-12"));
        assert_eq!(month("0001-03").back(50), month("0001-01"));
        assert_eq!(month("2025-12").next(), month("2026-01"));
    }

    #[test]
    fn a_period_names_every_month_oldest_first() {
        let period = Period::ending(month("2026-02"), 4).unwrap();
        let months: Vec<String> = period.months().map(|month| month.to_string()).collect();
        assert_eq!(months, ["2025-11", "2025-12", "2026-01", "2026-02"]);
        assert!(period.contains(month("2026-01")) && !period.contains(month("2026-03")));
    }

    #[test]
    fn a_period_between_two_months_may_be_long_but_not_backwards() {
        let long = Period::between(month("1999-01"), month("2026-11")).unwrap();
        assert_eq!((long.count(), long.months().count()), (335, 335));
        assert_eq!(Period::between(month("2026-11"), month("2026-11")).unwrap().count(), 1);
        assert_eq!(Period::between(month("2026-12"), month("2026-11")), Err(PeriodError));
        assert_eq!(Period::between(month("0001-01"), month("9999-12")), Err(PeriodError));
    }

    #[test]
    fn a_period_has_at_least_one_month_and_at_most_ten_years() {
        for wrong in [0, -1, 121, i64::MAX, i64::MIN] {
            assert_eq!(Period::ending(month("2026-11"), wrong), Err(PeriodError));
        }
        assert_eq!(Period::ending(month("2026-11"), 120).unwrap().months().count(), 120);
    }

    #[test]
    fn months_have_names_for_people() {
        assert_eq!(month("2026-11").in_words(), "November 2026");
        assert_eq!(month("2026-05").in_short(), "May 26");
    }
}
