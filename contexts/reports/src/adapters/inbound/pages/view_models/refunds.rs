//! `/admin/reports/refunds`.

use askama::Template;
use chassis::web::PageFrame;

use super::Head;
use crate::domain::{RefundEntry, ShopCalendar};

#[derive(Template)]
#[template(path = "reports/refunds.html")]
pub(crate) struct RefundsPage {
    pub frame: PageFrame,
    pub head: Head,
    pub refunds: Vec<RefundRow>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

pub(crate) struct RefundRow {
    order: String,
    number: String,
    amount: String,
    reason: String,
    at: String,
    of_a_sale: bool,
}

impl RefundRow {
    pub(crate) fn new(row: &RefundEntry, calendar: &ShopCalendar) -> Self {
        Self {
            order: row.order.to_string(),
            number: row.number.clone(),
            amount: row.amount.to_string(),
            reason: row.reason.clone(),
            at: calendar.wall_clock(row.refunded_at),
            of_a_sale: row.of_a_sale,
        }
    }
}
