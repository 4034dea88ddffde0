//! What calls the order context: JSON ([`api`]), pages ([`pages`]), events of others ([`consumers`]), its own tasks
//! ([`tasks`]), timers ([`jobs`]), and files of past orders ([`import`]).

pub mod api;
pub mod consumers;
pub mod import;
pub mod jobs;
pub mod pages;
pub mod tasks;
