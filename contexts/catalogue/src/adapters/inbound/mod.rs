//! What asks the catalogue to do something: the JSON API, pages, files, and facts of other contexts.

pub mod api;
pub mod consumers;
pub mod csv;
pub mod import;
pub mod pages;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};

use crate::application::UseCases;

/// Gives the use cases to the handlers of API and pages.
fn share<'a>(config: &'a mut ServiceConfig, use_cases: &UseCases) -> &'a mut ServiceConfig {
    config
        .app_data(Data::from(Arc::clone(&use_cases.browse)))
        .app_data(Data::from(Arc::clone(&use_cases.save_product)))
        .app_data(Data::from(Arc::clone(&use_cases.withdraw_product)))
        .app_data(Data::from(Arc::clone(&use_cases.export_products)))
        .app_data(Data::from(Arc::clone(&use_cases.keep_picture)))
        .app_data(Data::from(Arc::clone(&use_cases.add_picture)))
}
