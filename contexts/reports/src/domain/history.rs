//! All that is known of one order, learned in any order, each thing once.
//!
//! Facts of one order may reach the books before the sale itself does (a refund, a completion). They are kept, and the
//! totals change only when what they belong to is known. The invariant that everything rests on: **the postings of all
//! facts add up to [`OrderHistory::months`], [`OrderHistory::goods`] and [`OrderHistory::countries`], whatever the order in
//! which they were learned.**

use std::collections::{BTreeMap, BTreeSet};

use shared_kernel::{Currency, Timestamp};

use super::month::Month;
use super::refund::{Refund, RefundId};
use super::sale::{Outcome, Sale, SaleLine};
use super::shares;
use super::totals::{CountryKey, GoodsAmounts, GoodsKey, MonthAmounts, MonthKey, OrderAmounts, Postings, Scope};

/// One piece of news about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    Sold {
        /// The order as a whole.
        sale: Sale,
        /// Its lines, in their order.
        lines: Vec<SaleLine>,
    },
    /// Everything was delivered.
    Completed(Timestamp),
    /// It was called off.
    Cancelled(Timestamp),
    /// Money went back.
    Refunded(Refund),
    /// Money that had gone back is the shop's again: the refund has failed.
    RefundFailed(RefundId, Timestamp),
}

/// What is known of one order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderHistory {
    sale: Option<Sale>,
    lines: Vec<SaleLine>,
    completed_at: Option<Timestamp>,
    cancelled_at: Option<Timestamp>,
    refunds: BTreeMap<RefundId, Refund>,
    /// Refunds that have failed count nowhere; one may be known to have failed before it is known.
    failed: BTreeSet<RefundId>,
}

/// What an order contributes to the sums over time, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contribution {
    /// When: of the sale, or of the refund.
    pub at: Timestamp,
    /// The month of that moment in the shop's calendar.
    pub month: Month,
    pub currency: Currency,
    /// How much.
    pub amounts: MonthAmounts,
}

/// What came of a piece of news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Learned {
    /// It was new: what is known now, and what the totals gain by it.
    News(Box<OrderHistory>, Postings),
    /// It was known before.
    NoNews,
}

impl OrderHistory {
    /// Puts together what a store has kept.
    pub fn from_stored(
        sale: Option<(Sale, Vec<SaleLine>)>,
        completed_at: Option<Timestamp>,
        cancelled_at: Option<Timestamp>,
        refunds: impl IntoIterator<Item = Refund>,
        failed: impl IntoIterator<Item = RefundId>,
    ) -> Self {
        let refunds = refunds.into_iter().map(|refund| (refund.id.clone(), refund)).collect();
        let (sale, lines) = sale.map_or((None, Vec::new()), |(sale, lines)| (Some(sale), lines));
        Self { sale, lines, completed_at, cancelled_at, refunds, failed: failed.into_iter().collect() }
    }

    /// The sale, if it is known yet.
    pub fn sale(&self) -> Option<&Sale> {
        self.sale.as_ref()
    }

    /// The same without the words in which people gave reasons.
    pub fn without_reasons(mut self, instead: &str) -> Self {
        self.refunds.values_mut().for_each(|refund| instead.clone_into(&mut refund.reason));
        self
    }

    /// The refunds whose money is with the buyer, by their ids.
    pub fn refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds.values().filter(|refund| !self.failed.contains(&refund.id))
    }

    /// Whether money arrived that stayed a sale; refunds of other money lessen no report's sales.
    pub fn is_counted(&self) -> bool {
        self.sale.as_ref().is_some_and(|sale| sale.outcome != Outcome::Void)
    }

    /// Takes in one piece of news. The first statement of a thing stays: a repeat is ignored.
    ///
    /// # Errors
    /// [`Contradiction`] when the books already hold other money under the same name.
    pub fn learn(self, fact: &Fact) -> Result<Learned, Contradiction> {
        let (months, goods, countries) = (self.months(), self.goods(), self.countries());
        let mut known = self;
        match fact {
            Fact::Sold { sale, lines } => match &known.sale {
                Some(kept) if same_money(kept, sale) => return Ok(Learned::NoNews),
                Some(_) => return Err(Contradiction::Sale),
                None => (known.sale, known.lines) = (Some(sale.clone()), lines.clone()),
            },
            Fact::Completed(_) if known.completed_at.is_some() => return Ok(Learned::NoNews),
            Fact::Completed(at) => known.completed_at = Some(*at),
            Fact::Cancelled(_) if known.cancelled_at.is_some() => return Ok(Learned::NoNews),
            Fact::Cancelled(at) => known.cancelled_at = Some(*at),
            Fact::Refunded(refund) => match known.refunds.get(&refund.id) {
                Some(kept) if kept.amount == refund.amount => return Ok(Learned::NoNews),
                Some(_) => return Err(Contradiction::Refund(refund.id.as_str().to_owned())),
                None => drop(known.refunds.insert(refund.id.clone(), refund.clone())),
            },
            Fact::RefundFailed(id, _) if known.failed.contains(id) => return Ok(Learned::NoNews),
            Fact::RefundFailed(id, _) => drop(known.failed.insert(id.clone())),
        }
        let months = difference(&months, known.months());
        let goods = gained(goods, known.goods(), GoodsAmounts::minus);
        let countries = gained(countries, known.countries(), OrderAmounts::minus);
        Ok(Learned::News(Box::new(known), Postings { months, countries, goods }))
    }

    /// What this order contributes to the sums by article.
    pub fn goods(&self) -> BTreeMap<GoodsKey, GoodsAmounts> {
        let sale = self.sale.as_ref().filter(|_| self.is_counted());
        sale.map(|sale| shares::goods(sale, &self.lines, &self.refunds_of(sale))).unwrap_or_default()
    }

    /// What this order contributes to the sums by country.
    pub fn countries(&self) -> BTreeMap<CountryKey, OrderAmounts> {
        let sale = self.sale.as_ref().filter(|_| self.is_counted());
        sale.map(|sale| shares::countries(sale, &self.refunds_of(sale))).unwrap_or_default()
    }

    /// The refunds in the currency of the sale, oldest first.
    fn refunds_of(&self, sale: &Sale) -> Vec<&Refund> {
        let mut refunds: Vec<&Refund> =
            self.refunds().filter(|refund| refund.amount.currency() == sale.currency).collect();
        refunds.sort_by(|one, other| (one.refunded_at, &one.id).cmp(&(other.refunded_at, &other.id)));
        refunds
    }

    /// What this order contributes to the monthly sums.
    pub fn months(&self) -> Vec<(MonthKey, MonthAmounts)> {
        let mut months = Vec::new();
        for scope in [Scope::Paid, Scope::Completed] {
            for Contribution { month, currency, amounts, .. } in self.contributions(scope) {
                add(&mut months, MonthKey { currency, scope, month }, amounts);
            }
        }
        months
    }

    /// What this order contributes to the sums of this scope: the sale, and each refund at its own time.
    pub fn contributions(&self, scope: Scope) -> Vec<Contribution> {
        let Some(sale) = self.sale.as_ref().filter(|_| self.is_counted()) else { return Vec::new() };
        let completed = sale.outcome == Outcome::Completed || self.completed_at.is_some();
        if scope == Scope::Completed && !completed {
            return Vec::new();
        }
        let amounts = MonthAmounts::sale(sale.amounts, self.cancelled_at.is_some());
        let sold = Contribution { at: sale.sold_at, month: sale.month, currency: sale.currency, amounts };
        let refund = |refund: &Refund| Contribution {
            at: refund.refunded_at,
            month: refund.month,
            currency: refund.amount.currency(),
            amounts: MonthAmounts::refund(refund.amount.minor()),
        };
        std::iter::once(sold).chain(self.refunds().map(refund)).collect()
    }
}

fn same_money(kept: &Sale, stated: &Sale) -> bool {
    kept.amounts == stated.amounts && kept.currency == stated.currency
}

fn add(months: &mut Vec<(MonthKey, MonthAmounts)>, key: MonthKey, amounts: MonthAmounts) {
    match months.iter_mut().find(|(known, _)| *known == key) {
        Some((_, sum)) => *sum = sum.plus(amounts),
        None => months.push((key, amounts)),
    }
}

fn difference(
    before: &[(MonthKey, MonthAmounts)],
    after: Vec<(MonthKey, MonthAmounts)>,
) -> Vec<(MonthKey, MonthAmounts)> {
    let mut change = after;
    for (key, amounts) in before {
        add(&mut change, *key, MonthAmounts::default().minus(*amounts));
    }
    change.retain(|(_, amounts)| !amounts.is_zero());
    change
}

/// What has come to each sum, and is not nothing.
fn gained<K: Ord, A: Copy + Default + PartialEq>(
    before: BTreeMap<K, A>,
    after: BTreeMap<K, A>,
    minus: impl Fn(A, A) -> A,
) -> Vec<(K, A)> {
    let mut change = after;
    for (key, amounts) in before {
        let now = change.entry(key).or_default();
        *now = minus(*now, amounts);
    }
    change.into_iter().filter(|(_, amounts)| *amounts != A::default()).collect()
}

/// Another fact is recorded under the same name. It needs attention; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// The order was sold for other money.
    #[error("the order was recorded before with other amounts")]
    Sale,
    /// The refund was of another amount.
    #[error("refund {0} was recorded before with another amount")]
    Refund(String),
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
