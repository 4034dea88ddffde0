//! What asks the catalogue to do something: the JSON API, pages, files, and facts of other contexts.

pub mod api;
pub mod archive;
pub mod csv;
pub mod events;
pub mod import_outcome;
pub mod importing;
pub mod pages;
