//! The reports of whole months: what each month, article, category and country brought.

use std::sync::Arc;

use shared_kernel::Limit;

use crate::application::report_context::{ReportContext, ReportError, ReportParams};
use crate::domain::{CategorySales, CountrySales, MonthSales, ProductSales, Report, Scope};
use crate::ports::SalesReports;

/// Answers with reports of whole months.
pub struct ReportQueries {
    reports: Arc<dyn SalesReports>,
    context: Arc<ReportContext>,
}

impl ReportQueries {
    pub fn new(reports: Arc<dyn SalesReports>, context: Arc<ReportContext>) -> Self {
        Self { reports, context }
    }

    /// One row per month, oldest first, the present month last, months without sales included.
    pub async fn monthly_sales(&self, params: ReportParams, scope: Scope) -> Result<Report<MonthSales>, ReportError> {
        let (period, currency) = self.context.resolve(params)?;
        Ok(self.reports.monthly(currency, period, scope).await?.complete(period))
    }

    /// At most `limit` articles, best first.
    pub async fn top_products(&self, params: ReportParams, limit: Limit) -> Result<Report<ProductSales>, ReportError> {
        let (period, currency) = self.context.resolve(params)?;
        Ok(self.reports.top_products(currency, period, limit).await?)
    }

    /// Every category that sold anything, best first. Shipping belongs to none and is left out.
    pub async fn sales_by_category(&self, params: ReportParams) -> Result<Report<CategorySales>, ReportError> {
        let (period, currency) = self.context.resolve(params)?;
        Ok(self.reports.by_category(currency, period).await?)
    }

    /// Every country to which anything went, best first, shipping included.
    pub async fn sales_by_country(&self, params: ReportParams) -> Result<Report<CountrySales>, ReportError> {
        let (period, currency) = self.context.resolve(params)?;
        Ok(self.reports.by_country(currency, period).await?)
    }
}
