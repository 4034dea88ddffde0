//! How single values are written in settings. What a text is read as may be optional in its group.

use std::ops::RangeInclusive;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde::de::{Deserialize, Deserializer, Error as _};

/// Reads a text by `read`, whose whole error is repeated after the setting's name.
pub(super) fn parse<'de, D: Deserializer<'de>, T, O: From<T>>(
    text: D,
    read: impl FnOnce(&str) -> anyhow::Result<T>,
) -> Result<O, D::Error> {
    let text = String::deserialize(text)?;
    read(&text).map(O::from).map_err(|error| D::Error::custom(format_args!("{error:#}")))
}

/// `on` or `off`.
pub(super) fn switch<'de, D: Deserializer<'de>>(text: D) -> Result<bool, D::Error> {
    parse(text, |text| match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        other => bail!("expected on or off, got {other:?}"),
    })
}

/// Any text, where there may be none.
pub(super) fn optional<'de, T: Deserialize<'de>, D: Deserializer<'de>>(text: D) -> Result<Option<T>, D::Error> {
    T::deserialize(text).map(Some)
}

/// A whole number from `MIN` to `MAX`.
pub(super) fn whole<'de, const MIN: i64, const MAX: i64, T: TryFrom<i64>, D: Deserializer<'de>>(
    text: D,
) -> Result<T, D::Error> {
    parse(text, |text| number(text, MIN..=MAX))
}

pub(super) fn number<T: TryFrom<i64>>(text: &str, range: RangeInclusive<i64>) -> anyhow::Result<T> {
    let number = text.parse().ok().filter(|number| range.contains(number)).and_then(|number| T::try_from(number).ok());
    number.with_context(|| format!("expected a whole number from {} to {}, got {text:?}", range.start(), range.end()))
}

/// A time such as `30m`, `24h`, `500ms` or `5s`.
pub(super) fn span<'de, D: Deserializer<'de>>(text: D) -> Result<Duration, D::Error> {
    let milliseconds = |text: &str| -> Option<u64> {
        let (digits, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
        let factor = match unit.trim() {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        digits.parse::<u64>().ok()?.checked_mul(factor).filter(|milliseconds| *milliseconds > 0)
    };
    parse(text, |text| {
        let read = milliseconds(text).map(Duration::from_millis);
        read.with_context(|| format!("expected a time such as 30m, 24h, 5s or 500ms, got {text:?}"))
    })
}

/// Words between commas.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// 32 bytes in base64, which the error does not repeat.
pub(super) fn key<'de, D: Deserializer<'de>>(text: D) -> Result<Option<[u8; 32]>, D::Error> {
    parse(text, |text| {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim().trim_end_matches('=')).ok();
        let key: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
        key.context("expected 32 bytes in base64 (URL-safe), as `better-store keys` prints them")
    })
}

/// A scheme, a host and perhaps a port, in the form in which browsers send them: small letters, international names in
/// ASCII, no default port. More than that is refused: cookies, links and the checks of forms take the whole host for the
/// shop's.
pub(super) fn origin(text: &str) -> anyhow::Result<String> {
    match web_address(text) {
        Some(url) if url.path() == "/" && url.query().is_none() => Ok(url.origin().ascii_serialization()),
        _ => bail!("expected a scheme, a host and perhaps a port, such as https://shop.example, got {text:?}"),
    }
}

/// An `http` or `https` address without user, password and fragment. `Url` alone would take `http:shop`, too.
pub(super) fn web_address(text: &str) -> Option<Url> {
    let scheme = text.split_once("://")?.0;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let url = is_web.then(|| Url::parse(text).ok())??;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    is_bare.then_some(url)
}

/// The base address of an API, without a slash at the end.
pub(super) fn api_base<'de, D: Deserializer<'de>>(text: D) -> Result<String, D::Error> {
    parse(text, |text| {
        let is_address = web_address(text).is_some_and(|url| url.query().is_none());
        ensure!(is_address, "expected an address such as https://api.stripe.com, got {text:?}");
        Ok(text.trim_end_matches('/').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use serde::de::IntoDeserializer;
    use serde::de::value::{Error, StrDeserializer};

    use super::*;

    fn text(text: &str) -> StrDeserializer<'_, Error> {
        text.into_deserializer()
    }

    #[test]
    fn spans_are_written_with_their_unit() {
        assert_eq!(span(text("500ms")), Ok(Duration::from_millis(500)));
        assert_eq!(span(text("24h")), Ok(Duration::from_hours(24)));
        for wrong in ["5", "0s", "-5s", "5 days", "s", "99999999999999999999s", "18446744073709551615h"] {
            assert!(span(text(wrong)).unwrap_err().to_string().starts_with("expected a time"), "{wrong}");
        }
    }

    #[test]
    fn a_shop_is_found_at_a_host_in_the_form_that_browsers_send() {
        for (written, meant) in [
            ("https://shop.example", "https://shop.example"),
            ("https://shop.example/", "https://shop.example"),
            ("HTTP://Shop.Example:80", "http://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("http://b\u{fc}cher.example", "http://xn--bcher-kva.example"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(origin(written).unwrap(), meant, "{written}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_a_host_is_refused() {
        for wrong in [
            "shop.example",
            "https://",
            "https:///",
            "http:shop.example",
            "ftp://shop.example",
            "http://shop example",
            "http://127.0.0.1:8080/shop",
            "http://user:pw@shop.example",
            "http://user@shop.example",
            "http://shop.example?x=1",
            "http://shop.example/#top",
            "http://shop.example:99999",
            "",
        ] {
            let refused = origin(wrong).unwrap_err().to_string();
            assert!(refused.starts_with("expected a scheme, a host"), "{wrong}: {refused}");
        }
    }

    #[test]
    fn an_api_is_found_at_an_address_that_may_have_a_path() {
        assert_eq!(api_base(text("http://127.0.0.1:12111/stripe/")).unwrap(), "http://127.0.0.1:12111/stripe");
        for wrong in ["api.stripe.com", "https://key@api.stripe.com", "https://api.stripe.com?v=1", "file:///x"] {
            assert!(api_base(text(wrong)).is_err(), "{wrong}");
        }
    }
}
