//! What a request shows to be authenticated.

use super::api_key::ApiKeyId;
use super::token::Token;

/// The token of a session, or an API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// Given out at login.
    Session(Token),
    /// Given out by an administrator.
    ApiKey(ApiKeyId, Token),
}

impl Credential {
    /// What an API key starts with, so that people and secret scanners know one when they see it.
    pub const KEY_PREFIX: &str = "tbs_";

    /// Reads a cookie's or a header's token; `None` for anything that we cannot have given out.
    pub fn parse(presented: &str) -> Option<Self> {
        match presented.strip_prefix(Self::KEY_PREFIX).and_then(|key| key.split_once('.')) {
            Some((id, secret)) => Some(Self::ApiKey(ApiKeyId::parse(id).ok()?, Token::parse(secret)?)),
            None => Token::parse(presented).map(Self::Session),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TokenHash;

    #[test]
    fn what_we_cannot_have_given_out_is_not_looked_up() {
        let good = Token::of(&[7; 32]).reveal().to_owned();
        let spoilt = [
            String::new(),
            "x".into(),
            good[1..].into(),
            format!("{good}="),
            good.replacen('B', "!", 1),
            "tbs_x.y".into(),
            format!("tbs_.{good}"),
        ];
        for presented in spoilt {
            assert_eq!(Credential::parse(&presented), None, "{presented:?}");
        }
        assert_eq!(TokenHash::parse(&"é".repeat(32)), None);
    }

    #[test]
    fn a_session_is_told_from_an_api_key() {
        let secret = Token::of(&[9; 32]);
        let id = ApiKeyId::new(uuid::Uuid::from_u128(5));
        assert_eq!(Credential::parse(secret.reveal()), Some(Credential::Session(secret.clone())));
        let key = format!("tbs_{id}.{}", secret.reveal());
        assert_eq!(Credential::parse(&key), Some(Credential::ApiKey(id, secret)));
    }
}
