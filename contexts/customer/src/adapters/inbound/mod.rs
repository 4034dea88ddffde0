//! Who calls this context: programs ([`api`]), people ([`pages`]), the edge of the shop ([`authenticator`]) or, when it is
//! split, its gateway ([`identity`]), the task engine ([`tasks`]) and the clock ([`jobs`]).

pub mod api;
pub mod authenticator;
pub mod identity;
pub mod jobs;
pub mod pages;
pub mod tasks;

mod fields;
mod messages;
mod qr;
mod security;
mod shown;
