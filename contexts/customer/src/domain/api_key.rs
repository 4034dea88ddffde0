//! Keys for machines.

use shared_kernel::{CustomerId, Role, Timestamp, uuid_id};

use super::field::FieldError;
use super::token::{Token, TokenHash};

uuid_id!(
    /// Names an API key; not secret.
    ApiKeyId
);

/// Lets a machine act for the administrator who made it, with no more than one role. Its secret is shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its public half.
    pub id: ApiKeyId,
    /// For whom it acts.
    pub owner: CustomerId,
    /// What it is for, in the owner's words; 1 to 100 characters.
    pub label: String,
    /// The most that it may do.
    pub role: Role,
    /// What is kept of its secret half.
    pub secret: TokenHash,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when; `None` permanently.
    pub expires_at: Option<Timestamp>,
    /// When it was withdrawn.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Checks a label.
    pub fn label(raw: &str) -> Result<String, FieldError> {
        let label = raw.trim();
        let fits = (1..=100).contains(&label.chars().count()) && !label.chars().any(char::is_control);
        if fits {
            Ok(label.to_owned())
        } else {
            Err(FieldError { field: "label", problem: "must have 1 to 100 characters" })
        }
    }

    /// Whether a request with `secret` may use it now.
    pub fn admits(&self, secret: &Token, now: Timestamp) -> bool {
        let live = self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end);
        live && self.secret.matches(&secret.hash())
    }

    /// What its bearer may do: never more than its owner may at that moment.
    pub fn role_under(&self, owner: Role) -> Role {
        self.role.min(owner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn key() -> ApiKey {
        ApiKey {
            id: ApiKeyId::new(uuid::Uuid::from_u128(1)),
            owner: CustomerId::new(uuid::Uuid::from_u128(2)),
            label: "till".into(),
            role: Role::Staff,
            secret: Token::of(&[3; 32]).hash(),
            created_at: noon(),
            expires_at: Some(noon().plus(Duration::from_mins(1))),
            revoked_at: None,
        }
    }

    fn noon() -> Timestamp {
        Timestamp::parse("2026-11-22T12:00:00Z").unwrap()
    }

    #[test]
    fn opens_only_for_its_secret_and_only_while_it_lasts() {
        let secret = Token::of(&[3; 32]);
        assert!(key().admits(&secret, noon()));
        assert!(!key().admits(&Token::of(&[4; 32]), noon()));
        assert!(!key().admits(&secret, noon().plus(Duration::from_mins(1))));
        assert!(!ApiKey { revoked_at: Some(noon()), ..key() }.admits(&secret, noon()));
    }

    #[test]
    fn never_does_more_than_its_owner_may() {
        assert_eq!(key().role_under(Role::Admin), Role::Staff);
        assert_eq!(key().role_under(Role::Customer), Role::Customer);
    }

    #[test]
    fn is_labelled_for_people() {
        assert_eq!(ApiKey::label(" till ").unwrap(), "till");
        assert!(ApiKey::label(" ").is_err() && ApiKey::label("a\nb").is_err());
    }
}
