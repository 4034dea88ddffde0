//! How the sums by article and by country share an order: what each article brought, and its part of what went back.
//!
//! A refund names no article. It is spread over articles and shipping in proportion to what each of them cost, so that
//! the parts are exactly the refund. Pieces count as returned when the order was refunded in full.

use std::collections::BTreeMap;

use shared_kernel::Sku;

use super::month::Month;
use super::refund::Refund;
use super::sale::{Sale, SaleLine};
use super::totals::{CountryKey, GoodsAmounts, GoodsKey, OrderAmounts};

/// What the order adds to the sums by article.
pub(super) fn goods(sale: &Sale, lines: &[SaleLine], refunds: &[&Refund]) -> BTreeMap<GoodsKey, GoodsAmounts> {
    let mut articles: BTreeMap<&Sku, GoodsAmounts> = BTreeMap::new();
    for line in lines {
        let sum = articles.entry(&line.sku).or_default();
        *sum = sum.plus(GoodsAmounts::of(line.quantity, line.amounts));
    }
    let currency = sale.currency.code();
    let key = |sku: &Sku, month: Month| GoodsKey { sku: sku.clone(), currency, month };
    let mut shares: BTreeMap<GoodsKey, GoodsAmounts> = BTreeMap::new();
    let mut add = |key: GoodsKey, amounts: GoodsAmounts| {
        let sum = shares.entry(key).or_default();
        *sum = sum.plus(amounts);
    };
    let mut before = 0_i64;
    for (sku, sold) in &articles {
        add(key(sku, sale.month), *sold);
    }
    for refund in refunds {
        let after = before.saturating_add(refund.amount.minor());
        let mut passed = 0;
        for (sku, sold) in &articles {
            let share = |refunded| part(refunded, passed, sold.gross, sale.amounts.gross());
            let returned = if reaches(before, after, sale) { sold.quantity } else { 0 };
            let refunded = share(after) - share(before);
            add(key(sku, refund.month), GoodsAmounts { returned, refunded, ..GoodsAmounts::default() });
            passed += sold.gross;
        }
        before = after;
    }
    shares.retain(|_, amounts| *amounts != GoodsAmounts::default());
    shares
}

/// What the order adds to the sums by country. Shipping is in these figures.
pub(super) fn countries(sale: &Sale, refunds: &[&Refund]) -> BTreeMap<CountryKey, OrderAmounts> {
    let key = |month| CountryKey { currency: sale.currency.code(), month, country: sale.country.clone() };
    let mut shares = BTreeMap::from([(key(sale.month), OrderAmounts::of(sale.amounts))]);
    for refund in refunds {
        let sum = shares.entry(key(refund.month)).or_default();
        *sum = sum.plus(OrderAmounts::refund(refund.amount.minor()));
    }
    shares.retain(|_, amounts| *amounts != OrderAmounts::default());
    shares
}

/// Whether everything has gone back with this refund, and had not before.
fn reaches(before: i64, after: i64, sale: &Sale) -> bool {
    let paid = sale.amounts.gross();
    paid > 0 && before < paid && after >= paid
}

/// The part of `refunded` that belongs to what cost `own` of `whole`, behind others that cost `passed`. The parts of all
/// are exactly `refunded`.
fn part(refunded: i64, passed: i64, own: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let up_to = |cost: i64| i128::from(refunded) * i128::from(cost) / i128::from(whole);
    i64::try_from(up_to(passed + own) - up_to(passed)).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_refund_are_exactly_the_refund() {
        for refunded in [0, 1, 2, 50, 99, 100, 33_333] {
            let costs = [33, 33, 34, 900];
            let mut passed = 0;
            let parts = costs.map(|own| {
                let part = part(refunded, passed, own, 1_000);
                passed += own;
                part
            });
            assert_eq!(parts.iter().sum::<i64>(), refunded, "{parts:?}");
        }
        assert_eq!(part(500, 0, 0, 0), 0, "what cost nothing gives nothing back");
    }
}
