//! Tax that is contained in a gross price, split to the cent.

use crate::money::{Money, MoneyError};

/// One whole in thousandths of a percent.
const WHOLE: i128 = 100_000;

/// A rate in thousandths of a percent, which is as fine as sales taxes are written: 15 % is 15000, 9.975 % is 9975.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxRate(u32);

impl TaxRate {
    /// `basis_points` hundredths of a percent.
    pub const fn from_basis_points(basis_points: u32) -> Self {
        Self(basis_points * 10)
    }

    /// The rate in whole hundredths of a percent; what is finer is cut off.
    pub const fn basis_points(self) -> u32 {
        self.0 / 10
    }

    /// `thousandths` of a percent.
    pub const fn from_thousandths_of_a_percent(thousandths: u32) -> Self {
        Self(thousandths)
    }

    /// Reads a percentage with up to three decimals, such as `15` or `9.975`. No sign and no more than 100.
    ///
    /// # Errors
    /// [`TaxRateError`] for anything else.
    pub fn parse_percent(text: &str) -> Result<Self, TaxRateError> {
        let refused = || TaxRateError(text.to_owned());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || fraction.len() > 3 || !digits(whole) || !digits(fraction) {
            return Err(refused());
        }
        let thousandths: u32 = format!("{whole}{fraction:0<3}").parse().map_err(|_| refused())?;
        if thousandths > 100_000 { Err(refused()) } else { Ok(Self(thousandths)) }
    }

    /// The percentage without needless digits: `15`, `9.975`.
    pub fn percent(self) -> String {
        let text = format!("{}.{:03}", self.0 / 1_000, self.0 % 1_000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    /// The tax inside `gross`, rounded half away from zero: `gross * rate / (1 + rate)`.
    ///
    /// # Errors
    /// Never in practice; [`MoneyError::Overflow`] if the result left 64 bits.
    pub fn contained_in(self, gross: Money) -> Result<Money, MoneyError> {
        let rate = i128::from(self.0);
        let (numerator, denominator) = (i128::from(gross.minor()) * rate, WHOLE + rate);
        let half = if numerator < 0 { -denominator } else { denominator };
        let rounded = (2 * numerator + half) / (2 * denominator);
        i64::try_from(rounded).map(|minor| Money::new(minor, gross.currency())).map_err(|_| MoneyError::Overflow)
    }

    /// Splits the tax contained in the sum of `parts` among them so that the shares add up to it exactly: each part
    /// first gets its own share rounded down, then the largest remainders get one unit more. Expects no negative part.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] or [`MoneyError::Overflow`] from adding the parts up.
    pub fn shares(self, parts: &[Money]) -> Result<Vec<Money>, MoneyError> {
        let Some(first) = parts.first() else { return Ok(Vec::new()) };
        let total = self.contained_in(Money::sum(parts.iter().copied(), first.currency())?)?;
        let denominator = WHOLE + i128::from(self.0);
        let exact = |part: &Money| i128::from(part.minor()) * i128::from(self.0);
        let mut shares: Vec<i128> = parts.iter().map(|part| exact(part).div_euclid(denominator)).collect();
        let mut missing = i128::from(total.minor()) - shares.iter().sum::<i128>();
        let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
        by_remainder.sort_by_key(|&index| std::cmp::Reverse(exact(&parts[index]).rem_euclid(denominator)));
        for index in by_remainder {
            if missing <= 0 {
                break;
            }
            shares[index] += 1;
            missing -= 1;
        }
        let money = |minor| i64::try_from(minor).map(|minor| Money::new(minor, first.currency()));
        shares.into_iter().map(money).collect::<Result<_, _>>().map_err(|_| MoneyError::Overflow)
    }
}

/// A text that is no percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a percentage from 0 to 100 with at most three decimals")]
pub struct TaxRateError(String);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::Currency;

    const GST: TaxRate = TaxRate::from_basis_points(1_500);

    fn nzd(minor: i64) -> Money {
        Money::new(minor, Currency::NZD)
    }

    #[test]
    fn fifteen_percent_of_one_hundred_and_fifteen_is_fifteen() {
        assert_eq!(GST.contained_in(nzd(11_500)), Ok(nzd(1_500)));
        assert_eq!(GST.contained_in(nzd(1)), Ok(nzd(0)));
        assert_eq!(TaxRate::from_basis_points(0).contained_in(nzd(999)), Ok(nzd(0)));
    }

    #[test]
    fn quebec_and_new_york_have_three_decimals() {
        let quebec = TaxRate::parse_percent("9.975").unwrap();
        assert_eq!(quebec.contained_in(nzd(10_997_500)), Ok(nzd(997_500)));
        assert_eq!(TaxRate::parse_percent("8.875").unwrap().contained_in(nzd(108_875)), Ok(nzd(8_875)));
        assert_eq!(quebec.percent(), "9.975");
        assert_eq!(TaxRate::parse_percent("15"), Ok(GST));
        assert_eq!((GST.percent(), TaxRate::from_basis_points(825).percent()), ("15".into(), "8.25".into()));
        for wrong in ["", "9.9755", "-1", "101", "100.001", "1e1", "1,5", " 5", ".5", "1000"] {
            assert!(TaxRate::parse_percent(wrong).is_err(), "{wrong:?} was read as a percentage");
        }
    }

    /// Worked out with fractions, apart from this code: `gross * rate / (100 + rate)`, halves upwards.
    #[test]
    fn the_tax_in_a_price_is_what_arithmetic_says() {
        let gross = [1, 3, 10, 99, 100, 999, 1_050, 10_770, 108_875, 123_456_789];
        for (rate, taxes) in [
            ("5", [0, 0, 0, 5, 5, 48, 50, 513, 5_185, 5_878_895]),
            ("7.7", [0, 0, 1, 7, 7, 71, 75, 770, 7_784, 8_826_530]),
            ("8.875", [0, 0, 1, 8, 8, 81, 86, 878, 8_875, 10_063_642]),
            ("15", [0, 0, 1, 13, 13, 130, 137, 1_405, 14_201, 16_103_059]),
            ("19", [0, 0, 2, 16, 16, 160, 168, 1_720, 17_383, 19_711_588]),
            ("20", [0, 1, 2, 17, 17, 167, 175, 1_795, 18_146, 20_576_132]), // 3 at 20 % holds exactly half a cent
            ("25", [0, 1, 2, 20, 20, 200, 210, 2_154, 21_775, 24_691_358]),
        ] {
            let exact = TaxRate::parse_percent(rate).unwrap();
            let found = gross.map(|minor| exact.contained_in(nzd(minor)).unwrap().minor());
            assert_eq!(found, taxes, "{rate} %");
        }
    }

    #[test]
    fn cents_that_are_left_go_to_the_largest_remainders() {
        for (rate, parts, shares) in [
            ("15", vec![333, 333, 334], vec![43, 43, 44]),
            ("20", vec![1, 1, 1], vec![1, 0, 0]),
            ("8.875", vec![1_999, 499, 1, 650], vec![163, 41, 0, 53]),
            ("19", vec![990, 990, 990, 995], vec![158, 158, 158, 159]),
            ("7.7", vec![5, 5, 5, 5, 5, 5, 5], vec![1, 1, 1, 0, 0, 0, 0]),
            ("25", vec![199, 299, 650], vec![40, 60, 130]),
        ] {
            let parts: Vec<Money> = parts.into_iter().map(nzd).collect();
            let found = TaxRate::parse_percent(rate).unwrap().shares(&parts).unwrap();
            assert_eq!(found, shares.into_iter().map(nzd).collect::<Vec<_>>(), "{rate} %");
        }
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_tax_on_the_whole(parts in prop::collection::vec(0_i64..10_000_000, 1..40), rate in 0_u32..50_000) {
            let rate = TaxRate::from_thousandths_of_a_percent(rate);
            let parts: Vec<Money> = parts.into_iter().map(nzd).collect();
            let shares = rate.shares(&parts).unwrap();
            let whole = Money::sum(parts.iter().copied(), Currency::NZD).unwrap();
            prop_assert_eq!(Money::sum(shares.iter().copied(), Currency::NZD).unwrap(), rate.contained_in(whole).unwrap());
            for (share, part) in shares.iter().zip(&parts) {
                prop_assert!((share.minor() - rate.contained_in(*part).unwrap().minor()).abs() <= 1);
            }
        }
    }
}
