//! One order as the books see it: when it was sold, where it went, and what it brought.
//!
//! Amounts are taken as the order stated them and never computed again; what does not add up is refused here, once.

use shared_kernel::{Currency, OrderId, Sku, Timestamp, country};

use super::month::Month;

/// How large one amount may be: a million million of a currency's main unit. Sums of such amounts over more orders
/// than a shop can have stay inside 64 bits.
const MAX_AMOUNT_MINOR: i64 = 100_000_000_000_000;

/// How far an order had come when its sale was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The money had arrived.
    Paid,
    /// Everything had been delivered already; only orders from a shop's past begin here.
    Completed,
    /// It never became a sale: an order from a shop's past that ended as cancelled, rejected or expired. Kept so that
    /// the books account for every order, counted nowhere.
    Void,
}

impl Outcome {
    /// The word under which it is kept.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Completed => "completed",
            Self::Void => "void",
        }
    }

    /// Reads the word.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Paid, Self::Completed, Self::Void].into_iter().find(|outcome| outcome.name() == name)
    }
}

/// What an order or a line brought, in minor units: `net + tax = gross`, and shipping is the part of gross that is not
/// goods (always nothing on a line).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaleAmounts {
    net: i64,
    tax: i64,
    shipping: i64,
    gross: i64,
}

impl SaleAmounts {
    /// Takes amounts that add up, none of them negative.
    ///
    /// # Errors
    /// [`SaleError`] when they do not, or are larger than a shop's can be.
    pub fn new(net: i64, tax: i64, shipping: i64, gross: i64) -> Result<Self, SaleError> {
        if [net, tax, shipping, gross].iter().any(|amount| !(0..=MAX_AMOUNT_MINOR).contains(amount)) {
            return Err(SaleError::OutOfRange);
        }
        if net + tax != gross || shipping > gross {
            return Err(SaleError::DoesNotAddUp { net, tax, gross });
        }
        Ok(Self { net, tax, shipping, gross })
    }

    /// Without tax.
    pub const fn net(self) -> i64 {
        self.net
    }
    /// The tax contained in gross.
    pub const fn tax(self) -> i64 {
        self.tax
    }
    /// The part of gross that paid for the way.
    pub const fn shipping(self) -> i64 {
        self.shipping
    }
    /// What was paid.
    pub const fn gross(self) -> i64 {
        self.gross
    }
}

/// Where the goods went: an ISO 3166 code, or what an order from a shop's past calls it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country(String);

impl Country {
    /// Takes the name, trimmed and at most 100 characters long; `None` if nothing is left of it. A country has one code,
    /// however it is written: `UK` and `United Kingdom` are `GB`.
    pub fn new(name: &str) -> Option<Self> {
        if let Some(code) = country::code(name) {
            return Some(Self(code.to_owned()));
        }
        let name: String = name.trim().chars().filter(|c| !c.is_control()).take(100).collect();
        Some(Self(name)).filter(|country| !country.0.is_empty())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One order as sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    pub order: OrderId,
    /// The number by which people call it.
    pub number: String,
    /// How far it had come.
    pub outcome: Outcome,
    /// When the money arrived; for orders from a shop's past, when they were placed.
    pub sold_at: Timestamp,
    /// The month of that moment in the shop's calendar.
    pub month: Month,
    /// The currency of every amount.
    pub currency: Currency,
    /// Where it went; `None` if nothing had to be sent.
    pub country: Option<Country>,
    /// What it brought.
    pub amounts: SaleAmounts,
}

/// One line of an order as sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleLine {
    /// The article.
    pub sku: Sku,
    /// What it was called on the day.
    pub title: String,
    /// How many.
    pub quantity: i64,
    /// What the line brought.
    pub amounts: SaleAmounts,
}

impl SaleLine {
    /// A line of `quantity` articles, 0 to 100 million.
    pub fn new(sku: Sku, title: String, quantity: i64, amounts: SaleAmounts) -> Result<Self, SaleError> {
        if !(0..=100_000_000).contains(&quantity) {
            return Err(SaleError::OutOfRange);
        }
        Ok(Self { sku, title, quantity, amounts })
    }
}

/// What was stated cannot be a sale.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaleError {
    /// The parts are not the whole.
    #[error("net {net} and tax {tax} do not make gross {gross}")]
    DoesNotAddUp {
        /// Without tax.
        net: i64,
        tax: i64,
        /// With tax.
        gross: i64,
    },
    /// A number is negative or absurdly large.
    #[error("an amount or a quantity is out of range")]
    OutOfRange,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_that_do_not_add_up_are_refused() {
        let refused = SaleError::DoesNotAddUp { net: 100, tax: 15, gross: 116 };
        assert_eq!(SaleAmounts::new(100, 15, 0, 116), Err(refused));
        assert_eq!(SaleAmounts::new(-100, 15, 0, -85), Err(SaleError::OutOfRange));
        assert_eq!(SaleAmounts::new(i64::MAX, 1, 0, i64::MIN), Err(SaleError::OutOfRange));
        assert_eq!(SaleAmounts::new(100, 15, 20, 115).unwrap().shipping(), 20);
    }

    #[test]
    fn a_country_without_a_name_is_none() {
        assert_eq!(Country::new(" \n "), None);
        assert_eq!(Country::new(" Unspecified ").unwrap().as_str(), "Unspecified");
        for name in ["GB", "UK", "United Kingdom"] {
            assert_eq!(Country::new(name).unwrap().as_str(), "GB");
        }
    }

    #[test]
    fn outcomes_are_kept_by_name() {
        for outcome in [Outcome::Paid, Outcome::Completed, Outcome::Void] {
            assert_eq!(Outcome::parse(outcome.name()), Some(outcome));
        }
        assert_eq!(Outcome::parse("sold"), None);
    }
}
