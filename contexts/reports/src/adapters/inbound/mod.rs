//! How the world reaches the books: facts come in by [`consumers`], reports go out as JSON ([`api`]) or as [`pages`].
//!
//! [`csv`] writes the same reports for spreadsheets, [`params`] reads the parameters that all reports share. There is
//! no `jobs.rs`: nothing here happens by the clock alone.

pub mod api;
pub mod consumers;
pub mod csv;
pub mod pages;
pub mod params;
