//! The words of a product, each parsed once at the edge into a type that cannot be wrong.

use std::fmt;

use super::words::slug;

/// Which field is not right, and why. Reads as a sentence: `title is missing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}")]
pub struct FieldError {
    /// The field's name on the wire.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl FieldError {
    /// States what is wrong with which field.
    #[must_use]
    pub const fn new(field: &'static str, problem: &'static str) -> Self {
        Self { field, problem }
    }
}

/// One line of text: trimmed, not empty, bounded, without control characters.
fn line(field: &'static str, raw: &str, longest: usize) -> Result<String, FieldError> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(FieldError::new(field, "is missing"));
    }
    if text.chars().count() > longest {
        return Err(FieldError::new(field, "is too long"));
    }
    if text.chars().any(char::is_control) {
        return Err(FieldError::new(field, "holds a control character"));
    }
    Ok(text.to_owned())
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type!(
    /// A product's name in addresses and files, the same for ever: `kea-notebook-14`.
    Handle
);
text_type!(
    /// What a product is called.
    Title
);
text_type!(
    /// Plain text in paragraphs; may be empty.
    Description
);
text_type!(
    /// The kind of goods under which a product is listed, as people read it.
    Category
);
text_type!(
    /// The class by which tax is found, such as `standard` or `zero`.
    TaxClass
);
text_type!(
    /// The file name of a picture in the media store.
    ImageName
);

impl Handle {
    const LONGEST: usize = 100;
    /// Words that stand in addresses where a handle could.
    const RESERVED: [&str; 2] = ["new", "import"];

    /// Accepts 1 to 100 lower-case ASCII letters, digits, `-` and `_`, except for `new` and `import`.
    ///
    /// # Errors
    /// [`FieldError`] on `handle` for anything else.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if raw.is_empty() {
            return Err(FieldError::new("handle", "is missing"));
        }
        if raw.len() > Self::LONGEST || !raw.bytes().all(fit) {
            return Err(FieldError::new("handle", "must be 1 to 100 lower-case letters, digits, - or _"));
        }
        if Self::RESERVED.contains(&raw) {
            return Err(FieldError::new("handle", "is a word of the shop's own addresses"));
        }
        Ok(Self(raw.to_owned()))
    }

    /// Makes a handle of any text, such as a title.
    ///
    /// # Errors
    /// [`FieldError`] on `handle` when the text holds no Latin letter and no digit.
    pub fn made_from(text: &str) -> Result<Self, FieldError> {
        let made = slug(text, Self::LONGEST);
        if made.is_empty() {
            Err(FieldError::new("handle", "needs a Latin letter or a digit"))
        } else {
            Self::parse(&made)
        }
    }
}

impl Title {
    /// Accepts 1 to 200 characters on one line.
    ///
    /// # Errors
    /// [`FieldError`] on `title`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        line("title", raw, 200).map(Self)
    }
}

impl Description {
    /// Accepts up to 20,000 characters in any number of lines.
    ///
    /// # Errors
    /// [`FieldError`] on `description`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let text = raw.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim();
        if text.chars().count() > 20_000 {
            return Err(FieldError::new("description", "is too long"));
        }
        if text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
            return Err(FieldError::new("description", "holds a control character"));
        }
        Ok(Self(text.to_owned()))
    }

    /// No description.
    #[must_use]
    pub const fn none() -> Self {
        Self(String::new())
    }

    /// The paragraphs: what stands between empty lines.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.0.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
    }
}

impl Category {
    /// Accepts 1 to 60 characters on one line, one of them a Latin letter or a digit.
    ///
    /// # Errors
    /// [`FieldError`] on `category`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let name = line("category", raw, 60)?;
        if slug(&name, 60).is_empty() {
            return Err(FieldError::new("category", "needs a Latin letter or a digit"));
        }
        Ok(Self(name))
    }

    /// Where goods go that have no category of their own.
    #[must_use]
    pub fn other() -> Self {
        Self("Other".to_owned())
    }

    /// The category's name in addresses; two spellings with the same slug are one category.
    #[must_use]
    pub fn slug(&self) -> String {
        slug(&self.0, 60)
    }
}

impl TaxClass {
    /// Accepts 1 to 32 lower-case ASCII letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// [`FieldError`] on `tax_class`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if (1..=32).contains(&raw.len()) && raw.bytes().all(fit) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(FieldError::new("tax_class", "must be 1 to 32 lower-case letters, digits, - or _"))
        }
    }

    /// The class of most goods.
    #[must_use]
    pub fn standard() -> Self {
        Self("standard".to_owned())
    }
}

impl ImageName {
    /// Accepts a plain file name of up to 128 ASCII letters, digits, `.`, `-` and `_` that begins with a letter or digit
    /// and ends in `.svg`, `.png`, `.jpg`, `.jpeg` or `.webp`.
    ///
    /// # Errors
    /// [`FieldError`] on `image`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let fit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let lower = raw.to_ascii_lowercase();
        let picture = [".svg", ".png", ".jpg", ".jpeg", ".webp"].iter().any(|end| lower.ends_with(end));
        let begins = raw.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        if raw.len() <= 128 && begins && picture && raw.bytes().all(fit) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(FieldError::new("image", "must be a file name such as kea-14.svg (svg, png, jpg, jpeg or webp)"))
        }
    }
}

/// A picture of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Which picture.
    pub name: ImageName,
    /// What it shows, for those who cannot see it. The product's title when nothing is given.
    pub alt: Option<String>,
}

impl Image {
    /// A picture with words for those who cannot see it.
    ///
    /// # Errors
    /// [`FieldError`] on `image` when the words are longer than 500 characters.
    pub fn new(name: ImageName, alt: &str) -> Result<Self, FieldError> {
        let alt = alt.trim();
        if alt.chars().count() > 500 {
            return Err(FieldError::new("image", "has too long a text"));
        }
        Ok(Self { name, alt: Some(alt.to_owned()).filter(|alt| !alt.is_empty()) })
    }
}

/// Facts about a product in the merchant's order: `Screen` is `14 inch`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// Accepts up to 50 pairs with different names of 1 to 60 characters and values of 1 to 500; pairs without a value are dropped.
    ///
    /// # Errors
    /// [`FieldError`] on `attributes`.
    pub fn parse<N: AsRef<str>, V: AsRef<str>>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, FieldError> {
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value) in pairs {
            if value.as_ref().trim().is_empty() {
                continue;
            }
            let pair = (line("attributes", name.as_ref(), 60)?, line("attributes", value.as_ref(), 500)?);
            if read.iter().any(|(other, _)| other.eq_ignore_ascii_case(&pair.0)) {
                return Err(FieldError::new("attributes", "name the same thing twice"));
            }
            read.push(pair);
        }
        if read.len() > 50 { Err(FieldError::new("attributes", "are more than 50")) } else { Ok(Self(read)) }
    }

    /// The pairs.
    #[must_use]
    pub fn as_slice(&self) -> &[(String, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_fit_for_addresses() {
        assert_eq!(Handle::parse("kea-14_b").unwrap().as_str(), "kea-14_b");
        for wrong in ["", "Kea", "a b", "a/b", "é", "..", "new", "import", "x".repeat(101).as_str()] {
            assert_eq!(Handle::parse(wrong).unwrap_err().field, "handle", "{wrong:?}");
        }
        assert_eq!(Handle::made_from("Tūī Field Guide").unwrap().as_str(), "tui-field-guide");
        assert!(Handle::made_from("日本").is_err());
    }

    #[test]
    fn image_names_cannot_leave_their_folder() {
        assert!(ImageName::parse("kea-14.SVG").is_ok());
        for wrong in ["", "../a.svg", "a/b.png", ".svg", "a.exe", "a b.png", "a.svg\0"] {
            assert!(ImageName::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_description_keeps_its_paragraphs() {
        let text = Description::parse(" One.\r\n\r\nTwo\nlines. ").unwrap();
        assert_eq!(text.paragraphs().collect::<Vec<_>>(), ["One.", "Two\nlines."]);
        assert!(Description::parse("bell\u{7}").is_err());
    }

    #[test]
    fn categories_are_one_when_their_slugs_are() {
        assert_eq!(Category::parse("Home & Garden").unwrap().slug(), Category::parse("home  garden").unwrap().slug());
        assert!(Category::parse("&").is_err());
    }

    #[test]
    fn attributes_name_a_thing_once() {
        assert_eq!(Attributes::parse([("Screen", "14 inch"), ("Colour", " ")]).unwrap().as_slice().len(), 1);
        assert!(Attributes::parse([("Screen", "14"), ("screen", "15")]).is_err());
    }
}
