//! What money went back, and why?

use std::sync::Arc;

use shared_kernel::Limit;

use crate::application::report_context::{ReportContext, ReportError, ReportParams};
use crate::domain::{RefundEntry, Report};
use crate::ports::{RefundPlace, SalesReports};

/// Some of the refunds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPage {
    /// At most `limit` refunds.
    pub report: Report<RefundEntry>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<RefundPlace>,
}

/// Lists refunds a page at a time.
pub struct ListRefunds {
    reports: Arc<dyn SalesReports>,
    context: Arc<ReportContext>,
}

impl ListRefunds {
    pub fn new(reports: Arc<dyn SalesReports>, context: Arc<ReportContext>) -> Self {
        Self { reports, context }
    }

    /// One page of refunds, newest first, starting after `after`.
    pub async fn execute(
        &self,
        params: ReportParams,
        limit: Limit,
        after: Option<RefundPlace>,
    ) -> Result<RefundPage, ReportError> {
        let (period, currency) = self.context.resolve(params)?;
        let mut report = self.reports.refunds(currency, period, limit, after).await?;
        let wanted = limit.get() as usize;
        let more = report.rows.len() > wanted;
        report.rows.truncate(wanted);
        let place =
            |last: &RefundEntry| RefundPlace { refunded_at: last.refunded_at, order: last.order, id: last.id.clone() };
        let next = report.rows.last().filter(|_| more).map(place);
        Ok(RefundPage { report, next })
    }
}
