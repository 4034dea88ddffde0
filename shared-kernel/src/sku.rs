//! The merchant's own code of a sellable thing, and how many of it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

/// A stock keeping unit: 1 to 64 printable characters without outer white space, for merchants' codes come in every form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Sku(String);

impl Sku {
    /// Takes the code as it is written, or refuses it.
    ///
    /// # Errors
    /// [`SkuError`] when it is empty, longer than 64 characters, padded, or holds a control character.
    pub fn parse(raw: &str) -> Result<Self, SkuError> {
        let clean = raw == raw.trim() && !raw.chars().any(char::is_control);
        if clean && (1..=64).contains(&raw.chars().count()) { Ok(Self(raw.to_owned())) } else { Err(SkuError) }
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Sku {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The text is not a SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SKU has 1 to 64 printable characters and no space at either end")]
pub struct SkuError;

/// How many of one thing a buyer may put on one line: 0 to 99. Zero takes the line away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Quantity(u8);

impl Quantity {
    /// The most that one line may hold.
    pub const MAX: i64 = 99;

    /// Accepts whole numbers from 0 to 99.
    ///
    /// # Errors
    /// [`QuantityError`] otherwise.
    pub fn new(count: i64) -> Result<Self, QuantityError> {
        u8::try_from(count).ok().filter(|count| i64::from(*count) <= Self::MAX).map(Self).ok_or(QuantityError)
    }

    /// Accepts the digits of a whole number from 0 to 99, as a form sends it. Signs and exponents are refused.
    ///
    /// # Errors
    /// [`QuantityError`] otherwise.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
        if digits { text.parse().map_err(|_| QuantityError).and_then(Self::new) } else { Err(QuantityError) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Whether the line is to go.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The number cannot be a line's quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is a whole number from 0 to 99")]
pub struct QuantityError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merchants_codes_come_in_every_form() {
        for code in ["A", "85123A", "Größe 42/blau", "x".repeat(64).as_str()] {
            assert_eq!(Sku::parse(code).unwrap().as_str(), code);
        }
        for wrong in ["", " A", "A ", "A\nB", "x".repeat(65).as_str()] {
            assert_eq!(Sku::parse(wrong), Err(SkuError));
        }
    }

    #[test]
    fn quantities_are_whole_and_small() {
        assert_eq!(Quantity::parse("99").map(Quantity::get), Ok(99));
        for wrong in ["", "-1", "+1", "100", "1.5", "1e1", " 1", "99999999999999999999"] {
            assert_eq!(Quantity::parse(wrong), Err(QuantityError), "{wrong:?}");
        }
        assert_eq!(Quantity::new(-1), Err(QuantityError));
    }
}
