//! Passwords: what a new one must be, and the form in which one is kept.
//!
//! How a hash is computed is the [`PasswordHasher`](crate::ports::PasswordHasher)'s business. A password typed at login
//! is any text: only its hash says whether it is right.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization as _;

use super::field::FieldError;

/// A new password: 8 to 128 characters of any kind, but none that is guessed among the first.
#[derive(Debug, Clone)]
pub struct NewPassword(SecretString);

const GUESSED_FIRST: &str = "is one of those that are guessed first; a few words in a row make a good one";

fn refused(problem: &'static str) -> FieldError {
    FieldError { field: "password", problem }
}

/// How many guesses a password must be good for, as `zxcvbn` estimates from its lists of leaked passwords, names and
/// words: more than the 30,000 most common ones together.
const MIN_GUESSES: u64 = 40_000;

impl NewPassword {
    /// Counts the characters and estimates the guesses; no kinds of characters are prescribed.
    pub fn parse(typed: &SecretString) -> Result<Self, FieldError> {
        Self::check_length(typed)?;
        let password = Self(normalised(typed));
        if password.guesses(&[]) < MIN_GUESSES { Err(refused(GUESSED_FIRST)) } else { Ok(password) }
    }

    /// Whether its length would do; whether it would be guessed is looked at where it is set.
    pub fn check_length(typed: &SecretString) -> Result<(), FieldError> {
        match normalised(typed).expose_secret().chars().count() {
            0..8 => Err(refused("must have at least 8 characters")),
            8..=128 => Ok(()),
            _ => Err(refused("must have at most 128 characters")),
        }
    }

    /// The password, unless it is guessed from `own`: words that a guesser tries first, such as the account's address
    /// and names.
    pub fn unlike(self, own: &[&str]) -> Result<Self, FieldError> {
        let guessed = is_one_of(self.0.expose_secret(), own) || self.guesses(own) < MIN_GUESSES;
        if guessed { Err(refused("is easily guessed from your name or e-mail address")) } else { Ok(self) }
    }

    fn guesses(&self, own: &[&str]) -> u64 {
        zxcvbn::zxcvbn(self.0.expose_secret(), own).guesses()
    }

    /// The text, for the hasher alone.
    pub fn secret(&self) -> &SecretString {
        &self.0
    }
}

/// The one form of all spellings of a text (NFC, as NIST SP 800-63B wants passwords before they are hashed): the same
/// password typed on another keyboard or system may come in other code points.
pub fn normalised(typed: &SecretString) -> SecretString {
    typed.expose_secret().nfc().collect::<String>().into()
}

/// Whether the password is one of the words, or a part of one of them, whatever the letters' case.
fn is_one_of(password: &str, words: &[&str]) -> bool {
    let password = password.trim().to_lowercase();
    let parts = words.iter().flat_map(|word| std::iter::once(*word).chain(word.split('@')));
    parts.map(str::to_lowercase).any(|word| word == password)
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
        let letters =
            "ßqžwñxøvþy".chars().cycle().enumerate().map(|(at, letter)| if at % 7 == 3 { '#' } else { letter });
        NewPassword::parse(&letters.take(characters).collect::<String>().into())
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
        let shown = format!(
            "{:?} {:?}",
            NewPassword::parse(&"correct horse battery".into()).unwrap(),
            PasswordHash::new("$argon2id$x")
        );
        assert!(!shown.contains("horse") && !shown.contains("argon2"), "{shown}");
    }

    #[test]
    fn what_everybody_guesses_first_is_refused() {
        let guessed = [
            "password",
            "12345678",
            "        ",
            "qwertyuiop",
            "iloveyou",
            "Password1",
            "p@ssw0rd",
            "football1",
            "11111111",
            "abcdefgh",
            "trustno1",
            "sunshine",
            "baseball",
            "superman",
            "passw0rd!",
            "1q2w3e4r",
        ];
        for password in guessed {
            assert!(NewPassword::parse(&password.into()).is_err(), "{password}");
        }
        for good in ["correct horse battery", "yet another passphrase", "tüte kiwi regen", "x7-Qp2!vLm"] {
            assert!(NewPassword::parse(&good.into()).is_ok(), "{good}");
        }
    }

    #[test]
    fn the_accounts_own_words_are_refused() {
        let own = ["aroha.ngata@long-domain.example", "Arohanui", "Ngata-Williams", "The Better Store"];
        let guessed =
            ["aroha.ngata@long-domain.example", "Aroha.Ngata", "arohanui", "NGATA-WILLIAMS", "the better store"];
        for password in guessed {
            assert!(NewPassword::parse(&password.into()).and_then(|it| it.unlike(&own)).is_err(), "{password}");
        }
        assert!(NewPassword::parse(&"tüte kiwi regen".into()).and_then(|it| it.unlike(&own)).is_ok());
    }

    #[test]
    fn spellings_of_one_password_are_one_password() {
        let (composed, decomposed) = ("K\u{f6}nigskrone am See", "Ko\u{308}nigskrone am See");
        let kept = |text: &str| NewPassword::parse(&text.into()).unwrap().secret().expose_secret().to_owned();
        assert_eq!(kept(composed), kept(decomposed));
    }
}
