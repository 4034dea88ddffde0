//! Ways in: [`api`] for programs, [`pages`] for staff, [`consumers`] for messages of other contexts, [`tasks`] for our own,
//! [`jobs`] for the clock.

pub mod api;
pub mod consumers;
pub mod jobs;
pub mod pages;
pub mod tasks;

use std::sync::Arc;

use actix_web::web::{Data, ServiceConfig};
use chassis::web::Staff;

use crate::application::UseCases;
use crate::domain::{Person, Reference};

/// The member of staff who changes a shelf.
fn reference_to(Staff(identity): &Staff) -> Reference {
    Reference::Staff(Some(Person { id: identity.customer, name: identity.first_name.clone() }))
}

/// Gives the use cases to the handlers of API and pages.
fn share<'a>(config: &'a mut ServiceConfig, use_cases: &UseCases) -> &'a mut ServiceConfig {
    config
        .app_data(Data::from(Arc::clone(&use_cases.shipping_orders)))
        .app_data(Data::from(Arc::clone(&use_cases.stock)))
        .app_data(Data::from(Arc::clone(&use_cases.set_stock)))
        .app_data(Data::from(Arc::clone(&use_cases.adjust_stock)))
        .app_data(Data::from(Arc::clone(&use_cases.dispatch_items)))
        .app_data(Data::from(Arc::clone(&use_cases.close_shipping_order)))
        .app_data(Data::from(Arc::clone(&use_cases.put_digital_file)))
        .app_data(Data::from(Arc::clone(&use_cases.digital_files)))
}
