//! The steps of the features, by the part of the shop that they test.

mod accounts;
mod cart;
mod catalogue;
mod checkout;
mod errors;
mod fulfilment;
mod orders;
mod purchase;
mod reports;
