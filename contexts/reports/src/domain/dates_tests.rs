//! Days and periods, over random dates and zones.

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Date {
    parse_day(text, DayOf::First).unwrap()
}

fn range(first: &str, last: &str) -> DateRange {
    DateRange::between(day(first), day(last)).unwrap()
}

fn april() -> FinancialYear {
    FinancialYear::starting_in(4).unwrap()
}

fn names(range: DateRange, by: GroupBy, year: FinancialYear) -> Vec<String> {
    range.divided(by, year).unwrap().into_iter().map(|span| span.name).collect()
}

#[test]
fn weeks_are_those_of_iso_8601() {
    // ISO 8601: the first week of a year is the one with its first Thursday; 2020 had 53.
    let weeks = names(range("2020-12-27", "2021-01-04"), GroupBy::Week, FinancialYear::default());
    assert_eq!(weeks, ["2020-W52", "2020-W53", "2021-W01"]);
    let spans = range("2020-12-27", "2021-01-04").divided(GroupBy::Week, FinancialYear::default()).unwrap();
    assert_eq!(spans[1].days, range("2020-12-28", "2021-01-03"));
    assert_eq!(spans[0].days, range("2020-12-27", "2020-12-27"), "a week that is cut shows what there is of it");
}

#[test]
fn quarters_are_those_of_the_calendar_and_years_those_of_the_books() {
    let days = range("2026-03-15", "2027-04-01");
    let quarters = names(days, GroupBy::Quarter, april());
    assert_eq!(quarters, ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1", "2027-Q2"]);
    // The tax year of New Zealand and of the United Kingdom's companies begins in April.
    assert_eq!(names(days, GroupBy::Year, april()), ["2025/26", "2026/27", "2027/28"]);
    assert_eq!(names(days, GroupBy::Year, FinancialYear::default()), ["2026", "2027"]);
    assert_eq!(GroupBy::Year.last_of(day("2026-11-22"), april()), day("2027-03-31"));
    for wrong in [0, 13] {
        assert_eq!(FinancialYear::starting_in(wrong), None);
    }
}

#[test]
fn whole_months_are_compared_with_whole_months_and_days_with_days() {
    let today = day("2026-11-22");
    let before = |first, last| range(first, last).before(today).unwrap();
    assert_eq!(before("2026-10-01", "2026-10-31"), range("2026-09-01", "2026-09-30"));
    assert_eq!(before("2026-02-01", "2026-03-31"), range("2025-12-01", "2026-01-31"));
    assert_eq!(before("2025-04-01", "2026-03-31"), range("2024-04-01", "2025-03-31"));
    assert_eq!(before("2026-11-16", "2026-11-22"), range("2026-11-09", "2026-11-15"));
    assert_eq!(before("2026-11-01", "2026-11-30"), range("2026-10-10", "2026-10-31"), "22 days so far");
    assert_eq!(DateRange::between(day("0001-01-01"), today).unwrap().before(today), None);
}

#[test]
fn what_is_left_out_has_its_usual_value() {
    let asked = |from: Option<&str>, by| {
        let ends = (from.map(day), None);
        DateRange::resolve(ends, by, april(), day("2026-11-22")).unwrap()
    };
    assert_eq!(asked(None, GroupBy::Day), range("2026-10-24", "2026-11-22"));
    assert_eq!(asked(None, GroupBy::Week), range("2026-08-31", "2026-11-22"));
    assert_eq!(asked(None, GroupBy::Month), range("2025-12-01", "2026-11-30"));
    assert_eq!(asked(None, GroupBy::Quarter), range("2025-01-01", "2026-12-31"));
    assert_eq!(asked(None, GroupBy::Year), range("2022-04-01", "2027-03-31"));
    assert_eq!(asked(Some("2009-04-01"), GroupBy::Year).first(), day("2009-04-01"));
}

#[test]
fn a_day_is_read_as_it_is_written_and_not_otherwise() {
    assert_eq!(parse_day("2028-02", DayOf::Last), Ok(day("2028-02-29")));
    assert_eq!(parse_day("2028-02-28", DayOf::Last), Ok(day("2028-02-28")));
    for wrong in ["", "2026", "2026-02-29", "2026-13-01", "26-11-01", "2026-1-1", "2026-11-22T00:00", "+026-11-01"] {
        assert_eq!(parse_day(wrong, DayOf::First), Err(DatesError), "{wrong:?}");
    }
    assert!(DateRange::between(day("2026-11-22"), day("2026-11-21")).is_err());
    assert!(range("2016-01-01", "2026-01-01").divided(GroupBy::Day, april()).is_err(), "too many rows");
}

proptest! {
    #[test]
    fn the_rows_of_a_report_are_its_days_without_gap_or_overlap(
        start in 0_i64..1_000_000, days in 0_i64..1_000, month in 1_u8..=12, by in prop::sample::select(GroupBy::ALL.to_vec())
    ) {
        let first = day("0100-01-01").checked_add(start.days()).unwrap();
        let whole = DateRange::between(first, first.checked_add(days.days()).unwrap()).unwrap();
        let year = FinancialYear::starting_in(month).unwrap();
        let spans = whole.divided(by, year).unwrap();
        prop_assert_eq!((spans[0].days.first(), spans[spans.len() - 1].days.last()), (whole.first(), whole.last()));
        for pair in spans.windows(2) {
            prop_assert_eq!(pair[0].days.last().tomorrow().unwrap(), pair[1].days.first());
            prop_assert!(pair[0].name < pair[1].name, "{} is not before {}", pair[0].name, pair[1].name);
        }
    }
}
