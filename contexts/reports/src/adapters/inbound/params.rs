//! The parameters that all reports share, read from a query string once.
//!
//! Nothing is guessed: a parameter that cannot be what it says is refused by name. Unknown parameters are ignored.

use std::collections::HashMap;

use actix_web::web::Query;
use shared_kernel::{Currency, Limit, OrderId, Timestamp};

use crate::application::{ReportParams, SalesOverTimeQuery};
use crate::domain::{DateRange, DayOf, GroupBy, Month, Period, RefundId, Scope, parse_day};
use crate::ports::RefundPlace;

/// Which report, and how much of it.
#[derive(Debug, Clone)]
pub struct ReportRequest {
    /// Months and currency.
    pub params: ReportParams,
    /// `status`; `None` where it was left out.
    pub scope: Option<Scope>,
    /// `limit`, usually 25.
    pub limit: Limit,
    /// `cursor`.
    pub after: Option<RefundPlace>,
}

/// A parameter that cannot be what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadParameter {
    /// Not a query string at all.
    #[error("the query cannot be read: {0}")]
    Query(String),
    /// `from` and `until`.
    #[error("from and until are months such as 2026-11, in this order and not a hundred years apart")]
    Period,
    /// `from` and `until` as days.
    #[error(
        "from and until are days such as 2026-11-22, in this order, and make at most {} rows",
        DateRange::MOST_ROWS
    )]
    Dates,
    /// `by`.
    #[error("by is `day`, `week`, `month`, `quarter` or `year`")]
    GroupBy,
    #[error("months is a whole number from 1 to {}", Period::MAX_MONTHS)]
    Months,
    #[error("status is `paid` (all orders whose money arrived) or `completed`")]
    Status,
    #[error("currency is a three-letter code such as NZD")]
    Currency,
    #[error("limit is a whole number from 1 to 100")]
    Limit,
    #[error("cursor is not one that was given out here")]
    Cursor,
}

impl ReportRequest {
    /// Reads a query string.
    pub fn parse(query: &str) -> Result<Self, BadParameter> {
        let sent = sent(query)?;
        let given = |name: &str| given(&sent, name);
        let months = given("months").map(whole).transpose().map_err(|()| BadParameter::Months)?;
        if months.is_some_and(|months| !(1..=Period::MAX_MONTHS).contains(&months)) {
            return Err(BadParameter::Months);
        }
        let month = |name| given(name).map(Month::parse).transpose().map_err(|_| BadParameter::Period);
        let (from, until) = (month("from")?, month("until")?);
        let (currency, scope) = (currency(&sent)?, scope(&sent)?);
        let limit = given("limit").map(whole).transpose().map_err(|()| BadParameter::Limit)?;
        let limit = limit.map_or(Ok(Limit::DEFAULT), Limit::new).map_err(|_| BadParameter::Limit)?;
        let after = given("cursor").map(|text| place(text).ok_or(BadParameter::Cursor)).transpose()?;
        Ok(Self { params: ReportParams { months, from, until, currency }, scope, limit, after })
    }
}

/// Reads which sales over time; whatever was left out has its usual value.
pub fn sales_over_time(query: &str) -> Result<SalesOverTimeQuery, BadParameter> {
    let sent = sent(query)?;
    let given = |name: &str| given(&sent, name);
    let by = given("by").map(|text| GroupBy::parse(text).ok_or(BadParameter::GroupBy)).transpose()?;
    let day = |name, end| given(name).map(|text| parse_day(text, end)).transpose().map_err(|_| BadParameter::Dates);
    let (from, until) = (day("from", DayOf::First)?, day("until", DayOf::Last)?);
    let (scope, currency) = (scope(&sent)?.unwrap_or(Scope::Paid), currency(&sent)?);
    Ok(SalesOverTimeQuery { by: by.unwrap_or(GroupBy::Day), from, until, scope, currency })
}

type Sent = HashMap<String, String>;

fn sent(query: &str) -> Result<Sent, BadParameter> {
    let sent = Query::<Sent>::from_query(query).map_err(|error| BadParameter::Query(error.to_string()))?;
    Ok(sent.into_inner())
}

/// A parameter; an empty one counts as left out.
fn given<'a>(sent: &'a Sent, name: &str) -> Option<&'a str> {
    sent.get(name).map(String::as_str).filter(|text| !text.is_empty())
}

fn scope(sent: &Sent) -> Result<Option<Scope>, BadParameter> {
    given(sent, "status").map(|text| Scope::parse(text).ok_or(BadParameter::Status)).transpose()
}

fn currency(sent: &Sent) -> Result<Option<Currency>, BadParameter> {
    given(sent, "currency").map(Currency::parse).transpose().map_err(|_| BadParameter::Currency)
}

fn whole(text: &str) -> Result<i64, ()> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().map_err(|_| ()) } else { Err(()) }
}

fn place(cursor: &str) -> Option<RefundPlace> {
    let mut parts = cursor.splitn(3, '.');
    let refunded_at = Timestamp::from_micros(parts.next()?.parse().ok()?);
    let order = OrderId::parse(parts.next()?).ok()?;
    Some(RefundPlace { refunded_at, order, id: RefundId::new(parts.next()?)? })
}

/// The cursor that names a place.
pub fn cursor(place: &RefundPlace) -> String {
    format!("{}.{}.{}", place.refunded_at.micros(), place.order, place.id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_or_empty_has_its_usual_value() {
        for query in ["", "months=&from=&until=&status=&currency=&limit=&cursor=&weather=fine"] {
            let request = ReportRequest::parse(query).unwrap();
            assert_eq!((request.params.months, request.scope, request.limit), (None, None, Limit::DEFAULT));
            assert_eq!((request.params.currency, request.after), (None, None));
        }
    }

    #[test]
    fn each_parameter_is_refused_by_name() {
        let refused = |query: &str| ReportRequest::parse(query).unwrap_err();
        for months in ["0", "-1", "121", "1.5", "twelve", "99999999999999999999", "%2B3"] {
            assert_eq!(refused(&format!("months={months}")), BadParameter::Months, "{months}");
        }
        for period in ["from=2016", "until=yesterday", "from=2016-13", "until=2016-01-01"] {
            assert_eq!(refused(period), BadParameter::Period, "{period}");
        }
        assert_eq!(refused("status=open"), BadParameter::Status);
        assert_eq!(refused("currency=dollars"), BadParameter::Currency);
        for limit in ["0", "101", "-5", "x"] {
            assert_eq!(refused(&format!("limit={limit}")), BadParameter::Limit, "{limit}");
        }
        for cursor in ["5", "x.y", "5.", "5.6.7", "5.00000000-0000-0000-0000-000000000001."] {
            assert_eq!(refused(&format!("cursor={cursor}")), BadParameter::Cursor, "{cursor}");
        }
    }

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        let place = RefundPlace {
            refunded_at: Timestamp::from_micros(5),
            order: OrderId::parse("00000000-0000-0000-0000-000000000001").unwrap(),
            id: RefundId::new("re.1").unwrap(),
        };
        let request = ReportRequest::parse(&format!("status=COMPLETED&cursor={}", cursor(&place))).unwrap();
        assert_eq!((request.scope, request.after), (Some(Scope::Completed), Some(place)));
    }
}
