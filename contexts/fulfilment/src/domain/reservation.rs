//! What an order holds of the stock, and what became of it.
//!
//! A reservation outlives its hold: the row that says "released" or "taken" is what makes a late or repeated message of
//! the same order harmless. It does not count stock; [`super::reserving`] moves both together.

use shared_kernel::{OrderId, Sku, Timestamp};

use super::kinds::Units;

/// Units of one SKU that are promised to one order. Things that cannot run out are not held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Of what.
    pub sku: Sku,
    /// How many.
    pub units: Units,
}

/// Why a hold ended without a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The order expired, was rejected or cancelled. Nothing may be shipped for it any more.
    OrderEnded,
    /// A newer order for the same cart took its place. Should its money come after all, it is served if stock allows.
    Replaced,
    /// The safety net: no message said what became of the order. As for [`Release::Replaced`], money may still come.
    Lapsed,
}

impl Release {
    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OrderEnded => "ended",
            Self::Replaced => "replaced",
            Self::Lapsed => "lapsed",
        }
    }
}

/// Where a reservation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReservationState {
    /// Stock is promised until the order's own deadline.
    Held {
        /// What is promised; empty when nothing in the order can run out.
        holds: Vec<Hold>,
        /// The order's deadline.
        until: Timestamp,
    },
    /// There was too little stock, and the order context was informed.
    Refused,
    /// The promise was taken back.
    Released(Release),
    /// The goods were taken for a shipping order.
    Taken,
}

/// What one order holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    order: OrderId,
    state: ReservationState,
}

impl Reservation {
    /// The reservation of `order` in the given state.
    pub fn new(order: OrderId, state: ReservationState) -> Self {
        Self { order, state }
    }

    /// Whose.
    pub fn order(&self) -> OrderId {
        self.order
    }

    /// Where it stands.
    pub fn state(&self) -> &ReservationState {
        &self.state
    }

    /// What is promised right now.
    pub fn holds(&self) -> &[Hold] {
        match &self.state {
            ReservationState::Held { holds, .. } => holds,
            ReservationState::Refused | ReservationState::Released(_) | ReservationState::Taken => &[],
        }
    }

    /// The order's deadline, while something is promised.
    pub fn until(&self) -> Option<Timestamp> {
        match &self.state {
            ReservationState::Held { until, .. } => Some(*until),
            ReservationState::Refused | ReservationState::Released(_) | ReservationState::Taken => None,
        }
    }
}
