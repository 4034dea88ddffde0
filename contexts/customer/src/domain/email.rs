//! E-mail addresses, by which people name their account.
//!
//! Whether an address exists is not decided here: only the verification mail can tell.

use std::fmt;

use sha2::{Digest, Sha256};

use super::field::FieldError;

/// An e-mail address in the one form in which we keep and compare it: trimmed, in small letters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Accepts what HTML calls a valid e-mail address, up to 254 characters, and normalises it.
    ///
    /// Small letters throughout: the letter of the law allows a mail server to tell `Ana@` from `ana@`, but people do not,
    /// and two accounts that differ only in that would be a trap.
    ///
    /// # Errors
    /// [`FieldError`] on the field `email`.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let address = raw.trim().to_ascii_lowercase();
        let valid =
            address.len() <= 254 && address.split_once('@').is_some_and(|(user, host)| user_ok(user) && host_ok(host));
        if valid { Ok(Self(address)) } else { Err(FieldError { field: "email", problem: "must be an e-mail address" }) }
    }

    /// The normalised text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn user_ok(user: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b);
    (1..=64).contains(&user.len()) && user.bytes().all(allowed)
}

fn host_ok(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(label)
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Stands for whatever somebody typed as his e-mail address, known to us or not, where the address itself must not be
/// kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Takes any text; different spellings of one address have one fingerprint.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        Self(super::token::hex(&Sha256::digest(typed.trim().to_ascii_lowercase())))
    }

    /// Sixty-four hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_one_address() {
        assert_eq!(EmailAddress::parse(" Ana.Lima@Example.ORG ").unwrap().as_str(), "ana.lima@example.org");
        assert_eq!(Fingerprint::of(" Ana@Example.org"), Fingerprint::of("ana@example.org"));
        assert_eq!(Fingerprint::of("ana@example.org").as_str().len(), 64);
    }

    #[test]
    fn takes_the_forms_that_people_have() {
        for address in ["a@b", "o'neil+shop@mail.example.co.nz", "x_y@1-2.example", "admin@localhost"] {
            assert_eq!(EmailAddress::parse(address).unwrap().as_str(), address);
        }
    }

    #[test]
    fn refuses_what_no_mail_could_reach_or_what_would_break_a_header() {
        let long = format!("{}@example.org", "x".repeat(65));
        let longer = format!("x@{}", "a.".repeat(150));
        for wrong in [
            "",
            "ana",
            "@x.org",
            "ana@",
            "a@b@c",
            "a b@c.org",
            "a@-b.org",
            "a@b..org",
            "a\r\nBcc: x@y.org",
            "a@b,c@d",
            "ä@b.org",
            &long,
            &longer,
        ] {
            assert_eq!(EmailAddress::parse(wrong).unwrap_err().field, "email", "{wrong:?}");
        }
    }
}
