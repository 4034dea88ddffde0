//! The port that turns passwords into hashes.

use async_trait::async_trait;
use secrecy::SecretString;

use crate::domain::{NewPassword, PasswordHash};

/// Computes password hashes, slowly on purpose.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// A new hash with a salt of its own.
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, HashingError>;

    /// Whether what was typed is the password. Without a hash, because there is no such account, the answer is `false`
    /// and takes as long.
    async fn verify(&self, typed: &SecretString, hash: Option<&PasswordHash>) -> Result<bool, HashingError>;
}

/// No hash was computed.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// Too many wait for one already; worth another try soon.
    #[error("too many passwords are being checked")]
    Busy,
    /// The machinery failed.
    #[error("a password could not be hashed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}
