//! One SKU's shelf: how many lie there, and how many of those are promised.
//!
//! `on_hand` is what a count would find on the shelf. Part of it is `reserved` (for orders that may still be paid) and
//! part is `committed` (paid and not sent yet); the rest is available. Goods leave `on_hand` when they are dispatched.
//! Invariant: `0 <= reserved`, `0 <= committed` and `reserved + committed <= on_hand`. Every change is one
//! [`Movement`], so that the movements of a SKU add up to its present numbers. Which order may hold how much is
//! [`super::reservation`]'s business.

use shared_kernel::{OrderId, Sku, Timestamp};

use super::adjusting::AdjustmentReason;
use super::kinds::{Count, Person, Units};

/// Stock of one SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockItem {
    sku: Sku,
    on_hand: i64,
    reserved: i64,
    committed: i64,
}

/// Why a shelf changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Promised to an order.
    Reserved,
    /// A promise taken back.
    Released,
    /// Sold: committed to a paid order, and still on the shelf.
    Taken,
    /// A shipping order was cancelled before its goods left.
    Returned,
    /// Left in a parcel or by mail.
    Dispatched,
    /// A count.
    Counted,
    /// A count below what is promised; the shelf was set to what is promised.
    CountedBelowReserved,
    /// Goods came or went without an order.
    Adjusted(AdjustmentReason),
}

impl Reason {
    /// The name in the database, in the API and in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Released => "released",
            Self::Taken => "taken",
            Self::Returned => "returned",
            Self::Dispatched => "dispatched",
            Self::Counted => "counted",
            Self::CountedBelowReserved => "counted_below_reserved",
            Self::Adjusted(why) => why.name(),
        }
    }
}

/// On whose behalf a shelf changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    Order(OrderId),
    /// A count that came with an import.
    Import(String),
    /// A member of staff; `None` for the command line.
    Staff(Option<Person>),
}

impl Reference {
    /// The text in the database and in the audit, without personal data.
    pub fn text(&self) -> String {
        match self {
            Self::Order(order) => format!("order:{order}"),
            Self::Import(import) => format!("import:{import}"),
            Self::Staff(_) => "staff".to_owned(),
        }
    }

    /// Who did it, if that was a person we know.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Staff(person) => person.as_ref(),
            Self::Order(_) | Self::Import(_) => None,
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
    /// How `committed` changed.
    pub committed: i64,
    /// Why.
    pub reason: Reason,
    /// For whom.
    pub reference: Reference,
    /// What the person who did it wrote about it.
    pub note: Option<String>,
    /// The key under which it was asked for, so that a repeat is known.
    pub request: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Movement {
    /// How many more (or fewer) may be sold since.
    pub fn available(&self) -> i64 {
        self.on_hand - self.reserved - self.committed
    }
}

/// There is less than was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short;

/// Fewer would lie there than are promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BelowPromised {
    /// How many are reserved for orders that may still be paid.
    pub reserved: i64,
    /// How many are paid and not sent yet.
    pub committed: i64,
}

/// How the three numbers change together.
#[derive(Debug, Clone, Copy, Default)]
struct Delta {
    on_hand: i64,
    reserved: i64,
    committed: i64,
}

impl StockItem {
    /// A shelf on which nothing was ever put.
    pub fn empty(sku: Sku) -> Self {
        Self { sku, on_hand: 0, reserved: 0, committed: 0 }
    }

    /// A shelf as it was remembered; `None` if it could not have been.
    pub fn restore(sku: Sku, on_hand: i64, reserved: i64, committed: i64) -> Option<Self> {
        let possible =
            reserved >= 0 && committed >= 0 && reserved.checked_add(committed).is_some_and(|it| it <= on_hand);
        possible.then_some(Self { sku, on_hand, reserved, committed })
    }

    /// Whose shelf.
    pub fn sku(&self) -> &Sku {
        &self.sku
    }

    /// How many lie there.
    pub fn on_hand(&self) -> i64 {
        self.on_hand
    }

    /// How many of those are held for orders that may still be paid.
    pub fn reserved(&self) -> i64 {
        self.reserved
    }

    /// How many of those are paid and not sent yet.
    pub fn committed(&self) -> i64 {
        self.committed
    }

    /// How many may still be sold.
    pub fn available(&self) -> i64 {
        self.on_hand - self.promised()
    }

    /// Promises `units` to an order.
    pub fn reserve(self, units: Units, order: OrderId, at: Timestamp) -> Result<(Self, Movement), Short> {
        if self.available() < units.get() {
            return Err(Short);
        }
        let delta = Delta { reserved: units.get(), ..Delta::default() };
        Ok(self.moved(delta, Reason::Reserved, Reference::Order(order), at))
    }

    /// Takes a promise back; never more than is promised at all.
    pub fn release(self, units: Units, order: OrderId, at: Timestamp) -> (Self, Movement) {
        let delta = Delta { reserved: -units.get().min(self.reserved), ..Delta::default() };
        self.moved(delta, Reason::Released, Reference::Order(order), at)
    }

    /// Commits reserved units to their order, which is paid; never more than are reserved.
    pub fn commit_reserved(self, units: Units, order: OrderId, at: Timestamp) -> (Self, Movement) {
        let units = units.get().min(self.reserved);
        let delta = Delta { reserved: -units, committed: units, ..Delta::default() };
        self.moved(delta, Reason::Taken, Reference::Order(order), at)
    }

    /// Commits units to a paid order for which nothing was reserved.
    pub fn commit(self, units: Units, order: OrderId, at: Timestamp) -> Result<(Self, Movement), Short> {
        if self.available() < units.get() {
            return Err(Short);
        }
        let delta = Delta { committed: units.get(), ..Delta::default() };
        Ok(self.moved(delta, Reason::Taken, Reference::Order(order), at))
    }

    /// The order was cancelled before its goods left: they may be sold again. Never more than are committed.
    pub fn uncommit(self, units: Units, order: OrderId, at: Timestamp) -> (Self, Movement) {
        let delta = Delta { committed: -units.get().min(self.committed), ..Delta::default() };
        self.moved(delta, Reason::Returned, Reference::Order(order), at)
    }

    /// Committed units have left the house. Never more than are committed.
    pub fn dispatch(self, units: Units, order: OrderId, at: Timestamp) -> (Self, Movement) {
        let units = units.get().min(self.committed);
        let delta = Delta { on_hand: -units, committed: -units, ..Delta::default() };
        self.moved(delta, Reason::Dispatched, Reference::Order(order), at)
    }

    /// Sets what lies there. `None` when the count is ignored.
    ///
    /// # Errors
    /// [`BelowPromised`] if fewer were counted than are promised.
    pub fn count(self, count: Count, by: Reference, at: Timestamp) -> Result<(Self, Option<Movement>), BelowPromised> {
        let delta = count.get() - self.on_hand;
        if delta == 0 {
            return Ok((self, None));
        }
        let (item, movement) = self.change(delta, Reason::Counted, by, at)?;
        Ok((item, Some(movement)))
    }

    /// Puts goods on the shelf (or takes them off it, when `delta` is negative) without an order.
    ///
    /// # Errors
    /// [`BelowPromised`] if fewer would be left than are promised.
    pub fn change(
        self,
        delta: i64,
        reason: Reason,
        by: Reference,
        at: Timestamp,
    ) -> Result<(Self, Movement), BelowPromised> {
        if self.on_hand + delta < self.promised() {
            return Err(BelowPromised { reserved: self.reserved, committed: self.committed });
        }
        Ok(self.moved(Delta { on_hand: delta, ..Delta::default() }, reason, by, at))
    }

    /// Sets what lies there, or what is promised if that is more: a count cannot unsell. The raised count has its own
    /// reason, so that staff can look for the missing units. `None` when it changes nothing.
    pub fn count_at_least_promised(self, count: Count, by: Reference, at: Timestamp) -> (Self, Option<Movement>) {
        let raised = count.get() < self.promised();
        let delta = count.get().max(self.promised()) - self.on_hand;
        if delta == 0 && !raised {
            return (self, None);
        }
        let reason = if raised { Reason::CountedBelowReserved } else { Reason::Counted };
        let (item, movement) = self.moved(Delta { on_hand: delta, ..Delta::default() }, reason, by, at);
        (item, Some(movement))
    }

    fn promised(&self) -> i64 {
        self.reserved + self.committed
    }

    fn moved(self, delta: Delta, reason: Reason, reference: Reference, at: Timestamp) -> (Self, Movement) {
        let Delta { on_hand, reserved, committed } = delta;
        let sku = self.sku.clone();
        let movement = Movement { sku, on_hand, reserved, committed, reason, reference, note: None, request: None, at };
        let item = Self {
            sku: self.sku,
            on_hand: self.on_hand + on_hand,
            reserved: self.reserved + reserved,
            committed: self.committed + committed,
        };
        (item, movement)
    }
}
