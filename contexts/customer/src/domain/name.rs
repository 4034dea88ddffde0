//! What people are called.

use shared_kernel::text::clean_line;

use super::field::FieldError;

/// First and last name, each 1 to 100 characters without control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName {
    first: String,
    last: String,
}

impl PersonName {
    /// Removes invisible characters from both, trims and checks them.
    pub fn parse(first: &str, last: &str) -> Result<Self, FieldError> {
        Ok(Self { first: part("first_name", first)?, last: part("last_name", last)? })
    }

    /// The name that we greet people by.
    pub fn first(&self) -> &str {
        &self.first
    }

    /// The family's name.
    pub fn last(&self) -> &str {
        &self.last
    }
}

fn part(field: &'static str, raw: &str) -> Result<String, FieldError> {
    let name = clean_line(raw);
    if name.is_empty() {
        return Err(FieldError { field, problem: "is missing" });
    }
    if name.chars().count() > 100 {
        return Err(FieldError { field, problem: "is longer than 100 characters" });
    }
    if name.chars().any(char::is_control) {
        return Err(FieldError { field, problem: "holds a control character" });
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_in_every_form() {
        let name = PersonName::parse(" Māui ", "d'Ávila-Nguyễn").unwrap();
        assert_eq!((name.first(), name.last()), ("Māui", "d'Ávila-Nguyễn"));
        let same = PersonName::parse("Ma\u{304}ui\u{200b}", "\u{202e}d'Ávila-Nguyễn").unwrap();
        assert_eq!(same, name, "names that look alike are equal");
    }

    #[test]
    fn a_missing_or_endless_name_is_refused_by_field() {
        assert_eq!(PersonName::parse(" ", "Lima").unwrap_err().to_string(), "first_name is missing");
        assert_eq!(PersonName::parse("Ana", &"x".repeat(101)).unwrap_err().field, "last_name");
        assert_eq!(PersonName::parse("Ana\n", "Li\tma").unwrap_err().problem, "holds a control character");
    }
}
