//! What the warehouse knows and the rules it keeps. Pure: no clock, no randomness, no storage.
//!
//! Reading order: [`kinds`] (small values), [`stock`] (one SKU's shelf), [`reservation`] (what an order holds),
//! [`shipping_order`] (what has to leave the house), [`stock_transaction`] (the rows that one decision sees and changes),
//! [`refusal`] (why one changes nothing), then the decisions themselves: [`reserving`], [`shipping`], [`counting`], [`adjusting`]. [`events`] are the facts they leave behind,
//! [`digital`] is what goes out by mail, and [`refunded`] what a packer knows of an order's money.

pub mod adjusting;
pub mod counting;
pub mod digital;
pub mod events;
pub mod kinds;
pub mod not_sent;
pub mod refunded;
pub mod refusal;
pub mod reservation;
pub mod reserving;
pub mod shipping;
pub mod shipping_order;
pub mod stock;
pub mod stock_transaction;

#[cfg(test)]
mod tests;

pub use adjusting::{Adjustment, AdjustmentError, AdjustmentReason};
pub use counting::{ImportedCount, PersonsCount};
pub use digital::{DigitalFile, DownloadToken, FileInfo};
pub use events::FulfilmentEvent;
pub use kinds::{Consignment, ConsignmentError, Count, Kind, Line, Person, Units};
pub use not_sent::{NotSent, NotSentReason};
pub use refunded::Refunded;
pub use refusal::Refusal;
pub use reservation::{Hold, Release, Reservation, ReservationState};
pub use reserving::PlacedOrder;
pub use shipping::PaidOrder;
pub use shipping_order::{Delivery, Item, ItemState, ShippingOrder, ShippingState};
pub use stock::{Movement, Reason, Reference, StockItem};
pub use stock_transaction::{Changes, Row, StockTransaction};
