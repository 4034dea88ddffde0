//! What happened, in the warehouse's own words. `adapters/outbound/publish.rs` turns it into what others read.

use shared_kernel::{OrderId, Sku, Timestamp};

use super::kinds::{Consignment, Kind, Units};
use super::not_sent::NotSent;
use super::shipping_order::Item;
use super::stock::StockItem;

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FulfilmentEvent {
    /// All lines of an order are promised.
    StockReserved {
        order: OrderId,
        /// Its deadline.
        until: Timestamp,
    },
    /// At least one line cannot be had, so none is promised.
    StockRejected {
        order: OrderId,
        /// What is missing.
        short: Vec<Sku>,
    },
    /// What lies on a shelf, or how many of it may still be sold, has changed.
    StockChanged(StockItem),
    /// There is something to send.
    ShippingOrderCreated {
        order: OrderId,
        /// What.
        items: Vec<Item>,
    },
    /// One item has left the house.
    ItemProcessed {
        order: OrderId,
        /// Which.
        sku: Sku,
        /// Packed or mailed.
        kind: Kind,
        /// How many.
        units: Units,
        /// With whom, if packed.
        consignment: Option<Consignment>,
        /// When.
        at: Timestamp,
    },
    /// Nothing is left to be sent.
    ShippingOrderProcessed {
        order: OrderId,
        /// When.
        at: Timestamp,
        /// What staff decided not to send; `None` when every item has left the house.
        not_sent: Option<NotSent>,
    },
    /// Nothing will be sent; what was taken is back on the shelf.
    ShippingOrderCancelled { order: OrderId },
    /// It is too late to stop the order.
    CancellationRefused {
        order: OrderId,
        /// Why, for people.
        reason: &'static str,
    },
}
