//! The totals do not depend on the order in which the facts of an order arrive.

use proptest::prelude::*;
use shared_kernel::{Currency, OrderId, Sku};
use uuid::Uuid;

use super::*;
use crate::domain::{Country, Month, RefundId, SaleAmounts};

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn sold(outcome: Outcome) -> Fact {
    let sale = Sale {
        order: OrderId::new(Uuid::from_u128(1)),
        number: "1001".into(),
        outcome,
        sold_at: at(1),
        month: month("2026-10"),
        currency: Currency::NZD,
        country: Country::new("NZ"),
        amounts: SaleAmounts::new(10_000, 1_500, 1_150, 11_500).unwrap(),
    };
    let line = |quantity, gross: i64, tax| SaleLine {
        sku: Sku::parse("KEA-14").unwrap(),
        title: "Kea".into(),
        quantity,
        amounts: SaleAmounts::new(gross - tax, tax, 0, gross).unwrap(),
    };
    Fact::Sold { sale, lines: vec![line(1, 5_175, 675), line(2, 5_175, 675)] }
}

fn refunded(id: &str, minor: i64, in_month: &str) -> Fact {
    let id = RefundId::new(id).unwrap();
    Fact::Refunded(Refund::new(id, minor, Currency::NZD, "late".into(), at(9), month(in_month)).unwrap())
}

fn failed(id: &str) -> Fact {
    Fact::RefundFailed(RefundId::new(id).unwrap(), at(12))
}

fn learn_all(facts: &[Fact]) -> (OrderHistory, Vec<(MonthKey, MonthAmounts)>) {
    let mut totals = Vec::new();
    let mut history = OrderHistory::default();
    for fact in facts {
        if let Learned::News(known, postings) = history.clone().learn(fact).unwrap() {
            history = *known;
            postings.months.into_iter().for_each(|(key, amounts)| add(&mut totals, key, amounts));
        }
    }
    totals.retain(|(_, amounts)| !amounts.is_zero());
    (history, totals)
}

fn of(totals: &[(MonthKey, MonthAmounts)], scope: Scope, text: &str) -> MonthAmounts {
    let key = MonthKey { currency: Currency::NZD, scope, month: month(text) };
    totals.iter().find(|(known, _)| *known == key).map_or_else(MonthAmounts::default, |(_, amounts)| *amounts)
}

#[test]
fn a_paid_order_is_a_sale_of_its_month_and_not_yet_a_completed_one() {
    let (_, totals) = learn_all(&[sold(Outcome::Paid)]);
    let october = of(&totals, Scope::Paid, "2026-10");
    assert_eq!((october.orders, october.net, october.tax, october.gross), (1, 10_000, 1_500, 11_500));
    assert_eq!(of(&totals, Scope::Completed, "2026-10"), MonthAmounts::default());
}

#[test]
fn a_completed_order_is_counted_among_both() {
    let (_, totals) = learn_all(&[sold(Outcome::Paid), Fact::Completed(at(5))]);
    assert_eq!(of(&totals, Scope::Completed, "2026-10"), of(&totals, Scope::Paid, "2026-10"));
    assert_eq!(of(&totals, Scope::Paid, "2026-10").orders, 1);
}

#[test]
fn a_refund_belongs_to_the_month_in_which_it_was_given() {
    let (_, totals) = learn_all(&[sold(Outcome::Paid), refunded("r", 11_500, "2026-11"), Fact::Cancelled(at(9))]);
    assert_eq!(of(&totals, Scope::Paid, "2026-11"), MonthAmounts::refund(11_500));
    let october = of(&totals, Scope::Paid, "2026-10");
    assert_eq!((october.orders, october.cancelled, october.refunded), (1, 1, 0));
}

#[test]
fn a_refund_that_fails_after_it_went_through_is_as_if_it_had_not_been() {
    let cancelled = [sold(Outcome::Paid), refunded("r", 11_500, "2026-11"), Fact::Cancelled(at(9))];
    let (history, totals) = learn_all(&[&cancelled[..], &[failed("r")]].concat());
    assert_eq!(of(&totals, Scope::Paid, "2026-11"), MonthAmounts::default());
    assert_eq!(history.refunds().count(), 0);
    assert_eq!(history.clone().learn(&failed("r")), Ok(Learned::NoNews));
    let (history, totals) = learn_all(&[&cancelled[..], &[failed("r"), refunded("r2", 11_500, "2026-12")]].concat());
    assert_eq!(of(&totals, Scope::Paid, "2026-12"), MonthAmounts::refund(11_500));
    assert_eq!(history.refunds().count(), 1);
}

#[test]
fn a_refund_of_money_that_never_made_a_sale_lessens_no_sales() {
    let (history, totals) = learn_all(&[refunded("r", 11_500, "2026-11")]);
    assert_eq!(totals, []);
    assert_eq!(history.refunds().count(), 1);
}

#[test]
fn an_order_that_ended_without_a_sale_in_the_shops_past_counts_nowhere() {
    let (history, totals) = learn_all(&[sold(Outcome::Void), refunded("r", 5, "2026-11"), Fact::Completed(at(3))]);
    assert_eq!(totals, []);
    assert!(history.sale().is_some() && !history.is_counted());
}

#[test]
fn a_completed_order_of_the_shops_past_is_complete_at_once() {
    let (_, totals) = learn_all(&[sold(Outcome::Completed)]);
    assert_eq!(of(&totals, Scope::Completed, "2026-10").gross, 11_500);
}

#[test]
fn two_lines_of_one_article_are_posted_as_one() {
    let Learned::News(_, postings) = OrderHistory::default().learn(&sold(Outcome::Paid)).unwrap() else { panic!() };
    let [(key, amounts)] = &postings.goods[..] else { panic!("{:?}", postings.goods) };
    assert_eq!((key.sku.as_str(), amounts.quantity, amounts.gross), ("KEA-14", 3, 10_350));
    let [(key, amounts)] = &postings.countries[..] else { panic!("{:?}", postings.countries) };
    assert_eq!((key.country.clone(), amounts.gross), (Country::new("NZ"), 11_500));
}

#[test]
fn what_goes_back_is_taken_from_articles_and_countries_in_its_own_month() {
    let (history, _) =
        learn_all(&[sold(Outcome::Paid), refunded("a", 5_750, "2026-10"), refunded("b", 5_750, "2026-11")]);
    let goods: Vec<_> = history.goods().into_iter().map(|(key, amounts)| (key.month.to_string(), amounts)).collect();
    let [(october, sold), (november, later)] = &goods[..] else { panic!("{goods:?}") };
    assert_eq!((october.as_str(), november.as_str()), ("2026-10", "2026-11"));
    // The articles cost 103.50 of 115.00, so nine tenths of what goes back is theirs.
    assert_eq!((sold.quantity, sold.gross, sold.refunded, sold.returned), (3, 10_350, 5_175, 0));
    assert_eq!((later.quantity, later.gross, later.refunded, later.returned), (0, 0, 5_175, 3), "now it is all back");
    let countries: Vec<_> =
        history.countries().into_values().map(|amounts| (amounts.gross, amounts.refunded)).collect();
    assert_eq!(countries, [(11_500, 5_750), (0, 5_750)]);
}

#[test]
fn all_reports_give_back_the_same_money() {
    let facts =
        [sold(Outcome::Paid), refunded("a", 77, "2026-10"), refunded("b", 1_001, "2026-12"), Fact::Cancelled(at(9))];
    let (history, totals) = learn_all(&facts);
    let by_country: i64 = history.countries().values().map(|amounts| amounts.refunded).sum();
    let by_month: i64 = ["2026-10", "2026-12"].iter().map(|month| of(&totals, Scope::Paid, month).refunded).sum();
    assert_eq!((by_country, by_month), (1_078, 1_078));
}

#[test]
fn a_repeat_is_unchanged() {
    let facts = [sold(Outcome::Paid), Fact::Completed(at(5)), Fact::Cancelled(at(6)), refunded("r", 5, "2026-11")];
    let (history, _) = learn_all(&facts);
    for fact in &facts {
        assert_eq!(history.clone().learn(fact), Ok(Learned::NoNews));
    }
}

#[test]
fn other_money_under_the_same_name_is_a_contradiction() {
    let (history, _) = learn_all(&[sold(Outcome::Paid), refunded("r", 5, "2026-11")]);
    let Fact::Sold { mut sale, lines } = sold(Outcome::Paid) else { unreachable!() };
    sale.amounts = SaleAmounts::new(1, 0, 0, 1).unwrap();
    assert_eq!(history.clone().learn(&Fact::Sold { sale, lines }), Err(Contradiction::Sale));
    assert_eq!(history.learn(&refunded("r", 6, "2026-11")), Err(Contradiction::Refund("r".into())));
}

proptest! {
    #[test]
    fn the_totals_do_not_depend_on_the_order_of_the_news(
        facts in Just(vec![
            sold(Outcome::Paid), Fact::Completed(at(5)), Fact::Cancelled(at(6)),
            refunded("a", 100, "2026-10"), refunded("b", 250, "2026-11"), refunded("b", 250, "2026-11"),
            failed("b"), failed("b"),
        ]).prop_shuffle(),
        known in 0_usize..=8,
    ) {
        let (history, totals) = learn_all(&facts[..known]);
        let sorted = |mut months: Vec<(MonthKey, MonthAmounts)>| {
            months.sort_by_key(|(key, _)| (key.scope, key.month));
            months
        };
        prop_assert_eq!(sorted(totals), sorted(history.months()));
        let mut goods = BTreeMap::<_, GoodsAmounts>::new();
        let mut learned = OrderHistory::default();
        for fact in &facts[..known] {
            if let Learned::News(now, postings) = learned.clone().learn(fact).unwrap() {
                learned = *now;
                for (key, amounts) in postings.goods {
                    let sum = goods.entry(key).or_default();
                    *sum = sum.plus(amounts);
                }
            }
        }
        goods.retain(|_, amounts| *amounts != GoodsAmounts::default());
        prop_assert_eq!(goods, history.goods());
    }
}
