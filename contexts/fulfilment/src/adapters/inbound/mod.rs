//! Ways in: [`api`] for programs, [`pages`] for staff, [`consumers`] for messages of other contexts, [`tasks`] for our own,
//! [`jobs`] for the clock.

pub mod api;
pub mod consumers;
pub mod jobs;
pub mod pages;
pub mod tasks;

use chassis::web::Staff;

use crate::domain::{Person, Reference};

/// The member of staff who changes a shelf.
fn reference_to(Staff(identity): &Staff) -> Reference {
    Reference::Staff(Some(Person { id: identity.customer, name: identity.first_name.clone() }))
}
