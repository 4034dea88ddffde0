//! All use cases, made once from the ports.

use std::sync::Arc;

use super::{ListRefunds, RecordFact, ReportContext, ReportQueries, ShowSalesOverTime};
use crate::ports::{SalesLedger, SalesOverTime, SalesReports};

/// Everything the use cases and consumers need of the outside.
#[derive(Clone)]
pub struct Ports {
    pub ledger: Arc<dyn SalesLedger>,
    pub reports: Arc<dyn SalesReports>,
    pub over_time: Arc<dyn SalesOverTime>,
}

/// Everything that can be done with the books, and the context in which reports are shown.
#[derive(Clone)]
pub struct UseCases {
    pub record_fact: Arc<RecordFact>,
    pub report_queries: Arc<ReportQueries>,
    pub show_sales_over_time: Arc<ShowSalesOverTime>,
    pub list_refunds: Arc<ListRefunds>,
    pub context: Arc<ReportContext>,
}

impl UseCases {
    pub fn new(ports: &Ports, context: ReportContext) -> Self {
        let context = Arc::new(context);
        let (reports, over_time) = (|| Arc::clone(&ports.reports), Arc::clone(&ports.over_time));
        Self {
            record_fact: Arc::new(RecordFact::new(Arc::clone(&ports.ledger), context.calendar.clone())),
            report_queries: Arc::new(ReportQueries::new(reports(), Arc::clone(&context))),
            show_sales_over_time: Arc::new(ShowSalesOverTime::new(reports(), over_time, Arc::clone(&context))),
            list_refunds: Arc::new(ListRefunds::new(reports(), Arc::clone(&context))),
            context,
        }
    }
}
