//! A message that the next page shows once, and the cookie in which it travels there.

use std::time::Duration;

use actix_web::cookie::Cookie;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::cookies::{self, FLASH_COOKIE};

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FlashKind {
    /// It went well.
    Notice,
    /// It did not.
    Error,
}

/// A message that the next page shows once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Flash {
    kind: FlashKind,
    text: String,
}

/// Longer messages are cut: they travel in a cookie.
const FLASH_CHARS: usize = 500;

impl Flash {
    /// It went well.
    pub fn notice(text: impl Into<String>) -> Self {
        Self { kind: FlashKind::Notice, text: text.into() }
    }

    /// It did not.
    pub fn error(text: impl Into<String>) -> Self {
        Self { kind: FlashKind::Error, text: text.into() }
    }

    /// The words.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How they are meant.
    pub fn kind(&self) -> FlashKind {
        self.kind
    }

    /// Whether it tells of a failure.
    pub fn is_error(&self) -> bool {
        self.kind == FlashKind::Error
    }

    /// The CSS class of the notice that shows it.
    pub fn css(&self) -> &'static str {
        match self.kind {
            FlashKind::Notice => "notice notice-good",
            FlashKind::Error => "notice notice-bad",
        }
    }

    pub(crate) fn into_cookie(self) -> Cookie<'static> {
        let text: String = self.text.chars().take(FLASH_CHARS).collect();
        let kind = match self.kind {
            FlashKind::Notice => "notice",
            FlashKind::Error => "error",
        };
        let json = serde_json::json!({"kind": kind, "text": Value::String(text)}).to_string();
        cookies::cookie(FLASH_COOKIE, URL_SAFE_NO_PAD.encode(json), Duration::from_mins(2))
    }

    pub(crate) fn from_cookie(value: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(value).ok().and_then(|json| serde_json::from_slice(&json).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_its_cookie_whatever_it_says() {
        let flash = Flash::notice("Order 7; \"Größe\"\r\nSet-Cookie: a=b");
        let cookie = flash.clone().into_cookie();
        assert!(cookie.value().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        assert_eq!(Flash::from_cookie(cookie.value()), Some(flash));
        assert_eq!(Flash::from_cookie("not base64!"), None);
    }
}
