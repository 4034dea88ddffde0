//! Secrets that are shown once and kept only as their SHA-256: session tokens, the tokens of mailed links, API keys.
//!
//! All have 256 random bits, so that a fast hash protects them as well as a slow one protects a password.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Thirty-two random bytes as 43 characters that may stand in a link, a cookie or a header.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Writes random bytes down.
    pub fn of(secret: &[u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(secret))
    }

    /// Reads a presented token; `None` for a text that cannot be one of ours.
    pub fn parse(presented: &str) -> Option<Self> {
        let bytes = if presented.len() == 43 { URL_SAFE_NO_PAD.decode(presented).ok() } else { None };
        bytes.filter(|bytes| bytes.len() == 32).map(|_| Self(presented.to_owned()))
    }

    /// The form in which it is kept.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(&self.0).into())
    }

    /// The secret itself, for the one who is given it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// The SHA-256 of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Of a secret that is no [`Token`].
    pub fn of_text(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// Sixty-four hexadecimal digits.
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }

    /// Reads the digits back.
    pub fn parse(digits: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).ok().map(|()| Self(bytes))
    }

    /// Whether both are the same, in a time that does not tell how much of them is.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_the_wire_and_its_hash_the_database() {
        let token = Token::of(&[0xfb; 32]);
        assert_eq!(Token::parse(token.reveal()), Some(token.clone()));
        assert_eq!(TokenHash::parse(&token.hash().hex()), Some(token.hash()));
        assert!(token.hash().matches(&token.hash()) && !token.hash().matches(&Token::of(&[1; 32]).hash()));
        assert_eq!(format!("{token:?}"), "Token(..)");
    }
}
