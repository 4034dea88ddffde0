//! Goods that come to a shelf or leave it without an order: deliveries, returns, losses.

use shared_kernel::{Sku, Timestamp};

use super::kinds::Count;
use super::refusal::Refusal;
use super::stock::{Reason, Reference, StockItem};
use super::stock_transaction::StockTransaction;

/// Why goods came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdjustmentReason {
    /// A supplier delivered.
    Received,
    /// A customer sent something back that can be sold again.
    CustomerReturn,
    /// Goods turned up that were not counted before.
    Found,
    /// Broken, spoiled, past its date.
    Damaged,
    /// Missing, stolen.
    Lost,
    /// A mistake is put right.
    Correction,
}

impl AdjustmentReason {
    /// All of them, in the order in which a form shows them.
    pub const ALL: [Self; 6] =
        [Self::Received, Self::CustomerReturn, Self::Found, Self::Damaged, Self::Lost, Self::Correction];

    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::CustomerReturn => "customer_return",
            Self::Found => "found",
            Self::Damaged => "damaged",
            Self::Lost => "lost",
            Self::Correction => "correction",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    fn allows(self, quantity: i64) -> bool {
        match self {
            Self::Received | Self::CustomerReturn | Self::Found => quantity > 0,
            Self::Damaged | Self::Lost => quantity < 0,
            Self::Correction => quantity != 0,
        }
    }
}

/// How many came (or went, when negative), and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    quantity: i64,
    reason: AdjustmentReason,
    note: Option<String>,
}

/// Not an adjustment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AdjustmentError {
    /// Nothing would change, or more than a shelf can hold.
    #[error("a quantity is a whole number other than 0, from -1000000000 to 1000000000")]
    Quantity,
    /// What is damaged or lost goes; what is received, returned or found comes.
    #[error("received, returned and found goods are added (+), damaged and lost goods are taken off (-)")]
    Direction,
    /// The note cannot be kept.
    #[error("a note has at most 200 printable characters")]
    Note,
}

impl Adjustment {
    /// The longest note, in characters.
    pub const NOTE_MAX: usize = 200;

    /// Accepts a quantity whose sign fits the reason. A blank note is none.
    pub fn new(quantity: i64, reason: AdjustmentReason, note: Option<&str>) -> Result<Self, AdjustmentError> {
        if quantity == 0 || Count::new(quantity.saturating_abs()).is_none() {
            return Err(AdjustmentError::Quantity);
        }
        if !reason.allows(quantity) {
            return Err(AdjustmentError::Direction);
        }
        let note = note.map(str::trim).filter(|note| !note.is_empty());
        let fits = |note: &&str| note.chars().count() <= Self::NOTE_MAX && !note.chars().any(char::is_control);
        if note.is_some_and(|note| !fits(&note)) {
            return Err(AdjustmentError::Note);
        }
        Ok(Self { quantity, reason, note: note.map(str::to_owned) })
    }
}

/// Adds to the shelf or takes off it. The caller need not know the number on hand, so two adjustments at the same time
/// both count. One with a key that was applied before is not applied again.
///
/// # Errors
/// [`Refusal::BelowReserved`] when promised goods would go, [`Refusal::ShelfFull`] when too many would lie there,
/// [`Refusal::KeyReused`] when the key stands for something else.
pub fn adjust(
    transaction: &mut StockTransaction,
    sku: &Sku,
    adjustment: &Adjustment,
    (by, request): (&Reference, Option<&str>),
    now: Timestamp,
) -> Result<(), Refusal> {
    if let Some((quantity, reason)) = transaction.applied_request() {
        let same = quantity == adjustment.quantity && reason == adjustment.reason.name();
        return if same { Ok(()) } else { Err(Refusal::KeyReused) };
    }
    let item = transaction.stock(sku).cloned().unwrap_or_else(|| StockItem::empty(sku.clone()));
    if item.on_hand() + adjustment.quantity > Count::MAX {
        return Err(Refusal::ShelfFull);
    }
    let reason = Reason::Adjusted(adjustment.reason);
    let (item, mut movement) = item.change(adjustment.quantity, reason, by.clone(), now)?;
    movement.note.clone_from(&adjustment.note);
    movement.request = request.map(str::to_owned);
    transaction.put_stock(item, Some(movement));
    Ok(())
}
