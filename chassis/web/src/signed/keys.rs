//! The keys that sign and check identities, as they are written in settings: 32 bytes in base64 (URL-safe, unpadded).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use shared_kernel::Ids;

/// Signs identities. Its holder can act as any user of the shop.
#[derive(Clone)]
pub struct PrivateKey {
    seed: [u8; 32],
    public: PublicKey,
}

/// Checks what its private key has signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// The text is no key.
#[derive(Debug, thiserror::Error)]
#[error("a key is 32 bytes in base64 (URL-safe, without padding), as `better-store keys` prints it")]
pub struct NotAKey;

impl PrivateKey {
    /// A new one.
    ///
    /// # Errors
    /// Never: every 32 bytes are a key.
    pub fn generate(ids: &dyn Ids) -> Result<Self, NotAKey> {
        Self::of_seed(ids.secret())
    }

    /// Reads it as [`PrivateKey::to_text`] writes it.
    ///
    /// # Errors
    /// [`NotAKey`], which does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        Self::of_seed(bytes(text)?)
    }

    fn of_seed(seed: [u8; 32]) -> Result<Self, NotAKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| NotAKey)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| NotAKey)?;
        Ok(Self { seed, public: PublicKey(public) })
    }

    /// Its other half.
    pub const fn public(&self) -> PublicKey {
        self.public
    }

    /// For settings; a secret.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.seed)
    }

    pub(super) fn seed(&self) -> &[u8] {
        &self.seed
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {:?})", self.public)
    }
}

impl PublicKey {
    /// Reads it as it is displayed.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        bytes(text).map(Self)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

fn bytes(text: &str) -> Result<[u8; 32], NotAKey> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim().trim_end_matches('=')).map_err(|_| NotAKey)?;
    bytes.try_into().map_err(|_| NotAKey)
}
