//! Answers: what money went back, and why?

use shared_kernel::Limit;

use super::report_query::{ReportContext, ReportError, ReportParams};
use crate::domain::{RefundEntry, Report};
use crate::ports::RefundPlace;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPage {
    /// At most `limit` refunds.
    pub report: Report<RefundEntry>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<RefundPlace>,
}

pub struct ListRefunds {
    reading: ReportContext,
}

impl ListRefunds {
    /// Answers from this reading.
    pub fn new(reading: ReportContext) -> Self {
        Self { reading }
    }

    /// One page of refunds, newest first, starting after `after`.
    pub async fn execute(
        &self,
        asked: ReportParams,
        limit: Limit,
        after: Option<RefundPlace>,
    ) -> Result<RefundPage, ReportError> {
        let (period, currency) = self.reading.resolve(asked)?;
        let mut report = self.reading.reports.refunds(currency, period, limit, after).await?;
        let wanted = limit.get() as usize;
        let more = report.rows.len() > wanted;
        report.rows.truncate(wanted);
        let place =
            |last: &RefundEntry| RefundPlace { refunded_at: last.refunded_at, order: last.order, id: last.id.clone() };
        let next = report.rows.last().filter(|_| more).map(place);
        Ok(RefundPage { report, next })
    }
}
