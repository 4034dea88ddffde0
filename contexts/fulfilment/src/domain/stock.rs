//! One SKU's shelf: how many are there, and how many of those are promised.
//!
//! Invariant: `0 <= reserved <= on_hand`. Every change is one [`Movement`], so that the movements of a SKU add up to
//! its present numbers. Which order may hold how much is [`super::reservation`]'s business.

use shared_kernel::{OrderId, Sku, Timestamp};

use super::kinds::{Count, Units};

/// Stock of one SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockItem {
    sku: Sku,
    on_hand: i64,
    reserved: i64,
}

/// Why a shelf changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Promised to an order.
    Reserved,
    /// A promise taken back.
    Released,
    /// Left the shelf for a paid order.
    Taken,
    /// Came back from a cancelled shipping order.
    Returned,
    /// Somebody counted.
    Counted,
    /// Somebody counted fewer than are promised; the shelf was set to what is promised.
    CountedBelowReserved,
}

impl Reason {
    /// The name in the database and in the audit.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Released => "released",
            Self::Taken => "taken",
            Self::Returned => "returned",
            Self::Counted => "counted",
            Self::CountedBelowReserved => "counted_below_reserved",
        }
    }
}

/// On whose behalf a shelf changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// An order.
    Order(OrderId),
    /// A count that came with an import.
    Import(String),
    /// A member of staff.
    Staff,
}

impl Reference {
    /// The text in the database and in the audit.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Order(order) => format!("order:{order}"),
            Self::Import(import) => format!("import:{import}"),
            Self::Staff => "staff".to_owned(),
        }
    }
}

/// One change of one shelf, never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Which shelf.
    pub sku: Sku,
    /// How `on_hand` changed.
    pub on_hand: i64,
    /// How `reserved` changed.
    pub reserved: i64,
    /// Why.
    pub reason: Reason,
    /// For whom.
    pub reference: Reference,
    /// When.
    pub at: Timestamp,
}

/// There is less than was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short;

/// Fewer were counted than are promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BelowReserved {
    /// How many are promised.
    pub reserved: i64,
}

impl StockItem {
    /// A shelf on which nothing was ever put.
    #[must_use]
    pub fn empty(sku: Sku) -> Self {
        Self { sku, on_hand: 0, reserved: 0 }
    }

    /// A shelf as it was remembered; `None` if it could not have been.
    #[must_use]
    pub fn restore(sku: Sku, on_hand: i64, reserved: i64) -> Option<Self> {
        (0 <= reserved && reserved <= on_hand).then_some(Self { sku, on_hand, reserved })
    }

    /// Whose shelf.
    #[must_use]
    pub fn sku(&self) -> &Sku {
        &self.sku
    }

    /// How many lie there.
    #[must_use]
    pub fn on_hand(&self) -> i64 {
        self.on_hand
    }

    /// How many of those are promised to orders.
    #[must_use]
    pub fn reserved(&self) -> i64 {
        self.reserved
    }

    /// How many may still be sold.
    #[must_use]
    pub fn available(&self) -> i64 {
        self.on_hand - self.reserved
    }

    /// Promises `units` to an order.
    ///
    /// # Errors
    /// [`Short`] if fewer are available.
    pub fn reserve(self, units: Units, order: OrderId, at: Timestamp) -> Result<(Self, Movement), Short> {
        if self.available() < units.get() {
            return Err(Short);
        }
        Ok(self.moved(0, units.get(), Reason::Reserved, Reference::Order(order), at))
    }

    /// Takes a promise back; never more than is promised at all.
    #[must_use]
    pub fn release(self, units: Units, order: OrderId, at: Timestamp) -> (Self, Movement) {
        let units = units.get().min(self.reserved);
        self.moved(0, -units, Reason::Released, Reference::Order(order), at)
    }

    /// Takes promised units off the shelf.
    #[must_use]
    pub fn take_reserved(self, units: Units, order: OrderId, at: Timestamp) -> (Self, Movement) {
        let units = units.get().min(self.reserved);
        self.moved(-units, -units, Reason::Taken, Reference::Order(order), at)
    }

    /// Takes units off the shelf that nobody had promised.
    ///
    /// # Errors
    /// [`Short`] if fewer are available.
    pub fn take(self, units: Units, order: OrderId, at: Timestamp) -> Result<(Self, Movement), Short> {
        if self.available() < units.get() {
            return Err(Short);
        }
        Ok(self.moved(-units.get(), 0, Reason::Taken, Reference::Order(order), at))
    }

    /// Puts units back on the shelf.
    #[must_use]
    pub fn put_back(self, units: Units, order: OrderId, at: Timestamp) -> (Self, Movement) {
        self.moved(units.get(), 0, Reason::Returned, Reference::Order(order), at)
    }

    /// Sets what lies there. `None` when the count is no news.
    ///
    /// # Errors
    /// [`BelowReserved`] if fewer were counted than are promised.
    pub fn count(self, count: Count, by: Reference, at: Timestamp) -> Result<(Self, Option<Movement>), BelowReserved> {
        if count.get() < self.reserved {
            return Err(BelowReserved { reserved: self.reserved });
        }
        let delta = count.get() - self.on_hand;
        if delta == 0 {
            return Ok((self, None));
        }
        let (item, movement) = self.moved(delta, 0, Reason::Counted, by, at);
        Ok((item, Some(movement)))
    }

    /// Sets what lies there, or what is promised if that is more: a count cannot unsell. The raised count has its own
    /// reason, so that somebody can find the missing units. `None` when it changes nothing.
    #[must_use]
    pub fn count_at_least_reserved(self, count: Count, by: Reference, at: Timestamp) -> (Self, Option<Movement>) {
        let raised = count.get() < self.reserved;
        let delta = count.get().max(self.reserved) - self.on_hand;
        if delta == 0 && !raised {
            return (self, None);
        }
        let reason = if raised { Reason::CountedBelowReserved } else { Reason::Counted };
        let (item, movement) = self.moved(delta, 0, reason, by, at);
        (item, Some(movement))
    }

    fn moved(
        self,
        on_hand: i64,
        reserved: i64,
        reason: Reason,
        reference: Reference,
        at: Timestamp,
    ) -> (Self, Movement) {
        let movement = Movement { sku: self.sku.clone(), on_hand, reserved, reason, reference, at };
        (Self { on_hand: self.on_hand + on_hand, reserved: self.reserved + reserved, sku: self.sku }, movement)
    }
}
