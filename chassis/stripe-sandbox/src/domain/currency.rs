//! What Stripe takes of each currency, in the units of its API, by its published table.
//!
//! All amounts of the sandbox are in these units, as with Stripe: 5 ISK are 500. Only people are shown the other face.

use std::sync::LazyLock;

use shared_kernel::{Currency, Money};

/// The table as Stripe publishes it. The shop's adapter reads the same text, and shares nothing else with the sandbox.
const PUBLISHED: &str = include_str!("../../../../contexts/order/contract/provider/stripe-currencies.csv");

static TABLE: LazyLock<Vec<Rule>> = LazyLock::new(|| PUBLISHED.lines().filter_map(Rule::read).collect());

/// What holds for one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rule {
    currency: Currency,
    decimals: u32,
    step: i64,
    least: i64,
    digits: u32,
}

/// Why Stripe does not take an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AmountRefused {
    /// Not a positive number.
    NotPositive,
    /// Less than the least.
    TooSmall {
        /// The least, for people.
        least: String,
    },
    /// More digits than may be.
    TooLarge {
        /// The most, in Stripe's units.
        most: i64,
    },
    /// Not a multiple of the step.
    BetweenSteps {
        /// The step, in Stripe's units.
        step: i64,
    },
}

impl Rule {
    fn read(line: &str) -> Option<Self> {
        let mut fields = line.split(',');
        let currency = Currency::parse(fields.next()?).ok()?;
        let (decimals, step) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let (least, digits) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        Some(Self { currency, decimals, step, least, digits })
    }

    fn of(currency: Currency) -> Option<Self> {
        TABLE.iter().find(|rule| rule.currency == currency).copied()
    }
}

/// The currency of a code in either case; `None` for one that Stripe does not take.
pub(crate) fn currency(code: &str) -> Option<Currency> {
    TABLE.iter().map(|rule| rule.currency).find(|currency| currency.code().eq_ignore_ascii_case(code))
}

/// The amount of a payment, if Stripe takes it.
///
/// # Errors
/// [`AmountRefused`] with the rule that it breaks.
pub(crate) fn charge(units: i64, currency: Currency) -> Result<Money, AmountRefused> {
    let Some(rule) = Rule::of(currency) else { return Err(AmountRefused::NotPositive) };
    let most = 10_i64.pow(rule.digits) - 1;
    if units < 1 {
        return Err(AmountRefused::NotPositive);
    }
    if units > most {
        return Err(AmountRefused::TooLarge { most });
    }
    stepped(units, rule)?;
    if units < rule.least {
        return Err(AmountRefused::TooSmall { least: shown(Money::new(rule.least, currency)) });
    }
    Ok(Money::new(units, currency))
}

/// The amount of a refund, which may be less than a payment but is on a step, too.
///
/// # Errors
/// [`AmountRefused`] with the rule that it breaks.
pub(crate) fn refund(units: i64, currency: Currency) -> Result<Money, AmountRefused> {
    if units < 1 {
        return Err(AmountRefused::NotPositive);
    }
    match Rule::of(currency) {
        Some(rule) => stepped(units, rule).map(|()| Money::new(units, currency)),
        None => Ok(Money::new(units, currency)),
    }
}

fn stepped(units: i64, rule: Rule) -> Result<(), AmountRefused> {
    if units % rule.step == 0 { Ok(()) } else { Err(AmountRefused::BetweenSteps { step: rule.step }) }
}

/// An amount in Stripe's units as people read it: 500 of ISK is `ISK 5`.
pub(crate) fn shown(amount: Money) -> String {
    let currency = amount.currency();
    let decimals = Rule::of(currency).map_or(currency.exponent(), |rule| rule.decimals);
    let (theirs, ours) = (10_i64.pow(decimals), 10_i64.pow(currency.exponent()));
    let minor =
        if ours >= theirs { amount.minor().saturating_mul(ours / theirs) } else { amount.minor() * ours / theirs };
    Money::new(minor, currency).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charged(units: i64, code: &str) -> Result<i64, AmountRefused> {
        charge(units, currency(code).unwrap()).map(Money::minor)
    }

    #[test]
    fn amounts_are_bounded_and_stepped_as_stripe_says() {
        assert_eq!(charged(50, "usd"), Ok(50));
        assert_eq!(charged(49, "nzd"), Err(AmountRefused::TooSmall { least: "NZ$0.50".into() }));
        assert_eq!(charged(0, "nzd"), Err(AmountRefused::NotPositive));
        assert_eq!(charged(100_000_000, "nzd"), Err(AmountRefused::TooLarge { most: 99_999_999 }));
        assert_eq!(charged(999_999_999_999, "idr"), Ok(999_999_999_999));
        assert_eq!(charged(5_125, "kwd"), Err(AmountRefused::BetweenSteps { step: 10 }));
        assert_eq!(charged(550, "isk"), Err(AmountRefused::BetweenSteps { step: 100 }));
        assert_eq!(charged(49, "jpy"), Err(AmountRefused::TooSmall { least: "¥50".into() }));
        assert_eq!(refund(1, Currency::NZD).map(Money::minor), Ok(1));
        assert!(refund(5_125, currency("kwd").unwrap()).is_err());
        assert_eq!((currency("xxx"), currency("irr")), (None, None));
    }

    #[test]
    fn people_see_the_other_face() {
        for (units, code, text) in
            [(500, "isk", "ISK\u{a0}5"), (5, "mga", "MGA\u{a0}5.00"), (5_120, "kwd", "KWD\u{a0}5.120")]
        {
            assert_eq!(shown(Money::new(units, currency(code).unwrap())), text);
        }
        assert_eq!(shown(Money::new(1_099, Currency::NZD)), "NZ$10.99");
    }
}
