//! Proves that a webhook was sent by the payment provider: `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=<hex>..]`.
//!
//! Works on the raw body, before anything parses it. Does not remember what it has seen: repeats are the inbox's matter.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use shared_kernel::Timestamp;
use subtle::{Choice, ConstantTimeEq};

/// How far the signature's time may lie from ours, before or after.
const TOLERANCE: Duration = Duration::from_mins(5);
/// More signatures than this no honest sender sends.
const MAX_SIGNATURES: usize = 16;

/// The secrets that a signature may have been made with: several while one is being replaced.
#[derive(Debug, Clone)]
pub struct WebhookSecrets(Vec<SecretString>);

/// The request was not signed by the payment provider, or too long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no header, or it cannot be read.
    #[error("the signature header is missing or malformed")]
    Malformed,
    /// The time in the header is more than five minutes away from ours.
    #[error("the signature is too old or lies in the future")]
    OutOfTime,
    /// No signature fits the body under any secret.
    #[error("no signature fits the body")]
    Wrong,
}

impl WebhookSecrets {
    /// Takes the secrets; empty ones are left out, for a signature under an empty secret proves nothing.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Self {
        Self(secrets.into_iter().filter(|secret| !secret.expose_secret().is_empty()).collect())
    }

    /// Checks the header against the body as it came over the wire.
    ///
    /// # Errors
    /// [`SignatureError`]; the caller answers every kind alike.
    pub fn verify(&self, header: Option<&str>, body: &[u8], now: Timestamp) -> Result<(), SignatureError> {
        let signed = header.and_then(Signed::read).ok_or(SignatureError::Malformed)?;
        let mut fits = Choice::from(0);
        for secret in &self.0 {
            let expected = sign(secret, signed.time, body);
            for candidate in &signed.signatures {
                fits |= expected.as_bytes().ct_eq(candidate.as_bytes());
            }
        }
        if !bool::from(fits) {
            return Err(SignatureError::Wrong);
        }
        let (at, tolerance) = (signed.at(), TOLERANCE);
        if at.since(now) > tolerance || now.since(at) > tolerance {
            return Err(SignatureError::OutOfTime);
        }
        Ok(())
    }
}

struct Signed<'a> {
    time: &'a str,
    signatures: Vec<&'a str>,
}

impl<'a> Signed<'a> {
    /// One `t` of plain digits and at least one `v1` of 64 small hex digits; other schemes are passed over.
    fn read(header: &'a str) -> Option<Self> {
        let (mut time, mut signatures) = (None, Vec::new());
        for part in header.split(',') {
            match part.split_once('=')? {
                ("t", text) if time.is_none() && is_time(text) => time = Some(text),
                ("v1", hex) if is_signature(hex) && signatures.len() < MAX_SIGNATURES => signatures.push(hex),
                ("t" | "v1", _) => return None,
                _ => {}
            }
        }
        time.filter(|_| !signatures.is_empty()).map(|time| Self { time, signatures })
    }

    fn at(&self) -> Timestamp {
        let seconds = self.time.parse::<i64>().unwrap_or(0);
        Timestamp::from_micros(seconds.saturating_mul(1_000_000))
    }
}

fn is_time(text: &str) -> bool {
    (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_signature(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn sign(secret: &SecretString, time: &str, body: &[u8]) -> String {
    // HMAC takes keys of every length, so the empty text is never reached; it would fit no signature.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else { return String::new() };
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// Signs a body as the provider does, for tests of the webhook.
#[cfg(any(test, feature = "testing"))]
pub fn signed_header(secret: &str, body: &[u8], now: Timestamp) -> String {
    let time = (now.micros() / 1_000_000).to_string();
    let signature = sign(&SecretString::from(secret), &time, body);
    format!("t={time},v1={signature}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"id":"evt_1","type":"payment_intent.succeeded"}"#;

    fn noon() -> Timestamp {
        Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
    }

    fn secrets(all: &[&str]) -> WebhookSecrets {
        WebhookSecrets::new(all.iter().map(|secret| SecretString::from(*secret)))
    }

    fn good() -> String {
        signed_header("whsec_one", BODY, noon())
    }

    #[test]
    fn a_signature_under_any_secret_and_beside_others_is_accepted() {
        let (ours, old) = (secrets(&["whsec_new", "whsec_one"]), "0".repeat(64));
        assert_eq!(ours.verify(Some(&good()), BODY, noon()), Ok(()));
        let several = format!("{},v1={old},v0=whatever", good());
        assert_eq!(ours.verify(Some(&several), BODY, noon()), Ok(()));
        let (time, signature) = good().split_once(',').map(|(t, v)| (t.to_owned(), v.to_owned())).unwrap();
        assert_eq!(ours.verify(Some(&format!("{time},v1={old},{signature}")), BODY, noon()), Ok(()));
    }

    #[test]
    fn a_known_signature_is_computed_as_the_provider_does() {
        let now = Timestamp::from_micros(1_492_774_577 * 1_000_000);
        let header = signed_header("whsec_test", b"{}", now);
        assert_eq!(header, "t=1492774577,v1=0d0602f6611bd2252dd4b74b58a4528355a7380639a15e6cc21e3059d56d5b8b");
    }

    #[test]
    fn five_minutes_are_tolerated_and_a_second_more_is_not() {
        let ours = secrets(&["whsec_one"]);
        let (edge, over) = (Duration::from_mins(5), Duration::from_secs(301));
        assert_eq!(ours.verify(Some(&good()), BODY, noon().plus(edge)), Ok(()));
        assert_eq!(ours.verify(Some(&good()), BODY, noon().minus(edge)), Ok(()));
        assert_eq!(ours.verify(Some(&good()), BODY, noon().plus(over)), Err(SignatureError::OutOfTime));
        assert_eq!(ours.verify(Some(&good()), BODY, noon().minus(over)), Err(SignatureError::OutOfTime));
    }

    #[test]
    fn without_a_secret_nothing_is_accepted() {
        assert_eq!(secrets(&[]).verify(Some(&good()), BODY, noon()), Err(SignatureError::Wrong));
        let forged = signed_header("", BODY, noon());
        assert_eq!(secrets(&[""]).verify(Some(&forged), BODY, noon()), Err(SignatureError::Wrong));
    }

    /// Every way to change one character of header or body, and headers that a forger might try.
    fn forgeries() -> Vec<(Option<String>, Vec<u8>)> {
        let good = good();
        let mut all: Vec<(Option<String>, Vec<u8>)> = vec![(None, BODY.to_vec())];
        for index in 0..good.len() {
            let mut without = good.clone();
            without.remove(index);
            all.push((Some(without), BODY.to_vec()));
            for replacement in ['0', 'f', 'A', '=', ',', ' '] {
                let mut changed = good.clone();
                changed.replace_range(index..=index, &replacement.to_string());
                if changed != good {
                    all.push((Some(changed), BODY.to_vec()));
                }
            }
        }
        for index in 0..BODY.len() {
            for bit in [1, 4, 128] {
                let mut body = BODY.to_vec();
                body[index] ^= bit;
                all.push((Some(good.clone()), body));
            }
        }
        let (time, signature) = good.split_once(',').unwrap();
        let hex = signature.strip_prefix("v1=").unwrap();
        let odd = [
            String::new(),
            "t=".into(),
            time.into(),
            signature.into(),
            format!("{time},v1="),
            format!("{time},v0={hex}"),
            format!("{time},v1={}", hex.to_uppercase()),
            format!("{time},v1={hex}{hex}"),
            format!("{time},{time},v1={hex}"),
            format!("t=+{},v1={hex}", &time[2..]),
            format!("t=0{},v1={hex}", &time[2..]),
            format!("t=99999999999999999999,v1={hex}"),
            format!("{time};v1={hex}"),
            format!("{time}{}", ",v1=x".repeat(2_000)),
            format!("{time}{},{signature}", format!(",v1={}", "0".repeat(64)).repeat(MAX_SIGNATURES)),
            signed_header("whsec_other", BODY, noon()),
            signed_header("whsec_one", BODY, noon().minus(Duration::from_hours(1))),
            signed_header("whsec_one", b"", noon()),
        ];
        all.extend(odd.into_iter().map(|header| (Some(header), BODY.to_vec())));
        all
    }

    #[test]
    fn none_of_more_than_five_hundred_forgeries_is_accepted() {
        let (ours, forgeries) = (secrets(&["whsec_one"]), forgeries());
        assert!(forgeries.len() >= 500, "only {} forgeries", forgeries.len());
        for (header, body) in forgeries {
            assert!(ours.verify(header.as_deref(), &body, noon()).is_err(), "accepted {header:?} over {body:?}");
        }
        assert_eq!(ours.verify(Some(&good()), BODY, noon()), Ok(()), "and the true one still is");
    }
}
