//! How the world reaches the books: facts come in by [`consumers`], reports go out as JSON ([`api`]) or as [`pages`].
//!
//! [`csv`] writes the same reports for spreadsheets, [`params`] reads the parameters that all reports share. There is
//! no `jobs.rs`: nothing here happens by the clock alone.

pub mod api;
pub mod consumers;
pub mod csv;
pub mod pages;
pub mod params;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};

use crate::application::UseCases;

/// Gives the use cases to the handlers of API and pages.
fn share<'a>(config: &'a mut ServiceConfig, use_cases: &UseCases) -> &'a mut ServiceConfig {
    config
        .app_data(Data::from(Arc::clone(&use_cases.report_queries)))
        .app_data(Data::from(Arc::clone(&use_cases.show_sales_over_time)))
        .app_data(Data::from(Arc::clone(&use_cases.list_refunds)))
        .app_data(Data::from(Arc::clone(&use_cases.context)))
}
