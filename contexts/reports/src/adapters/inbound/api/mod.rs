//! The JSON API: `/api/reports/v1`, for administrators.
//!
//! [`handlers`] parse, ask and render; [`views`] and [`over_time`] are the shapes that clients rely on. Each report is also given as CSV to
//! who asks for `text/csv`.

pub mod handlers;
pub mod over_time;
pub mod views;

use actix_web::web::Data;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::module::ReportQueries;

/// Registers every call.
pub fn configure(cfg: &mut ServiceConfig, questions: ReportQueries) {
    cfg.app_data(Data::new(questions))
        .service(handlers::monthly_sales)
        .service(handlers::sales_over_time)
        .service(handlers::top_products)
        .service(handlers::sales_by_category)
        .service(handlers::sales_by_country)
        .service(handlers::refunds);
}
