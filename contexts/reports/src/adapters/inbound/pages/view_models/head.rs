//! What stands above every report: its name, how fresh it is, and the choice of months and currency.

use shared_kernel::Currency;
use shared_kernel::format::count;

use crate::adapters::inbound::params::ReportRequest;
use crate::application::{ReportContext, SalesOverTimeQuery};
use crate::domain::{DateRange, Month, Period, Report};

/// Fewer facts are counted within moments, which is not worth a note.
const MIN_BACKLOG_SHOWN: u64 = 100;

/// The top of a page.
pub(crate) struct Head {
    pub heading: &'static str,
    pub as_of: String,
    /// What has to be known beside the figures: that some are missing.
    pub warning: Option<String>,
    pub months: i64,
    pub from: String,
    pub until: String,
    pub currency: String,
    pub currencies: Vec<String>,
    /// The parameters as they were meant, for links to the same report in another form.
    pub query: String,
}

impl Head {
    pub(crate) fn new<T>(
        heading: &'static str,
        report: &Report<T>,
        request: &ReportRequest,
        context: &ReportContext,
    ) -> Self {
        let params = request.params;
        let of = context.currency_or_own(params.currency);
        let months = params.months.unwrap_or(Period::DEFAULT_MONTHS);
        let month = |month: Option<Month>| month.map(|month| month.to_string()).unwrap_or_default();
        let (from, until) = (month(params.from), month(params.until));
        let mut query = format!("months={months}&from={from}&until={until}&currency={of}");
        if let Some(scope) = request.scope {
            query = format!("{query}&status={}", scope.name());
        }
        Self { heading, months, from, until, query, ..Self::of(report, of, context) }
    }

    /// Above sales over time, which are asked for by days.
    pub(crate) fn over_time<T>(
        report: &Report<T>,
        query: SalesOverTimeQuery,
        days: DateRange,
        context: &ReportContext,
    ) -> Self {
        let of = context.currency_or_own(query.currency);
        let (from, until) = (days.first().to_string(), days.last().to_string());
        let (by, status) = (query.by.name(), query.scope.name());
        let query = format!("by={by}&from={from}&until={until}&currency={of}&status={status}");
        Self { heading: "Sales over time", from, until, query, ..Self::of(report, of, context) }
    }

    /// What is the same however it was asked for.
    fn of<T>(report: &Report<T>, of: Currency, context: &ReportContext) -> Self {
        let zone = report.books.time_zone.as_deref().unwrap_or(context.calendar.zone());
        let as_of = report.books.as_of.map_or_else(
            || "Nothing has been sold yet".to_owned(),
            |at| format!("As of {}; dates and times in {zone}", context.calendar.wall_clock(at)),
        );
        let mut currencies: Vec<String> = report.books.currencies.iter().map(ToString::to_string).collect();
        if !currencies.iter().any(|code| code == of.code()) {
            currencies.push(of.to_string());
        }
        Self {
            heading: "",
            as_of,
            warning: warning(report),
            months: Period::DEFAULT_MONTHS,
            from: String::new(),
            until: String::new(),
            currency: of.to_string(),
            currencies,
            query: String::new(),
        }
    }
}

fn warning<T>(report: &Report<T>) -> Option<String> {
    match (report.books.rebuilding, report.books.waiting) {
        (true, 0) => Some("These reports are being rebuilt. Until that is done, figures are too small.".to_owned()),
        (true, waiting) => Some(format!(
            "These reports are being rebuilt, and {} waiting. Until that is done, figures are too small.",
            count(waiting, "fact is", "facts are")
        )),
        (false, waiting) if waiting >= MIN_BACKLOG_SHOWN => {
            Some(format!("{waiting} facts about orders are waiting to be counted."))
        }
        (false, _) => None,
    }
}
