//! The configuration of a process of the shop: [`settings`] (everything that can be set, and the only reader of the
//! environment), [`parts`] (which parts of the shop a process may hold), [`secrets`] (as set, or made at first start)
//! and [`data_folder`] (its lock, and files that only their owner reads).
//!
//! Knows no running shop.

pub mod data_folder;
pub mod parts;
pub mod secrets;
pub mod settings;
