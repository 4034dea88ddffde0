//! What asks the catalogue to do something: the JSON API, pages, files, and facts of other contexts.

pub mod api;
pub mod consumers;
pub mod csv;
pub mod import;
pub mod pages;
