//! Small values of the warehouse, each parsed once. They know nothing of each other.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

pub use shared_kernel::ProductKind as Kind;
use shared_kernel::{CustomerId, Sku};

/// How many of one thing an order has: at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Units(NonZeroU32);

impl Units {
    /// The most that one order may have of one thing.
    pub const MAX: u32 = 1_000_000;

    /// Accepts 1 to 1,000,000.
    pub fn new(units: i64) -> Option<Self> {
        u32::try_from(units).ok().filter(|units| *units <= Self::MAX).and_then(NonZeroU32::new).map(Self)
    }

    /// The number.
    pub fn get(self) -> i64 {
        i64::from(self.0.get())
    }

    /// Both together; never more than [`Units::MAX`].
    pub fn and(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0.get()).min(NonZeroU32::new(Self::MAX).unwrap_or(NonZeroU32::MAX)))
    }
}

/// The number counted on a shelf: 0 to 1,000,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(i64);

impl Count {
    /// The most that a shelf is believed to hold.
    pub const MAX: i64 = 1_000_000_000;

    /// Accepts 0 to 1,000,000,000.
    pub fn new(count: i64) -> Option<Self> {
        (0..=Self::MAX).contains(&count).then_some(Self(count))
    }

    /// Accepts the digits of such a number, as a form sends it. Signs, points and exponents are refused.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if digits { text.parse().ok().and_then(Self::new) } else { None }
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// Who of the staff did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their account.
    pub id: CustomerId,
    /// What colleagues call them.
    pub name: String,
}

/// One line of an order, as the order states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What.
    pub sku: Sku,
    /// What to call it on a label.
    pub title: String,
    /// Packed or mailed.
    pub kind: Kind,
    /// How many.
    pub units: Units,
}

/// Lines of the same SKU become one line, so that stock is compared with the whole demand; the first title stays.
pub fn merged(lines: Vec<Line>) -> Vec<Line> {
    let mut place: BTreeMap<Sku, usize> = BTreeMap::new();
    let mut result: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        if let Some(&index) = place.get(&line.sku) {
            result[index].units = result[index].units.and(line.units);
        } else {
            place.insert(line.sku.clone(), result.len());
            result.push(line);
        }
    }
    result
}

/// Who carries a parcel, and under which number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consignment {
    carrier: String,
    tracking: Option<String>,
}

impl Consignment {
    /// A carrier has 1 to 100 printable characters; a tracking number up to 100, and none when it is blank.
    ///
    /// # Errors
    /// [`ConsignmentError`] naming the field that is not right.
    pub fn parse(carrier: &str, tracking: Option<&str>) -> Result<Self, ConsignmentError> {
        let carrier = printable(carrier).ok_or(ConsignmentError { field: "carrier" })?;
        let tracking = printable(tracking.unwrap_or_default()).ok_or(ConsignmentError { field: "tracking" })?;
        if carrier.is_empty() {
            return Err(ConsignmentError { field: "carrier" });
        }
        Ok(Self { carrier, tracking: Some(tracking).filter(|tracking| !tracking.is_empty()) })
    }

    /// Who carries it.
    pub fn carrier(&self) -> &str {
        &self.carrier
    }

    /// The carrier's number for it.
    pub fn tracking(&self) -> Option<&str> {
        self.tracking.as_deref()
    }
}

fn printable(text: &str) -> Option<String> {
    let text = shared_kernel::text::clean_line(text);
    (text.chars().count() <= 100 && !text.chars().any(char::is_control)).then_some(text)
}

/// Carrier or tracking number cannot be written on a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} must have at most 100 printable characters, and the carrier at least one")]
pub struct ConsignmentError {
    /// The field's name on the wire.
    pub field: &'static str,
}
