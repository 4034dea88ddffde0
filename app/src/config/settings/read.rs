//! How single values are written in settings.

use std::time::Duration;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Words between commas.
pub(super) fn list(text: Option<&str>) -> Vec<String> {
    let parts = text.unwrap_or("").split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// `on` or `off`.
pub(super) fn switch(name: &str, text: Option<&str>, default: bool) -> anyhow::Result<bool> {
    match text.map(str::to_ascii_lowercase).as_deref() {
        None => Ok(default),
        Some("on" | "true" | "yes" | "1") => Ok(true),
        Some("off" | "false" | "no" | "0") => Ok(false),
        Some(other) => anyhow::bail!("{name} is on or off, not {other:?}"),
    }
}

/// A whole number.
pub(super) fn number<T: std::str::FromStr>(name: &str, text: Option<&str>, default: T) -> anyhow::Result<T> {
    let Some(text) = text else { return Ok(default) };
    text.parse().map_err(|_| anyhow::anyhow!("{name} is a whole number, not {text:?}"))
}

/// A whole number between these.
pub(super) fn within<T: std::str::FromStr + PartialOrd + std::fmt::Display>(
    name: &str,
    text: Option<&str>,
    default: T,
    range: std::ops::RangeInclusive<T>,
) -> anyhow::Result<T> {
    let number = number(name, text, default)?;
    anyhow::ensure!(range.contains(&number), "{name} is from {} to {}, not {number}", range.start(), range.end());
    Ok(number)
}

/// A name as it may stand before an e-mail address, whatever characters it has.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Reads `30m`, `24h`, `500ms`, `5s`.
pub(super) fn span(name: &str, text: Option<&str>, default: Duration) -> anyhow::Result<Duration> {
    let Some(text) = text else { return Ok(default) };
    let refused = || anyhow::anyhow!("{name} is a time such as 30m, 24h, 5s or 500ms, not {text:?}");
    let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(refused)?;
    let (digits, unit) = text.split_at(split);
    let count: u64 = digits.parse().map_err(|_| refused())?;
    let millis = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(refused()),
    };
    count.checked_mul(millis).filter(|millis| *millis > 0).map(Duration::from_millis).ok_or_else(refused)
}

/// 32 bytes in base64, which the error does not repeat.
pub(super) fn key(name: &str, text: &str) -> anyhow::Result<[u8; 32]> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim().trim_end_matches('=')).ok();
    let key = bytes.and_then(|bytes| bytes.try_into().ok());
    key.with_context(|| format!("{name} is 32 bytes in base64 (URL-safe), as `better-store keys` prints it"))
}

/// The name of a time zone that exists.
pub(super) fn zone(name: Option<String>) -> anyhow::Result<String> {
    let name = name.unwrap_or_else(|| "Pacific/Auckland".to_owned());
    jiff::tz::TimeZone::get(&name).with_context(|| format!("STORE_TIME_ZONE {name:?}"))?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_written_with_their_unit() {
        let read = |text| span("STORE_X", Some(text), Duration::ZERO);
        assert_eq!(read("500ms").unwrap(), Duration::from_millis(500));
        assert_eq!(read("24h").unwrap(), Duration::from_hours(24));
        for wrong in ["5", "0s", "-5s", "5 days", "s", "99999999999999999999s", "18446744073709551615h"] {
            assert!(read(wrong).unwrap_err().to_string().starts_with("STORE_X is a time"), "{wrong}");
        }
    }
}
