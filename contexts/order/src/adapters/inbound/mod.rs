//! What calls the order context: JSON ([`api`]), pages ([`pages`]), events of others ([`consumers`]), its own tasks
//! ([`tasks`]), and timers ([`jobs`]).

pub mod api;
pub mod consumers;
pub mod jobs;
pub mod pages;
pub mod tasks;
