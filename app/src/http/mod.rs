//! HTTP: [`server`] (opens the shop with its public and private door, and closes both in order), [`door`] (what the public
//! one serves, and over which connections), [`identity`] (by what a process knows who is asking), [`limits`] (what is dear,
//! and how large a body may be).
//!
//! Pages that join contexts are in [`crate::pages`], the operator's API is in [`crate::ops`].

mod door;
mod identity;
mod limits;
pub mod server;
