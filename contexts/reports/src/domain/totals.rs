//! The sums that reports read, kept up to date with every fact instead of being added up on demand.
//!
//! Totals are a pure function of the facts: [`super::history`] says what each fact adds, the stores add it. Nothing
//! here decides what counts.

use shared_kernel::{Currency, Sku};

use super::month::Month;
use super::sale::{Country, SaleAmounts};

/// Which orders a monthly sum counts. Every completed order is counted under both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// All orders whose money arrived.
    Paid,
    /// Those among them of which everything was delivered.
    Completed,
}

impl Scope {
    /// The word under which it is kept and asked for.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Completed => "completed",
        }
    }

    /// Reads the word, in small or capital letters.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Paid, Self::Completed].into_iter().find(|scope| scope.name().eq_ignore_ascii_case(name))
    }
}

/// One sum among the monthly ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MonthKey {
    pub currency: Currency,
    /// Over which orders.
    pub scope: Scope,
    pub month: Month,
}

/// What a month brought, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MonthAmounts {
    /// Orders sold in the month.
    pub orders: i64,
    /// Those of them that were cancelled later.
    pub cancelled: i64,
    /// Their net totals.
    pub net: i64,
    /// The tax in them.
    pub tax: i64,
    /// The part of gross that paid for the way.
    pub shipping: i64,
    /// Their gross totals.
    pub gross: i64,
    /// What went back in the month, whenever it was sold.
    pub refunded: i64,
}

impl MonthAmounts {
    pub const fn sale(amounts: SaleAmounts, cancelled: bool) -> Self {
        Self {
            orders: 1,
            cancelled: if cancelled { 1 } else { 0 },
            net: amounts.net(),
            tax: amounts.tax(),
            shipping: amounts.shipping(),
            gross: amounts.gross(),
            refunded: 0,
        }
    }

    pub fn refund(minor: i64) -> Self {
        Self { refunded: minor, ..Self::default() }
    }

    /// What was sold and kept, with tax.
    pub const fn net_of_refunds(self) -> i64 {
        self.gross.saturating_sub(self.refunded)
    }

    /// What an order brought on average: gross by the number of orders, to the nearest minor unit, half a unit up. `None`
    /// without orders.
    pub const fn average_order(self) -> Option<i64> {
        if self.orders > 0 { Some(self.gross.saturating_add(self.orders / 2) / self.orders) } else { None }
    }

    /// Whether nothing happened.
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// The sum of both; stays at the end of the range rather than wrapping.
    pub fn plus(self, other: Self) -> Self {
        self.each(other, i64::saturating_add)
    }

    /// What is left of this without the other.
    pub fn minus(self, other: Self) -> Self {
        self.each(other, i64::saturating_sub)
    }

    fn each(self, other: Self, combine: impl Fn(i64, i64) -> i64) -> Self {
        Self {
            orders: combine(self.orders, other.orders),
            cancelled: combine(self.cancelled, other.cancelled),
            net: combine(self.net, other.net),
            tax: combine(self.tax, other.tax),
            shipping: combine(self.shipping, other.shipping),
            gross: combine(self.gross, other.gross),
            refunded: combine(self.refunded, other.refunded),
        }
    }
}

/// What orders brought, and what of it went back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderAmounts {
    /// How many orders.
    pub orders: i64,
    /// Without tax.
    pub net: i64,
    pub tax: i64,
    /// With tax.
    pub gross: i64,
    /// What went back, of gross.
    pub refunded: i64,
}

impl OrderAmounts {
    pub const fn of(amounts: SaleAmounts) -> Self {
        Self { orders: 1, net: amounts.net(), tax: amounts.tax(), gross: amounts.gross(), refunded: 0 }
    }

    /// Money that went back.
    pub fn refund(minor: i64) -> Self {
        Self { refunded: minor, ..Self::default() }
    }

    /// What was sold and kept, with tax.
    pub const fn net_of_refunds(self) -> i64 {
        self.gross.saturating_sub(self.refunded)
    }

    /// What is left of this without the other.
    pub fn minus(self, other: Self) -> Self {
        self.each(other, i64::saturating_sub)
    }

    /// The sum of both.
    pub fn plus(self, other: Self) -> Self {
        self.each(other, i64::saturating_add)
    }

    fn each(self, other: Self, combine: impl Fn(i64, i64) -> i64) -> Self {
        Self {
            orders: combine(self.orders, other.orders),
            net: combine(self.net, other.net),
            tax: combine(self.tax, other.tax),
            gross: combine(self.gross, other.gross),
            refunded: combine(self.refunded, other.refunded),
        }
    }
}

/// What goods brought, without shipping, and what of it went back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GoodsAmounts {
    /// How many pieces.
    pub quantity: i64,
    /// Without tax.
    pub net: i64,
    pub tax: i64,
    /// With tax.
    pub gross: i64,
    /// How many pieces of orders that were refunded in full.
    pub returned: i64,
    /// What went back, of gross.
    pub refunded: i64,
}

impl GoodsAmounts {
    /// `quantity` pieces.
    pub const fn of(quantity: i64, amounts: SaleAmounts) -> Self {
        Self { quantity, net: amounts.net(), tax: amounts.tax(), gross: amounts.gross(), returned: 0, refunded: 0 }
    }

    /// What was sold and kept, with tax.
    pub const fn net_of_refunds(self) -> i64 {
        self.gross.saturating_sub(self.refunded)
    }

    /// What is left of this without the other.
    pub fn minus(self, other: Self) -> Self {
        self.each(other, i64::saturating_sub)
    }

    /// Whether there is less of anything than nothing.
    pub fn takes_back(self) -> bool {
        [self.quantity, self.net, self.tax, self.gross, self.returned, self.refunded].iter().any(|part| *part < 0)
    }

    /// The sum of both.
    pub fn plus(self, other: Self) -> Self {
        self.each(other, i64::saturating_add)
    }

    fn each(self, other: Self, combine: impl Fn(i64, i64) -> i64) -> Self {
        Self {
            quantity: combine(self.quantity, other.quantity),
            net: combine(self.net, other.net),
            tax: combine(self.tax, other.tax),
            gross: combine(self.gross, other.gross),
            returned: combine(self.returned, other.returned),
            refunded: combine(self.refunded, other.refunded),
        }
    }
}

/// One sum among those by country.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountryKey {
    /// Of which currency, by its code.
    pub currency: &'static str,
    pub month: Month,
    /// Of which country; `None` gathers orders of which nothing had to be sent.
    pub country: Option<Country>,
}

/// One sum among those by article.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GoodsKey {
    /// Of which article.
    pub sku: Sku,
    /// Of which currency, by its code.
    pub currency: &'static str,
    pub month: Month,
}

/// What one fact adds to the totals. A later fact may take back what an earlier one has added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postings {
    /// To the monthly sums; no key twice, none of them zero.
    pub months: Vec<(MonthKey, MonthAmounts)>,
    /// To the sums by country, by key; none of them zero.
    pub countries: Vec<(CountryKey, OrderAmounts)>,
    /// To the sums by article, by key; none of them zero.
    pub goods: Vec<(GoodsKey, GoodsAmounts)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_exact_to_the_nearest_minor_unit() {
        let average = |gross, orders| MonthAmounts { orders, gross, ..MonthAmounts::default() }.average_order();
        assert_eq!(average(1_000, 3), Some(333));
        assert_eq!(average(2_000, 3), Some(667));
        assert_eq!(average(5, 2), Some(3), "half a unit up");
        assert_eq!(average(0, 7), Some(0));
        assert_eq!(average(0, 0), None);
    }
}
