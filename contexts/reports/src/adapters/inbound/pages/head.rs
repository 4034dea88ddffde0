//! What stands above every report: its name, how fresh it is, and the choice of months and currency.

use shared_kernel::{Currency, Money};

use crate::adapters::inbound::asking::Question;
use crate::application::Reading;
use crate::domain::{Period, Report};

/// The top of a page.
pub struct Head {
    pub heading: &'static str,
    pub as_of: String,
    pub months: i64,
    pub currency: String,
    pub currencies: Vec<String>,
    /// The parameters as they were meant, for links to the same report in another form.
    pub query: String,
}

impl Head {
    pub fn new<T>(heading: &'static str, report: &Report<T>, question: &Question, reading: &Reading) -> Self {
        let as_of = report.as_of.map_or_else(
            || "nothing has been sold yet".to_owned(),
            |at| format!("as of {} ({})", reading.calendar.wall_clock(at), reading.calendar.zone()),
        );
        let of = question.asked.currency.unwrap_or(reading.currency);
        let months = question.asked.months.unwrap_or(Period::USUAL);
        let mut currencies: Vec<String> = report.currencies.iter().map(ToString::to_string).collect();
        if !currencies.iter().any(|code| code == of.code()) {
            currencies.push(of.to_string());
        }
        let mut query = format!("months={months}&currency={of}");
        if let Some(scope) = question.scope {
            query = format!("{query}&status={}", scope.name());
        }
        Self { heading, as_of, months, currency: of.to_string(), currencies, query }
    }
}

/// An amount for people.
pub fn money(minor: i64, of: Currency) -> String {
    Money::new(minor, of).to_string()
}
