//! Stock, reservations, shipping orders, dispatch and digital delivery: everything between a placed order and goods
//! that were sent.
//!
//! # The tour
//! A customer places an order; `order` says so. [`adapters::inbound::consumers`] reads the fact into a command,
//! [`application::ReserveStock`] takes it to the [`ports::Warehouse`], which loads the rows concerned into a
//! [`domain::StockTransaction`] inside one write transaction, where [`domain::reserving`] decides: all lines are promised, or
//! none. What changed is written together with the facts to tell and the mark that the message was handled.
//! [`adapters::outbound::publish`] puts those facts into words that other contexts understand.
//!
//! The money comes: [`application::CreateShippingOrder`] takes the goods off the shelf and puts a
//! [`domain::ShippingOrder`] on the work list. Staff packs and says so ([`application::DispatchItems`], by page or by
//! API); files go out by mail on their own ([`application::DeliverDigital`]). If the order ends instead, the promise is
//! taken back ([`application::ReleaseStock`]).
//!
//! Stock rows are hot, so they change through one port only, and never by load, decide, commit: see
//! [`ports::warehouse`]. Every change of a shelf leaves a movement; for each SKU the movements add up to the shelf.
//!
//! # Not here
//! Prices, money and the life of an order (`order`), what things are (`catalogue`). The context knows an order only by
//! its id, its lines, where it goes and what its facts say.

#![warn(unreachable_pub)]

pub mod adapters;
pub mod application;
pub mod domain;
mod module;
pub mod ports;
mod settings;
#[cfg(feature = "testing")]
pub mod testing;

pub use module::FulfilmentModule;
pub use settings::FulfilmentSettings;
