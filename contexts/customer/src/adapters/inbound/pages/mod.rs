//! The pages on which people sign up, log in and look after their account, and the one on which administrators change
//! roles.
//!
//! A page that tells whether an address has an account does not exist: see [`crate::application::SignUp`].

pub mod routes;

mod admin_customers;
mod confirm;
mod cookies;
mod forms;
mod login;
mod messages;
mod profile;
mod qr;
mod reset;
mod second_factor;
mod sessions;
mod sign_up;
mod verify;
mod view_models;
