//! The sentences of the features, by the part of the shop they speak of.

mod accounts;
mod cart;
mod catalogue;
mod checkout;
mod errors;
mod fulfilment;
mod orders;
mod purchase;
mod reports;
