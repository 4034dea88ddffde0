//! Money: an integer number of minor units (cents) of one currency. No float ever comes near it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An ISO 4217 currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The New Zealand dollar, the currency of a shop that sets none.
    pub const NZD: Self = Self(iso_currency::Currency::NZD);

    /// Reads a three-letter code in capitals, such as `NZD`.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`] for anything else.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        iso_currency::Currency::from_code(code).map(Self).ok_or_else(|| MoneyError::UnknownCurrency(code.to_owned()))
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// What stands before an amount: the symbol of CLDR's locale `en-001`, which is unlike that of any other currency, or
    /// the code.
    pub fn symbol(self) -> &'static str {
        let code = self.code();
        SYMBOLS.iter().find(|(of, _)| *of == code).map_or(code, |(_, symbol)| symbol)
    }

    /// How many digits follow the decimal point: 2 for NZD, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

/// The currencies that have more than a code in CLDR's locale `en-001`.
const SYMBOLS: [(&str, &str); 21] = [
    ("AUD", "A$"),
    ("BRL", "R$"),
    ("CAD", "CA$"),
    ("CNY", "CN¥"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("HKD", "HK$"),
    ("ILS", "₪"),
    ("INR", "₹"),
    ("JPY", "¥"),
    ("KRW", "₩"),
    ("MXN", "MX$"),
    ("NZD", "NZ$"),
    ("PHP", "₱"),
    ("TWD", "NT$"),
    ("USD", "US$"),
    ("VND", "₫"),
    ("XAF", "FCFA"),
    ("XCD", "EC$"),
    ("XOF", "F\u{202f}CFA"),
    ("XPF", "CFPF"),
];

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(code: &str) -> Result<Self, MoneyError> {
        Self::parse(code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}

/// An amount in minor units of its currency. On the wire `{"amount": 5990, "currency": "NZD"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    amount: i64,
    currency: Currency,
}

impl Money {
    /// `minor` cents (or yen, or fils) of `currency`.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { amount: minor, currency }
    }

    /// Nothing, in `currency`.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Reads a decimal amount as people and CSV files write it: `59.90`, `59`, `1234.5`. No sign, no grouping, and no
    /// more digits after the point than the currency has.
    ///
    /// # Errors
    /// [`MoneyError::NotAnAmount`] for any other text; [`MoneyError::Overflow`] past 64 bits.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let refused = || MoneyError::NotAnAmount(text.to_owned());
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let exponent = currency.exponent() as usize;
        if whole.is_empty() || !digits(whole) || !digits(fraction) || fraction.len() > exponent {
            return Err(refused());
        }
        let padded = format!("{whole}{fraction:0<exponent$}");
        padded.parse().map(|minor| Self::new(minor, currency)).map_err(|_| MoneyError::Overflow)
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.amount
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether nothing is owed.
    pub const fn is_zero(self) -> bool {
        self.amount == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] for two currencies; [`MoneyError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.amount.checked_add(other.amount).map(|sum| Self::new(sum, self.currency)).ok_or(MoneyError::Overflow)
    }

    /// The difference; may be negative.
    ///
    /// # Errors
    /// [`MoneyError::Mixed`] for two currencies; [`MoneyError::Overflow`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.amount.checked_sub(other.amount).map(|rest| Self::new(rest, self.currency)).ok_or(MoneyError::Overflow)
    }

    /// `count` times this amount.
    pub fn times(self, count: i64) -> Result<Self, MoneyError> {
        self.amount.checked_mul(count).map(|all| Self::new(all, self.currency)).ok_or(MoneyError::Overflow)
    }

    /// The sum of many amounts, zero of `currency` for none.
    pub fn sum(amounts: impl IntoIterator<Item = Self>, currency: Currency) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// The amount as a plain decimal without the currency, as machines read it: `1234.50`.
    pub fn decimal(self) -> String {
        let exponent = self.currency.exponent();
        let unit = 10_u64.pow(exponent);
        let (sign, size) = (if self.amount < 0 { "-" } else { "" }, self.amount.unsigned_abs());
        if exponent == 0 {
            return format!("{sign}{size}");
        }
        format!("{sign}{}.{:0width$}", size / unit, size % unit, width = exponent as usize)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::Mixed(self.currency, other.currency)) }
    }
}

/// For people, as CLDR writes it in the English of the world: `NZ$1,234.50`, `€54.99`, and with a no-break space after a
/// code, `CHF 54.99`. No two currencies look alike, since a shop sells to every country and nothing says which reader
/// takes a bare `$` for their own.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.decimal();
        let (sign, unsigned) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
        let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(w, f)| (w, Some(f)));
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let symbol = self.currency.symbol();
        let gap = if symbol.ends_with(char::is_alphabetic) { "\u{a0}" } else { "" };
        write!(f, "{sign}{symbol}{gap}{grouped}")?;
        fraction.map_or(Ok(()), |digits| write!(f, ".{digits}"))
    }
}

/// Why a sum of money could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The code is not in ISO 4217.
    #[error("there is no currency {0:?}")]
    UnknownCurrency(String),
    /// The text is not a plain decimal amount of that currency.
    #[error("{0:?} is not an amount of money")]
    NotAnAmount(String),
    /// Two currencies do not add up.
    #[error("{0} and {1} do not add up")]
    Mixed(Currency, Currency),
    /// More than 64 bits of minor units.
    #[error("the amount is too large")]
    Overflow,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nzd(minor: i64) -> Money {
        Money::new(minor, Currency::NZD)
    }

    #[test]
    fn is_written_for_people_and_for_machines() {
        assert_eq!(nzd(123_450).to_string(), "NZ$1,234.50");
        assert_eq!(nzd(-5).to_string(), "-NZ$0.05");
        assert_eq!(nzd(-5).decimal(), "-0.05");
        assert_eq!(Money::new(1_500, Currency::parse("KWD").unwrap()).decimal(), "1.500");
    }

    #[test]
    fn is_written_as_cldr_writes_it_in_the_english_of_the_world() {
        for (minor, code, text) in [
            (5_499, "EUR", "€54.99"),
            (5_499, "USD", "US$54.99"),
            (5_499, "AUD", "A$54.99"),
            (5_499, "CAD", "CA$54.99"),
            (1_500, "JPY", "¥1,500"),
            (5_499, "CHF", "CHF\u{a0}54.99"),
            (5_499, "SGD", "SGD\u{a0}54.99"),
            (-1_234_500, "KWD", "-KWD\u{a0}1,234.500"),
            (1_500, "XAF", "FCFA\u{a0}1,500"),
        ] {
            assert_eq!(Money::new(minor, Currency::parse(code).unwrap()).to_string(), text);
        }
    }

    #[test]
    fn of_two_currencies_never_looks_alike() {
        let symbols: std::collections::BTreeSet<&str> = SYMBOLS.iter().map(|(_, symbol)| *symbol).collect();
        assert_eq!(symbols.len(), SYMBOLS.len());
        for (code, symbol) in SYMBOLS {
            assert_eq!(Currency::parse(code).map(Currency::symbol), Ok(symbol));
            assert_eq!(Currency::parse(symbol).ok(), None, "{symbol} is the code of another currency");
        }
    }

    #[test]
    fn is_read_from_decimals_exactly_or_not_at_all() {
        assert_eq!(Money::parse_decimal("59.9", Currency::NZD), Ok(nzd(5_990)));
        assert_eq!(Money::parse_decimal("59", Currency::NZD), Ok(nzd(5_900)));
        for wrong in ["", "-1", "1.234", "1e3", "1,5", ".5", "NaN", "1.2.3", "٣"] {
            assert!(Money::parse_decimal(wrong, Currency::NZD).is_err(), "{wrong:?} was read as money");
        }
        assert_eq!(Money::parse_decimal("99999999999999999999", Currency::NZD), Err(MoneyError::Overflow));
    }

    #[test]
    fn of_two_currencies_does_not_add_up() {
        let euro = Currency::parse("EUR").unwrap();
        assert_eq!(nzd(1).plus(Money::zero(euro)), Err(MoneyError::Mixed(Currency::NZD, euro)));
        assert_eq!(nzd(i64::MAX).plus(nzd(1)), Err(MoneyError::Overflow));
        assert_eq!(nzd(i64::MAX).times(2), Err(MoneyError::Overflow));
    }
}
