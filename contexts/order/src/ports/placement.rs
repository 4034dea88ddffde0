//! Where an order begins. Numbers, request keys and "one open order per cart" are decided in one transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::{CustomerId, StoreError};

use crate::domain::{CartId, Order, OrderNumber, Transition};

/// The key under which somebody asks for something that must happen once, and what exactly they asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Who asks; keys of different people never meet.
    pub principal: CustomerId,
    /// The key, 1 to 255 visible ASCII characters.
    pub key: String,
    /// A hash of the operation and all that was asked for.
    pub fingerprint: String,
}

/// What the domain makes of a request to place an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// The open order of the cart is what is asked for.
    Keep(Box<Order>),
    /// A new order; the open one, if there is one, ends.
    New {
        /// The new one.
        placed: Box<Transition>,
        /// The end of the old one.
        superseded: Option<Box<Transition>>,
    },
}

/// Decides, given the open order of the cart and the number that a new one would get. Pure; may be asked again. Whether
/// the open one stays does not depend on the number.
pub type PlaceDecide = Arc<dyn Fn(Option<Order>, OrderNumber) -> Placement + Send + Sync>;

/// A request to place an order.
#[derive(Clone)]
pub struct PlaceRequest {
    /// The cart that is ordered.
    pub cart: CartId,
    /// The key under which it is asked for.
    pub key: RequestKey,
    /// How many orders its principal may have, over all their carts, that wait to be paid.
    pub open_at_most: u32,
    /// How many pieces it asks for.
    pub pieces: u32,
    /// How many pieces its principal may have in orders that wait to be paid, this one included.
    pub pieces_at_most: u32,
    /// What it comes to.
    pub decide: PlaceDecide,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceOutcome {
    /// A new order.
    Placed(Order),
    /// The cart's open order is the same; nothing new was placed.
    Open(Order),
    /// This request has had its effect before. The order as it is now.
    Repeat(Order),
    /// The key was used before for another request.
    KeyReused,
    /// So many other orders of their wait to be paid that nothing was placed.
    TooManyOpen,
    /// So many pieces would be held that nobody else can buy; nothing was placed.
    TooManyPieces,
}

/// Places orders.
#[async_trait]
pub trait OrderPlacement: Send + Sync {
    /// In one transaction: answers a known key; else finds the cart's open order, lets the domain decide under the next
    /// number, and keeps everything together with the key. Numbers rise; one that an imported order has already is passed
    /// over, and where several place orders at once one may be left out. None is given twice. A cart never has two open
    /// orders, and nobody more of them, or more pieces in
    /// them, than the request allows.
    async fn place(&self, request: PlaceRequest) -> Result<PlaceOutcome, StoreError>;

    /// The order of the cart that waits for stock or to be paid, if there is one.
    async fn open_order(&self, cart: CartId) -> Result<Option<Order>, StoreError>;

    /// The order that a request with this key led to.
    async fn find_outcome(&self, key: &RequestKey) -> Result<Option<PlaceOutcome>, StoreError>;
}

/// Takes over orders of another shop.
#[async_trait]
pub trait HistoryImport: Send + Sync {
    /// Keeps those whose number is not known yet, with their events, in one transaction. Says how many were new.
    async fn import(&self, orders: Vec<Transition>) -> Result<u64, StoreError>;

    /// Those of these ids that are accounts of this shop, erased ones included.
    async fn known_customers(&self, ids: BTreeSet<CustomerId>) -> Result<BTreeSet<CustomerId>, StoreError>;
}
