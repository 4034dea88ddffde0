//! Money in the provider's units and back.
//!
//! ISO 4217 says how people write an amount; the provider's table says which integer stands for it. They differ for a few
//! currencies (5 ISK are 500, 5 MGA are 5), so every amount that goes to the provider or comes from it passes here.

use std::sync::LazyLock;

use shared_kernel::{Currency, Money};

use crate::domain::ChargeLimits;

/// The provider's published table; the sandbox refuses by the same one.
const PUBLISHED: &str = include_str!("../../../contract/provider/stripe-currencies.csv");

static TABLE: LazyLock<Vec<ProviderCurrency>> =
    LazyLock::new(|| PUBLISHED.lines().filter_map(ProviderCurrency::read).collect());

/// One currency as the provider takes it. Amounts are in its units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ProviderCurrency {
    currency: Currency,
    decimals: u32,
    step: i64,
    least: i64,
    digits: u32,
}

/// Why an amount has no counterpart on the other side.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum UnitsError {
    /// The provider takes no such currency.
    #[error("the payment provider does not take {0}")]
    UnknownCurrency(String),
    /// Its fraction is finer than the other side can say, or it leaves 64 bits.
    #[error("{0} {1} cannot be said in the units of the other side")]
    NotRepresentable(i64, Currency),
}

impl ProviderCurrency {
    fn read(line: &str) -> Option<Self> {
        let mut fields = line.split(',');
        let currency = Currency::parse(fields.next()?).ok()?;
        let (decimals, step) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let (least, digits) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        Some(Self { currency, decimals, step, least, digits })
    }

    fn find(code: &str) -> Result<Self, UnitsError> {
        let found = TABLE.iter().find(|known| known.currency.code().eq_ignore_ascii_case(code));
        found.copied().ok_or_else(|| UnitsError::UnknownCurrency(code.to_owned()))
    }

    fn units(&self, amount: Money) -> Result<i64, UnitsError> {
        rescaled(amount.minor(), self.currency.exponent(), self.decimals)
            .ok_or(UnitsError::NotRepresentable(amount.minor(), self.currency))
    }

    fn money(&self, units: i64) -> Result<Money, UnitsError> {
        rescaled(units, self.decimals, self.currency.exponent())
            .map(|minor| Money::new(minor, self.currency))
            .ok_or(UnitsError::NotRepresentable(units, self.currency))
    }

    /// The provider's limits in minor units. A minor unit may be finer than a step (1 MGA has 100) or coarser (ISK).
    fn limits(&self) -> ChargeLimits {
        let (from, to) = (self.decimals, self.currency.exponent());
        let most = 10_i64.pow(self.digits) - 1;
        let most = most - most % self.step;
        let minor = |units| rescaled(units, from, to);
        // The table's amounts are multiples of their steps, and every step is a whole number of minor units.
        ChargeLimits {
            least: minor(self.least).unwrap_or(1),
            most: minor(most).unwrap_or(i64::MAX),
            step: minor(self.step).unwrap_or(1),
        }
    }
}

/// `amount` with other decimals; `None` when that would cut a fraction off or leave 64 bits.
fn rescaled(amount: i64, from: u32, to: u32) -> Option<i64> {
    let factor = 10_i64.checked_pow(from.abs_diff(to))?;
    if to >= from { amount.checked_mul(factor) } else { (amount % factor == 0).then(|| amount / factor) }
}

pub(super) fn to_units(amount: Money) -> Result<i64, UnitsError> {
    ProviderCurrency::find(amount.currency().code())?.units(amount)
}

/// What the provider's units of a currency (a code in either case) are.
pub(super) fn from_units(units: i64, code: &str) -> Result<Money, UnitsError> {
    ProviderCurrency::find(code)?.money(units)
}

/// What a card can pay at once in this currency; `None` if the provider does not take it at all.
pub fn charge_limits(currency: Currency) -> Option<ChargeLimits> {
    ProviderCurrency::find(currency.code()).ok().map(|known| known.limits())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(text: &str, code: &str) -> Money {
        Money::parse_decimal(text, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn every_line_of_the_table_is_read_and_names_another_currency() {
        let lines = PUBLISHED.lines().filter(|line| !line.starts_with('#')).count();
        let mut codes: Vec<_> = TABLE.iter().map(|known| known.currency.code()).collect();
        assert_eq!(codes.len(), lines);
        codes.dedup();
        assert_eq!(codes.len(), lines);
        assert!(lines > 130, "the provider publishes more than 135 currencies, two of which ISO 4217 has withdrawn");
    }

    #[test]
    fn amounts_are_those_of_the_providers_documentation() {
        let published = [
            ("10", "USD", 1_000),
            ("10", "JPY", 10),
            ("500", "JPY", 500),
            ("5", "ISK", 500),
            ("5", "UGX", 500),
            ("5000", "MGA", 5_000),
            ("10.45", "HUF", 1_045),
            ("800.45", "TWD", 80_045),
            ("5.120", "KWD", 5_120),
            ("999999.99", "NZD", 99_999_999),
        ];
        for (text, code, units) in published {
            assert_eq!(to_units(money(text, code)), Ok(units), "{text} {code}");
            assert_eq!(from_units(units, &code.to_lowercase()), Ok(money(text, code)), "{units} {code}");
        }
        let zero = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF";
        for code in zero.split(' ') {
            assert_eq!(to_units(money("7", code)), Ok(7), "{code}");
        }
    }

    #[test]
    fn what_the_other_side_cannot_say_is_refused() {
        assert!(matches!(to_units(money("5000.50", "MGA")), Err(UnitsError::NotRepresentable(..))));
        assert!(matches!(from_units(550, "isk"), Err(UnitsError::NotRepresentable(..))));
        assert!(to_units(Money::new(i64::MAX, Currency::parse("ISK").unwrap())).is_err());
        assert_eq!(from_units(5, "xts"), Err(UnitsError::UnknownCurrency("xts".into())));
        assert_eq!(charge_limits(Currency::parse("IRR").unwrap()), None);
    }

    #[test]
    fn limits_are_those_of_the_providers_documentation() {
        let limits = |code: &str| charge_limits(Currency::parse(code).unwrap()).unwrap();
        for (least, code) in [
            ("0.50", "USD"),
            ("2.00", "AED"),
            ("0.50", "NZD"),
            ("0.30", "GBP"),
            ("15.00", "CZK"),
            ("2.50", "DKK"),
            ("4.00", "HKD"),
            ("175.00", "HUF"),
            ("50", "JPY"),
            ("50", "KRW"),
            ("10", "MXN"),
            ("2.00", "MYR"),
            ("3.00", "NOK"),
            ("2.00", "PLN"),
            ("10", "THB"),
        ] {
            assert_eq!(limits(code).least, money(least, code).minor(), "{code}");
        }
        assert_eq!(limits("NZD"), ChargeLimits { least: 50, most: 99_999_999, step: 1 });
        assert_eq!(limits("KWD"), ChargeLimits { least: 10, most: 99_999_990, step: 10 });
        assert_eq!(limits("ISK"), ChargeLimits { least: 1, most: 999_999, step: 1 });
        assert_eq!(limits("MGA"), ChargeLimits { least: 100, most: 9_999_999_900, step: 100 });
        assert_eq!((limits("IDR").most, limits("INR").most), (999_999_999_999, 999_999_999));
    }

    proptest! {
        #[test]
        fn every_amount_within_the_limits_goes_there_and_back(index in any::<prop::sample::Index>(), part in 0.0..1.0_f64) {
            let known = *index.get(&TABLE);
            let limits = known.limits();
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any amount will do")]
            let steps = ((limits.most - limits.least) as f64 * part) as i64 / limits.step;
            let first = (limits.least + limits.step - 1) / limits.step * limits.step;
            let amount = Money::new((first + steps * limits.step).min(limits.most), known.currency);
            prop_assert_eq!(limits.check(amount), Ok(()));
            let units = to_units(amount).unwrap();
            prop_assert!(units >= known.least && units < 10_i64.pow(known.digits) && units % known.step == 0);
            prop_assert_eq!(from_units(units, known.currency.code()), Ok(amount));
        }

        #[test]
        fn what_is_outside_is_refused_by_both(index in any::<prop::sample::Index>(), beyond in 1_i64..1_000) {
            let known = *index.get(&TABLE);
            let limits = known.limits();
            prop_assert!(limits.check(Money::new(limits.least - beyond, known.currency)).is_err());
            prop_assert!(limits.check(Money::new(limits.most + beyond, known.currency)).is_err());
        }
    }
}
