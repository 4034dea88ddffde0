//! Ways in: [`api`] for programs, [`pages`] for staff, [`events`] from other contexts and from our own tasks, [`jobs`]
//! from the clock.

pub mod api;
pub mod events;
pub mod jobs;
pub mod pages;
