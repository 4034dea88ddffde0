//! What is shown of a product besides its words: pictures and attributes.

use shared_kernel::text::clean_line;

use super::text::{FieldError, ImageName, line};

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Which picture.
    pub name: ImageName,
    /// What it shows, for those who cannot see it. The product's title when nothing is given.
    pub alt: Option<String>,
}

impl Image {
    /// The most characters of the words for those who cannot see it.
    pub const MAX_ALT_CHARS: usize = 512;

    /// A picture with words for those who cannot see it.
    ///
    /// # Errors
    /// [`FieldError`] on `image` when the words hold a control character or are longer than 512 characters.
    pub fn new(name: ImageName, alt: &str) -> Result<Self, FieldError> {
        let alt = clean_line(alt);
        if alt.chars().count() > Self::MAX_ALT_CHARS {
            return Err(FieldError::new("image", "has too long a text"));
        }
        if alt.chars().any(char::is_control) {
            return Err(FieldError::new("image", "has a text with a control character"));
        }
        Ok(Self { name, alt: Some(alt).filter(|alt| !alt.is_empty()) })
    }
}

/// Facts about a product in the merchant's order: `Screen` is `14 inch`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// The most characters of a value.
    pub const MAX_VALUE_CHARS: usize = 5_000;
    const MAX_ATTRIBUTES: usize = 250;

    /// Accepts up to 250 pairs with different names of 1 to 255 characters and values of 1 to 5,000; pairs without a value
    /// are dropped.
    pub fn parse<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, FieldError> {
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value) in pairs {
            if clean_line(value.as_ref()).is_empty() {
                continue;
            }
            let pair =
                (line("attributes", name.as_ref(), 255)?, line("attributes", value.as_ref(), Self::MAX_VALUE_CHARS)?);
            if read.iter().any(|(other, _)| other.eq_ignore_ascii_case(&pair.0)) {
                return Err(FieldError::new("attributes", "name the same thing twice"));
            }
            read.push(pair);
        }
        if read.len() > Self::MAX_ATTRIBUTES {
            return Err(FieldError::new("attributes", "are more than 250"));
        }
        Ok(Self(read))
    }

    /// Brings the pairs back as a store holds them.
    pub const fn restore(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The pairs.
    pub fn as_slice(&self) -> &[(String, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_name_a_thing_once() {
        assert_eq!(Attributes::parse([("Screen", "14 inch"), ("Colour", " ")]).unwrap().as_slice().len(), 1);
        assert!(Attributes::parse([("Screen", "14"), ("screen", "15")]).is_err());
        assert!(Attributes::parse([("Screen", "14"), ("Scr\u{ad}een", "15")]).is_err());
    }

    #[test]
    fn a_list_of_authors_fits_into_an_attribute() {
        let authors = "Aroha Ngata, ".repeat(60);
        assert_eq!(Attributes::parse([("Authors", &authors)]).unwrap().as_slice()[0].1.len(), 779);
    }
}
