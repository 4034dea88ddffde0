//! The token in every form of ours: an HMAC over the visitor cookie and the session cookie, masked for every page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The key that signs form tokens. Tokens of another key are worth nothing.
#[derive(Clone)]
pub(crate) struct CsrfKey([u8; 64]);

impl CsrfKey {
    /// Pads the key to the digest's block, which is what HMAC does with short keys anyway.
    pub(crate) fn new(key: [u8; 32]) -> Self {
        let mut block = [0; 64];
        block[..32].copy_from_slice(&key);
        Self(block)
    }

    /// A token for one page, hidden behind `mask`.
    pub(crate) fn token(&self, mask: [u8; 32], visitor: &str, session: Option<&str>) -> String {
        let tag = self.tag(visitor, session);
        let hidden: Vec<u8> = mask.iter().zip(tag).map(|(mask, tag)| mask ^ tag).collect();
        URL_SAFE_NO_PAD.encode([mask.as_slice(), &hidden].concat())
    }

    /// Whether the token was made for this visitor in this session.
    pub(crate) fn verifies(&self, token: &str, visitor: &str, session: Option<&str>) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return false };
        if bytes.len() != 64 {
            return false;
        }
        let (mask, hidden) = bytes.split_at(32);
        let shown: Vec<u8> = mask.iter().zip(hidden).map(|(mask, hidden)| mask ^ hidden).collect();
        shown.ct_eq(&self.tag(visitor, session)).into()
    }

    fn tag(&self, visitor: &str, session: Option<&str>) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new(&self.0.into());
        mac.update(b"form\0");
        mac.update(visitor.as_bytes());
        mac.update(b"\0");
        mac.update(session.unwrap_or("").as_bytes());
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> CsrfKey {
        CsrfKey::new([7; 32])
    }

    #[test]
    fn a_token_serves_only_its_own_visitor_and_session() {
        let token = key().token([1; 32], "visitor-a", Some("s1"));
        assert!(key().verifies(&token, "visitor-a", Some("s1")));
        assert!(!key().verifies(&token, "visitor-b", Some("s1")));
        assert!(!key().verifies(&token, "visitor-a", Some("s2")));
        assert!(!key().verifies(&token, "visitor-a", None));
        assert!(!CsrfKey::new([8; 32]).verifies(&token, "visitor-a", Some("s1")));
        for broken in ["", "x", "ä", &token[1..], &format!("{token}AAAA")] {
            assert!(!key().verifies(broken, "visitor-a", Some("s1")), "{broken:?} was accepted");
        }
    }

    #[test]
    fn two_pages_never_show_the_same_token() {
        let one = key().token([1; 32], "v", None);
        let other = key().token([2; 32], "v", None);
        assert_ne!(one[43..], other[43..]);
        assert!(key().verifies(&one, "v", None) && key().verifies(&other, "v", None));
    }
}
