//! The country of a buyer, as far as it is known.

use shared_kernel::{Address, country};

const MAX_CHARS: usize = 100;

/// An ISO 3166 two-letter code, or what a former shop called the country. Orders of earlier versions may hold two letters
/// that are no code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Country(String);

/// The text is no country.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CountryError {
    /// Two letters are a code, or nothing.
    #[error("country: {0:?} is no ISO 3166 code")]
    UnknownCode(String),
    #[error("country must have 1 to {MAX_CHARS} printable characters")]
    NoName,
}

impl Country {
    /// A country as another shop wrote it; `None` if it wrote nothing. Names that are no country (`Unspecified`) stay as they
    /// are.
    pub fn parse(text: &str) -> Result<Option<Self>, CountryError> {
        let text = text.trim();
        if let Some(code) = country::code(text) {
            return Ok(Some(Self(code.to_owned())));
        }
        match text.chars().count() {
            0 => Ok(None),
            2 => Err(CountryError::UnknownCode(text.to_owned())),
            1..=MAX_CHARS if !text.chars().any(char::is_control) => Ok(Some(Self(text.to_owned()))),
            _ => Err(CountryError::NoName),
        }
    }

    /// The country of an address.
    pub fn of(address: &Address) -> Self {
        Self(address.country().to_owned())
    }

    /// What was stored before, by whatever rules held then.
    pub fn recorded(text: String) -> Self {
        Self(text)
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        country::name(&self.0)
    }

    /// The code, or the name that is none of ours.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_a_code_or_what_a_former_shop_called_it() {
        let parsed = |text: &str| Country::parse(text).map(|country| country.map(|country| country.0));
        let read = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!((parsed("UK"), parsed(" New Zealand ")), (read("GB"), read("NZ")));
        assert_eq!((parsed("Unspecified"), parsed("?"), parsed("  ")), (read("Unspecified"), read("?"), Ok(None)));
        assert_eq!(parsed("XX"), Err(CountryError::UnknownCode("XX".to_owned())));
        for no_name in ["a\u{7}land".to_owned(), "x".repeat(101)] {
            assert_eq!(parsed(&no_name), Err(CountryError::NoName));
        }
    }
}
