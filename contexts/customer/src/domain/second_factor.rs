//! The second factor: codes of an authenticator app (TOTP, RFC 6238, with SHA-1, six digits and steps of 30 seconds,
//! which is what all apps can do), and recovery codes for a customer who has lost the app.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use shared_kernel::{CustomerId, Timestamp};

use super::token::TokenHash;

/// What is encoded in the label of a URI: all but letters, digits, what RFC 3986 does not reserve, and the @ of accounts.
const IN_LABEL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'@');

/// How long one code is shown, in seconds.
const STEP_SECONDS: i64 = 30;
/// How many steps the app's clock may be behind or ahead.
const MAX_STEP_SKEW: u64 = 1;
/// RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What app and shop share: 160 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpSecret([u8; 20]);

impl TotpSecret {
    /// Takes as many random bytes as it needs.
    pub fn of(random: &[u8; 32]) -> Self {
        let mut secret = [0; 20];
        secret.copy_from_slice(&random[..20]);
        Self(secret)
    }

    /// Reads it as [`Self::base32`] writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(20);
        let (mut bits, mut count) = (0_u32, 0);
        for letter in text.bytes() {
            let value = BASE32.iter().position(|known| *known == letter)?;
            bits = (bits << 5) | u32::try_from(value).ok()?;
            count += 5;
            if count >= 8 {
                count -= 8;
                bytes.push(u8::try_from((bits >> count) & 0xff).ok()?);
            }
        }
        bytes.try_into().ok().map(Self)
    }

    /// Thirty-two letters and digits, to be typed into an app that cannot read the picture.
    pub fn base32(&self) -> String {
        base32(&self.0)
    }

    /// What the picture says: `otpauth://totp/..`, with the names under which the app lists it.
    pub fn uri(&self, shop: &str, account: &str) -> String {
        let [shop, account] = [shop, account].map(|name| utf8_percent_encode(name, IN_LABEL));
        format!("otpauth://totp/{shop}:{account}?secret={}&issuer={shop}", self.base32())
    }

    /// The code of a time step of 30 seconds since 1970 (RFC 4226, 5.3): six digits.
    pub fn code(&self, step: u64) -> u32 {
        let mut key = [0; 64];
        key[..20].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha1>::new(&key.into());
        mac.update(&step.to_be_bytes());
        let digest: [u8; 20] = mac.finalize().into_bytes().into();
        let at = usize::from(digest[19] & 0x0f);
        let word = [digest[at] & 0x7f, digest[at + 1], digest[at + 2], digest[at + 3]];
        u32::from_be_bytes(word) % 1_000_000
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret(..)")
    }
}

/// Of whole groups of five bytes, which need no padding.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in bytes {
        bits = ((bits & 0x1f) << 8) | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(BASE32[usize::try_from((bits >> count) & 0x1f).unwrap_or_default()]));
        }
    }
    text
}

/// The second factor of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whose.
    pub customer: CustomerId,
    /// What the app knows.
    pub secret: TotpSecret,
    /// Whether a code has shown that the app knows it; before that it is asked for nowhere.
    pub confirmed: bool,
    /// The step of the newest code that was used: no code works twice (RFC 6238, 5.2).
    pub last_step: u64,
}

impl SecondFactor {
    /// The step that the code belongs to, if it is good now.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<u64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let typed: u32 =
            digits.parse().ok().filter(|_| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()))?;
        let present = u64::try_from(now.micros().div_euclid(1_000_000 * STEP_SECONDS)).ok()?;
        let near = present.saturating_sub(MAX_STEP_SKEW)..=present + MAX_STEP_SKEW;
        near.filter(|step| *step > self.last_step).find(|step| self.secret.code(*step) == typed)
    }
}

/// A code for a customer who has lost the app: 80 random bits, valid once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(String);

impl RecoveryCode {
    /// How many are given out at a time.
    pub const COUNT: usize = 10;

    /// Takes as many random bytes as it needs.
    pub fn of(random: &[u8; 32]) -> Self {
        Self(base32(&random[..10]).to_ascii_lowercase())
    }

    /// Reads a typed code, with or without hyphens.
    pub fn parse(typed: &str) -> Option<Self> {
        let text: String =
            typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_ascii_lowercase();
        let fits = text.len() == 16 && text.bytes().all(|b| BASE32.contains(&b.to_ascii_uppercase()));
        fits.then_some(Self(text))
    }

    /// What is kept of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of_text(&self.0)
    }

    /// In groups of four, to be written down.
    pub fn reveal(&self) -> String {
        let letters: Vec<char> = self.0.chars().collect();
        letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
    }
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    fn rfc() -> TotpSecret {
        TotpSecret(*b"12345678901234567890")
    }

    fn factor(last_step: u64) -> SecondFactor {
        SecondFactor { customer: CustomerId::new(uuid::Uuid::nil()), secret: rfc(), confirmed: true, last_step }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // The table of appendix B for SHA-1; it has eight digits, of which the last six are ours.
        let table = [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ];
        for (seconds, code) in table {
            let code = format!("{:06}", code % 1_000_000);
            let step = u64::try_from(seconds / STEP_SECONDS).unwrap();
            assert_eq!(factor(0).step_of(&code, at(seconds)), Some(step), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_for_a_clock_half_a_minute_off_and_once() {
        let now = at(1_111_111_109);
        let step = 1_111_111_109 / 30;
        let typed = |factor: &SecondFactor, code: u32| factor.step_of(&format!("{code:06}"), now);
        for near in [step - 1, step, step + 1] {
            assert_eq!(typed(&factor(0), rfc().code(near)), Some(near));
            assert_eq!(typed(&factor(near), rfc().code(near)), None, "used");
        }
        for far in [step - 2, step + 2] {
            assert_eq!(typed(&factor(0), rfc().code(far)), None);
        }
        for nonsense in ["", "12345", "1234567", "abcdef", "+81804", "-81804", "０８１８０４"] {
            assert_eq!(factor(0).step_of(nonsense, now), None, "{nonsense}");
        }
        assert_eq!(factor(0).step_of(" 081 804 ", now), Some(step), "apps show codes in two groups");
    }

    #[test]
    fn a_secret_is_written_in_base32() {
        assert_eq!(rfc().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(TotpSecret::parse("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), Some(rfc()));
        for wrong in ["", "GEZDGNBV", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "1EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"] {
            assert_eq!(TotpSecret::parse(wrong), None);
        }
        assert_eq!(base32(b"fooba"), "MZXW6YTB", "RFC 4648, 10");
        let uri = rfc().uri("Kea & Sons", "ana@example.org");
        assert!(uri.starts_with("otpauth://totp/Kea%20%26%20Sons:ana@example.org?secret=GEZDGNBV"), "{uri}");
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let code = RecoveryCode::of(&[0xa7; 32]);
        assert_eq!(code.reveal().len(), 19);
        assert_eq!(RecoveryCode::parse(&code.reveal()), Some(code.clone()));
        assert_eq!(RecoveryCode::parse(&code.reveal().to_uppercase().replace('-', " ")), Some(code.clone()));
        assert_eq!(RecoveryCode::parse("123456"), None);
        assert_ne!(code.hash(), RecoveryCode::of(&[0xa8; 32]).hash());
        assert_eq!(format!("{code:?} {:?}", rfc()), "RecoveryCode(..) TotpSecret(..)");
    }
}
