//! Passwords: what a new one must be, and the form in which one is kept.
//!
//! How a hash is computed is the [`PasswordHasher`](crate::ports::PasswordHasher)'s business. A password typed at login
//! is any text: only its hash says whether it is right.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::field::FieldError;

/// A password that somebody wants from now on: 8 to 128 characters, of any kind, taken as typed.
#[derive(Debug, Clone)]
pub struct NewPassword(SecretString);

impl NewPassword {
    /// Counts the characters; length is what makes a password strong, so no kinds of characters are prescribed.
    ///
    /// # Errors
    /// [`FieldError`] on the field `password`.
    pub fn parse(typed: SecretString) -> Result<Self, FieldError> {
        match typed.expose_secret().chars().count() {
            0..8 => Err(FieldError { field: "password", problem: "must have at least 8 characters" }),
            8..=128 => Ok(Self(typed)),
            _ => Err(FieldError { field: "password", problem: "must have at most 128 characters" }),
        }
    }

    /// The text, for the hasher alone.
    #[must_use]
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// A password in the form in which it is kept, from which it cannot be found again.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes what a hasher made.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, algorithm and salt included.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_length(characters: usize) -> Result<NewPassword, FieldError> {
        NewPassword::parse("ß".repeat(characters).into())
    }

    #[test]
    fn has_8_to_128_characters_whatever_their_bytes() {
        assert_eq!(of_length(7).unwrap_err().problem, "must have at least 8 characters");
        assert!(of_length(8).is_ok());
        assert!(of_length(128).is_ok());
        assert_eq!(of_length(129).unwrap_err().problem, "must have at most 128 characters");
    }

    #[test]
    fn never_shows_itself() {
        let shown =
            format!("{:?} {:?}", NewPassword::parse("correct horse".into()).unwrap(), PasswordHash::new("$argon2id$x"));
        assert!(!shown.contains("horse") && !shown.contains("argon2"), "{shown}");
    }
}
