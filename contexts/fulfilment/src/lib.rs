//! Stock, reservations, shipping orders, dispatch and digital delivery: everything between "somebody wants it" and "it
//! has left the house".
//!
//! # The tour
//! A customer places an order; `order` says so. [`adapters::inbound::events`] reads the fact into a command,
//! [`application::reserve_stock`] takes it to the [`ports::Warehouse`], which lays the rows concerned on a
//! [`domain::StockTransaction`] inside one write transaction, where [`domain::reserving`] decides: all lines are promised, or
//! none. What changed is written together with the facts to tell and the mark that the message was handled.
//! [`adapters::outbound::publish`] puts those facts into words that other contexts understand.
//!
//! The money comes: [`application::create_shipping_order`] takes the goods off the shelf and puts a
//! [`domain::ShippingOrder`] on the work list. Staff packs and says so ([`application::dispatch_items`], by page or by
//! API); files go out by mail on their own ([`application::deliver_digital`]). If the order ends instead, the promise is
//! taken back ([`application::release_stock`]).
//!
//! Stock rows are hot, so they change through one port only, and never by load, decide, commit: see
//! [`ports::warehouse`]. Every change of a shelf leaves a movement; for each SKU the movements add up to the shelf.
//!
//! # Not here
//! Prices, money and the life of an order (`order`), what things are (`catalogue`). The context knows an order only by
//! its id, its lines, where it goes and what its facts say.

pub mod adapters;
pub mod application;
pub mod domain;
mod module;
pub mod ports;
#[cfg(feature = "testing")]
pub mod testing;

pub use module::{FulfilmentModule, FulfilmentSettings};
