//! Identities that cross a process: signed by the one that knows whose a token is, checked by all others.
//!
//! What travels in [`IDENTITY_HEADER`] is a compact JWS (`EdDSA`) that is good for a minute. It is made for the
//! contexts of one shop, not for clients: whatever comes from outside under that name is dropped at the outermost door.
//! It says no more than the edge of a whole shop knows, and decides nothing about permissions.

mod keys;
mod provider;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use shared_kernel::{Clock, CustomerId, Identity, Timestamp};

pub use keys::{NotAKey, PrivateKey, PublicKey};

/// The header that carries a signed identity from process to process.
pub const IDENTITY_HEADER: &str = "x-store-identity";

const ISSUER: &str = "customer";
const AUDIENCE: &str = "store";
/// How long a signed identity is good.
const LIFETIME: Duration = Duration::from_mins(1);
/// How far the clocks of two machines may be apart.
const SKEW: Duration = Duration::from_secs(10);
/// Longer ones are not even looked at.
const MAX_TOKEN_BYTES: usize = 4_096;

/// The kind of credential by which a user was recognised. What a browser sends by itself must not count on the API:
/// another site could make it call there in its user's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CredentialKind {
    /// The session cookie, which counts on pages.
    Cookie,
    /// The bearer token, which counts on the API.
    Bearer,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: CustomerId,
    iat: i64,
    exp: i64,
    by: CredentialKind,
    #[serde(flatten)]
    identity: Identity,
}

/// Signs identities. Belongs into the process of the customer context and nowhere else.
pub struct Signer {
    key: EncodingKey,
    clock: Arc<dyn Clock>,
}

impl Signer {
    pub fn new(key: &PrivateKey, clock: Arc<dyn Clock>) -> Self {
        provider::install();
        Self { key: EncodingKey::from_ed_der(key.seed()), clock }
    }

    /// Signs the identity of a user who was recognised by `by`. Valid for a minute.
    pub fn sign(&self, identity: &Identity, by: CredentialKind) -> Result<String, Refused> {
        let now = seconds(self.clock.now());
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: identity.customer,
            iat: now,
            exp: now + seconds_of(LIFETIME),
            by,
            identity: identity.clone(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.key).map_err(|_| Refused::Unreadable)
    }
}

/// Checks signed identities against the public keys of those who may sign: several while keys are being changed.
pub struct Verifier {
    keys: Vec<DecodingKey>,
    rules: Validation,
    clock: Arc<dyn Clock>,
}

/// Why a signed identity is not accepted. Only the log says so; callers get no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no signed identity, or a claim is missing.
    #[error("it cannot be read")]
    Unreadable,
    /// It is logged in another way than ours.
    #[error("it is signed by another algorithm")]
    Algorithm,
    /// None of our keys has signed it.
    #[error("none of our keys has signed it")]
    Signature,
    /// It was made by another shop, or for another audience.
    #[error("it was not made for this shop's contexts")]
    Audience,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
}

impl Verifier {
    /// Believes these keys.
    pub fn new(keys: &[PublicKey], clock: Arc<dyn Clock>) -> Self {
        provider::install();
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        rules.validate_exp = false; // by our own clock, below
        Self { keys: keys.iter().map(|key| DecodingKey::from_ed_der(key.bytes())).collect(), rules, clock }
    }

    /// Whom it names, and by what they were recognised.
    ///
    /// # Errors
    /// [`Refused`] for everything that a holder of our keys has not signed for us within the last minute.
    pub fn verify(&self, signed: &str) -> Result<(Identity, CredentialKind), Refused> {
        if signed.len() > MAX_TOKEN_BYTES {
            return Err(Refused::Unreadable);
        }
        let mut refused = Refused::Signature;
        for key in &self.keys {
            match jsonwebtoken::decode::<Claims>(signed, key, &self.rules) {
                Ok(found) => return self.in_time(found.claims),
                Err(error) => refused = reason(error.kind()),
            }
            if refused != Refused::Signature {
                break;
            }
        }
        Err(refused)
    }

    fn in_time(&self, claims: Claims) -> Result<(Identity, CredentialKind), Refused> {
        if claims.sub != claims.identity.customer {
            return Err(Refused::Unreadable);
        }
        if seconds(self.clock.now()) >= claims.exp.saturating_add(seconds_of(SKEW)) {
            return Err(Refused::Expired);
        }
        Ok((claims.identity, claims.by))
    }
}

fn reason(kind: &ErrorKind) -> Refused {
    match kind {
        ErrorKind::InvalidSignature => Refused::Signature,
        ErrorKind::InvalidAlgorithm => Refused::Algorithm,
        ErrorKind::InvalidAudience | ErrorKind::InvalidIssuer => Refused::Audience,
        _ => Refused::Unreadable,
    }
}

fn seconds(time: Timestamp) -> i64 {
    time.micros().div_euclid(1_000_000)
}

fn seconds_of(span: Duration) -> i64 {
    i64::try_from(span.as_secs()).unwrap_or(i64::MAX)
}
