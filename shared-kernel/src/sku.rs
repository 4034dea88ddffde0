//! The merchant's own code of a sellable thing, and how many of it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::text::{clean_line, is_invisible};

/// A stock keeping unit: 1 to 255 printable characters without outer white space, for merchants' codes come in every form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Sku(String);

impl Sku {
    /// The longest code, in characters.
    pub const MAX_CHARS: usize = 255;

    /// Takes the code as it is written, or refuses it. Codes of goods that are known already are read with this: they may
    /// be older than the rules of [`Sku::of_new_goods`].
    ///
    /// # Errors
    /// [`SkuError::Malformed`] when it is empty, longer than 255 characters, padded, or holds a control character.
    pub fn parse(raw: &str) -> Result<Self, SkuError> {
        let clean = raw == raw.trim() && !raw.chars().any(char::is_control);
        let fits = (1..=Self::MAX_CHARS).contains(&raw.chars().count());
        if clean && fits { Ok(Self(raw.to_owned())) } else { Err(SkuError::Malformed) }
    }

    /// The code as new goods may carry it: composed (Unicode NFC), so that codes that look alike are equal.
    ///
    /// # Errors
    /// [`SkuError::Invisible`] when it holds an invisible character.
    pub fn of_new_goods(&self) -> Result<Self, SkuError> {
        if self.0.chars().any(is_invisible) {
            return Err(SkuError::Invisible);
        }
        Self::parse(&clean_line(&self.0))
    }

    /// The code.
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

/// Why a text is not a SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SkuError {
    /// Too short, too long, padded, or with a control character.
    #[error("a SKU has 1 to 255 printable characters and no space at either end")]
    Malformed,
    /// With an invisible character, so that it looks like another code.
    #[error("the SKU holds an invisible character; type it again")]
    Invisible,
}

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
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Whether the line is to go.
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

/// How something that is sold reaches its buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProductKind {
    /// In a parcel, from a shelf: needs an address and costs delivery.
    Physical,
    /// As a file, by e-mail.
    Digital,
}

impl ProductKind {
    /// The name on the wire and in databases.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Physical => "physical",
            Self::Digital => "digital",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Physical, Self::Digital].into_iter().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merchants_codes_come_in_every_form() {
        for code in ["A", "85123A", "Größe 42/blau", "x".repeat(255).as_str()] {
            assert_eq!(Sku::parse(code).unwrap().as_str(), code);
        }
        for wrong in ["", " A", "A ", "A\nB", "x".repeat(256).as_str()] {
            assert_eq!(Sku::parse(wrong), Err(SkuError::Malformed));
        }
    }

    #[test]
    fn new_codes_that_look_alike_are_equal() {
        let new = |code: &str| Sku::parse(code).unwrap().of_new_goods().map(|sku| sku.as_str().to_owned());
        assert_eq!(new("Gro\u{308}ße"), new("Größe"));
        for hidden in ["zw-1\u{200b}", "zw\u{ad}-1", "\u{feff}zw-1", "zw-\u{200d}1"] {
            assert!(Sku::parse(hidden).is_ok(), "goods of that code may be there already");
            assert_eq!(new(hidden), Err(SkuError::Invisible), "{hidden:?}");
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
