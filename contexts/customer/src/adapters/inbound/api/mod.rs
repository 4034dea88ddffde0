//! The JSON API of this context, under `/api/customer/v1`.
//!
//! Signing up and asking for a mail never tell whether an address has an account: status, shape and time of the answer
//! are the same. `POST /customers` answers 201 with the account as it was asked for; if the address has an account
//! already, nothing is made, the id in the answer belongs to no account, and the owner gets a mail.

pub mod routes;

mod api_keys;
mod customers;
mod dto;
mod errors;
mod me;
mod second_factor;
mod sessions;
mod sign_up;
