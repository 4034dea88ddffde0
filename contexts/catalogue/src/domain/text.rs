//! The words of a product, each parsed once at the edge into a type that cannot be wrong.

use std::fmt;

use shared_kernel::text::clean_line;

use super::MediaKind;
use super::address::{digest, romanize, romanize_common};

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
    pub const fn new(field: &'static str, problem: &'static str) -> Self {
        Self { field, problem }
    }
}

/// One line of text: not empty, bounded, without control and invisible characters.
pub(super) fn line(field: &'static str, raw: &str, longest: usize) -> Result<String, FieldError> {
    let text = clean_line(raw);
    if text.is_empty() {
        return Err(FieldError::new(field, "is missing"));
    }
    if text.chars().count() > longest {
        return Err(FieldError::new(field, "is too long"));
    }
    if text.chars().any(char::is_control) {
        return Err(FieldError::new(field, "holds a control character"));
    }
    Ok(text)
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Brings a text back as a store holds it, which may be older than the rules of today.
            pub const fn restore(text: String) -> Self {
                Self(text)
            }

            /// The text.
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
    /// A product's name in addresses and files, the same permanently: `kea-notebook-14`.
    Handle
);
text_type!(
    /// A product's handle as another shop's file writes it, in any script: `книга-7`.
    WrittenHandle
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
    const MAX_CHARS: usize = 100;
    /// Words that stand in addresses where a handle could.
    const RESERVED: [&str; 2] = ["new", "import"];

    /// Accepts 1 to 100 lower-case ASCII letters, digits, `-` and `_`, except for `new` and `import`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if raw.is_empty() {
            return Err(FieldError::new("handle", "is missing"));
        }
        if raw.len() > Self::MAX_CHARS || !raw.bytes().all(fit) {
            return Err(FieldError::new("handle", "must be 1 to 100 lower-case letters, digits, - or _"));
        }
        if Self::RESERVED.contains(&raw) {
            return Err(FieldError::new("handle", "is a word of the shop's own addresses"));
        }
        Ok(Self(raw.to_owned()))
    }

    /// Makes a handle of any text, such as a title, in whatever script.
    pub fn made_from(text: &str) -> Self {
        let made = romanize(text, Self::MAX_CHARS);
        let made = if made.is_empty() { format!("product-{}", digest(text)) } else { made };
        Self::parse(&made).unwrap_or_else(|_| Self(format!("{made}-1")))
    }

    /// The handle that the first versions made of a text, if they could.
    pub fn made_before_from(text: &str) -> Option<Self> {
        Self::parse(&romanize_common(text, Self::MAX_CHARS)).ok()
    }

    /// The same with a number at its end: `kea-2`.
    pub fn numbered(&self, number: u32) -> Self {
        let end = format!("-{number}");
        let kept = &self.0[..self.0.len().min(Self::MAX_CHARS - end.len())];
        Self(format!("{}{end}", kept.trim_end_matches('-')))
    }
}

impl WrittenHandle {
    /// Accepts 1 to 255 characters on one line.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        line("handle", raw, 255).map(Self)
    }
}

impl Title {
    /// Accepts 1 to 255 characters on one line.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        line("title", raw, 255).map(Self)
    }
}

impl Description {
    /// The most characters.
    pub const MAX_CHARS: usize = 100_000;

    /// Accepts up to 100,000 characters in any number of lines.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let text = raw.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim();
        if text.chars().count() > Self::MAX_CHARS {
            return Err(FieldError::new("description", "is too long"));
        }
        if text.chars().any(|letter| letter.is_control() && letter != '\n' && letter != '\t') {
            return Err(FieldError::new("description", "holds a control character"));
        }
        Ok(Self(text.to_owned()))
    }

    /// No description.
    pub const fn none() -> Self {
        Self(String::new())
    }

    /// The paragraphs: what stands between empty lines.
    pub fn paragraphs(&self) -> impl Iterator<Item = &str> {
        self.0.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty())
    }
}

impl Category {
    /// Accepts 1 to 255 characters on one line, in any script.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        line("category", raw, 255).map(Self)
    }

    /// Where goods go that have no category of their own.
    pub fn other() -> Self {
        Self("Other".to_owned())
    }

    /// The category's name in addresses. Names have the same one only if they differ in nothing but case, white space and
    /// hyphens: what a name of plain words would lose (`C#`, `Ốc`, `R&B`) shows in eight digits at the end.
    pub fn slug(&self) -> String {
        let key = spelling(&self.0);
        let plain = key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b' ');
        if plain && !key.is_empty() {
            return key.replace(' ', "-");
        }
        let readable = romanize(&key, 60);
        let readable = if readable.is_empty() { "category" } else { readable.as_str() };
        format!("{readable}-{}", digest(&key))
    }

    /// The name in addresses that the first versions gave it, which other categories had, too.
    pub fn slug_before(&self) -> String {
        romanize_common(&self.0, 60)
    }

    /// Which of `all` are meant by a slug or a name. An address that an earlier version gave out is understood, unless it
    /// is another category's now.
    pub fn meant_by(asked: &str, all: &[Self]) -> Vec<Self> {
        let key = spelling(asked);
        let exact = |category: &&Self| category.slug() == asked || spelling(&category.0) == key;
        let found: Vec<Self> = all.iter().filter(exact).cloned().collect();
        if !found.is_empty() {
            return found;
        }
        all.iter().filter(|category| category.slug_before() == asked).cloned().collect()
    }
}

/// A name for comparison, without differences of spelling: lower case, words separated by one space.
fn spelling(name: &str) -> String {
    let lower = clean_line(name).to_lowercase();
    lower.split([' ', '-']).flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

impl TaxClass {
    /// Accepts 1 to 32 lower-case ASCII letters, digits, `-` and `_`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
        if (1..=32).contains(&raw.len()) && raw.bytes().all(fit) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(FieldError::new("tax_class", "must be 1 to 32 lower-case letters, digits, - or _"))
        }
    }

    /// The class that is taxed nothing.
    pub fn zero() -> Self {
        Self("zero".to_owned())
    }

    /// The class of most goods.
    pub fn standard() -> Self {
        Self("standard".to_owned())
    }
}

impl ImageName {
    /// Accepts a plain file name of up to 128 ASCII letters, digits, `.`, `-` and `_` that begins with a letter or digit
    /// and ends in `.svg`, `.png`, `.jpg`, `.jpeg`, `.webp`, `.gif` or `.avif`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let fit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let picture = MediaKind::named(raw).is_some();
        let begins = raw.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        if raw.len() <= 128 && begins && picture && raw.bytes().all(fit) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(FieldError::new(
                "image",
                "must be a file name such as kea-14.svg (svg, png, jpg, jpeg, webp, gif or avif)",
            ))
        }
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
    }

    #[test]
    fn a_handle_can_be_made_of_any_title() {
        assert_eq!(Handle::made_from("Tūī Field Guide").as_str(), "tui-field-guide");
        assert_eq!(Handle::made_from("тетрадь-7").as_str(), "tetrad-7");
        assert_eq!(Handle::made_from("New").as_str(), "new-1");
        for title in ["日本", "!!!", "🙂", "ا", "\u{10ffff}", &"х".repeat(300)] {
            let made = Handle::made_from(title);
            assert_eq!(Handle::parse(made.as_str()), Ok(made.clone()), "{title:?}");
            assert_eq!(Handle::made_from(title), made);
        }
        assert_eq!(Handle::parse(&"x".repeat(100)).unwrap().numbered(12).as_str(), format!("{}-12", "x".repeat(97)));
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

    fn category(name: &str) -> Category {
        Category::parse(name).unwrap()
    }

    #[test]
    fn plain_names_keep_the_addresses_that_they_had() {
        for (name, slug) in [("Laptops", "laptops"), ("Field  Guides", "field-guides"), ("T-Shirts", "t-shirts")] {
            assert_eq!(category(name).slug(), slug);
            assert_eq!(category(name).slug_before(), slug);
        }
        assert_eq!(category("BOOKS").slug(), category("books").slug());
    }

    #[test]
    fn different_names_are_different_categories() {
        let names = [
            "C",
            "C#",
            "C++",
            "C&",
            "R&B",
            "R B",
            "Ốc",
            "Ức",
            "Oc",
            "Uc",
            "Bạn",
            "Bận",
            "Ban",
            "Книги",
            "Kniga",
            "本",
            "木",
            "Home & Garden",
            "Home Garden",
            "Café",
            "Cafe",
            "ספרים",
            "كتب",
            "책 7",
            "本 7",
            "&",
            "!!",
        ];
        let slugs: std::collections::BTreeSet<String> = names.iter().map(|name| category(name).slug()).collect();
        assert_eq!(slugs.len(), names.len(), "{slugs:?}");
        let fit = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        assert!(slugs.iter().all(|slug| slug.bytes().all(fit)), "{slugs:?}");
    }

    #[test]
    fn a_category_is_found_by_name_by_address_and_by_the_address_it_had() {
        let all = ["Home & Garden", "C#", "C++", "Oc", "Ốc", "oc"].map(category);
        let found = |asked: &str| Category::meant_by(asked, &all).iter().map(Category::to_string).collect::<Vec<_>>();
        assert_eq!(found("home & garden"), ["Home & Garden"]);
        assert_eq!(found(&category("C#").slug()), ["C#"]);
        assert_eq!(found("home-garden"), ["Home & Garden"], "an old link");
        assert_eq!(found("oc"), ["Oc", "oc"]);
        assert_eq!(found("c"), ["C#", "C++", "Ốc"]);
        assert_eq!(found("none"), Vec::<String>::new());
    }
}
