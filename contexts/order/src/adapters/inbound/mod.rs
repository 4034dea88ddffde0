//! What calls the order context: JSON ([`api`]), pages ([`pages`]), facts of others ([`events`]), its own work on the
//! outside world ([`tasks`]), and timers ([`jobs`]).

pub mod api;
pub mod events;
pub mod jobs;
pub mod pages;

pub mod tasks;
