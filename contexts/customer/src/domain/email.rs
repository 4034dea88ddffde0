//! E-mail addresses, by which people name their account.
//!
//! Whether an address exists is not decided here: only the verification mail can tell.

use std::fmt;

use sha2::{Digest, Sha256};

use super::field::FieldError;

/// An e-mail address in the one form in which we keep and compare it: trimmed, in small letters, its domain in ASCII.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Accepts what mail servers can deliver to, up to 254 characters, and normalises it: before the `@` an unquoted name
    /// of RFC 5322 in ASCII, after it a host name, which may be written in any script and is converted (UTS #46).
    ///
    /// Small letters throughout: the standard allows a mail server to tell `Ana@` from `ana@`, but people do not, and
    /// two accounts that differ only in that would be a trap.
    pub fn parse(raw: &str) -> Result<Self, FieldError> {
        let refused = |problem| FieldError { field: "email", problem };
        let address = Self::parse_lenient(raw)
            .map_err(|_| if wrong_only_before_the_at(raw) { refused(ASCII_NAME) } else { refused(NO_ADDRESS) })?;
        let user = address.0.split('@').next().unwrap_or_default();
        let dots_are_inside = !user.starts_with('.') && !user.ends_with('.') && !user.contains("..");
        if dots_are_inside { Ok(address) } else { Err(refused(DOTS)) }
    }

    /// Reads an address that an account may have: those of [`Self::parse`], and those with stray dots before the `@`,
    /// which were accepted once although no mail reaches them.
    pub fn parse_lenient(raw: &str) -> Result<Self, FieldError> {
        let refused = FieldError { field: "email", problem: NO_ADDRESS };
        let (user, host) = raw.trim().split_once('@').ok_or(refused)?;
        let host = idna::domain_to_ascii(host).map_err(|_| refused)?;
        let address = format!("{}@{host}", user.to_ascii_lowercase());
        let valid = address.len() <= 254 && user_ok(user) && host_ok(&host);
        if valid { Ok(Self(address)) } else { Err(refused) }
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const NO_ADDRESS: &str = "must be an e-mail address";
const ASCII_NAME: &str = "can have other letters than A to Z only after the @";
const DOTS: &str = "has a dot at the wrong place before the @";

/// Whether the address would do if its name were written in ASCII.
fn wrong_only_before_the_at(raw: &str) -> bool {
    let Some((user, host)) = raw.trim().split_once('@') else { return false };
    let word = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
    !user.is_ascii() && user.chars().all(word) && EmailAddress::parse_lenient(&format!("a@{host}")).is_ok()
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

/// Stands for a text typed as an e-mail address, known or not, where the address itself must not be kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Takes any text; different spellings of one address have one fingerprint.
    pub fn of(typed: &str) -> Self {
        let spelt =
            EmailAddress::parse_lenient(typed).map_or_else(|_| typed.trim().to_ascii_lowercase(), |known| known.0);
        Self(hex::encode(Sha256::digest(spelt)))
    }

    /// The fingerprint of something that belongs to this one, such as one network's attempts at this account.
    pub fn within(&self, kind: &str, name: &str) -> Self {
        let parts = [self.0.as_str(), kind, name];
        Self(hex::encode(Sha256::digest(parts.join("\0"))))
    }

    /// Sixty-four hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use chassis::mail::Sender;
    use proptest::prelude::*;

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
    fn a_domain_may_be_written_in_any_script() {
        let table = [
            ("user@bücher.example", "user@xn--bcher-kva.example"),
            ("user@BÜCHER.example", "user@xn--bcher-kva.example"),
            ("user@xn--bcher-kva.example", "user@xn--bcher-kva.example"),
            ("user@日本語.jp", "user@xn--wgv71a119e.jp"),
            ("user@straße.example", "user@xn--strae-oqa.example"),
        ];
        for (typed, kept) in table {
            assert_eq!(EmailAddress::parse(typed).unwrap().as_str(), kept, "{typed}");
            assert_eq!(Fingerprint::of(typed), Fingerprint::of(kept));
        }
        assert_eq!(EmailAddress::parse("jürgen@bücher.example").unwrap_err().problem, ASCII_NAME);
    }

    #[test]
    fn an_address_from_before_the_rule_about_dots_is_still_known() {
        for old in ["a..b@mail.example", "a.@mail.example", ".a@mail.example"] {
            assert_eq!(EmailAddress::parse(old).unwrap_err().problem, DOTS, "{old}");
            assert_eq!(EmailAddress::parse_lenient(old).unwrap().as_str(), old);
        }
    }

    proptest! {
        /// One rule for the form and for the mailer: what the one accepts the other can write to.
        #[test]
        fn whatever_is_accepted_can_be_written_to(user in "[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,66}", host in "[a-zA-Z0-9äßж.-]{1,40}") {
            if let Ok(address) = EmailAddress::parse(&format!("{user}@{host}")) {
                prop_assert!(Sender::parse(address.as_str()).is_ok(), "{address}");
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address), "it is normal already");
            }
        }

        /// And the other way: what the mailer can write to in ASCII is accepted, except for forms that are never typed.
        #[test]
        fn whatever_can_be_written_to_is_accepted(user in "[a-z0-9.+_-]{1,20}", host in "[a-z0-9-]{1,10}(\\.[a-z0-9-]{1,10}){0,2}") {
            let typed = format!("{user}@{host}");
            let puny = host.split('.').any(|label| label.get(2..4) == Some("--"));
            if Sender::parse(&typed).is_ok() && !puny && typed.parse::<std::net::IpAddr>().is_err() {
                prop_assert!(EmailAddress::parse(&typed).is_ok(), "{typed}");
            }
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
