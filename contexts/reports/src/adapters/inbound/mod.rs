//! How the world reaches the books: facts come in as [`events`], questions as JSON ([`api`]) or as [`pages`].
//!
//! [`csv`] writes the same answers for spreadsheets, [`params`] reads the parameters that all questions share. There is
//! no `jobs.rs`: nothing here happens by the clock alone.

pub mod api;
pub mod csv;
pub mod events;
pub mod pages;
pub mod params;
