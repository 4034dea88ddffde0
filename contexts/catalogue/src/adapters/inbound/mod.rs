//! What asks the catalogue to do something: the JSON API, pages, files, and facts of other contexts.

pub mod api;
pub mod csv;
pub mod events;
pub mod importing;
pub mod pages;
