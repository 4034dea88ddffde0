//! Turns an idempotency key and a request into what is kept of them.

use serde::Serialize;
use sha2::{Digest, Sha256};
use shared_kernel::CustomerId;

use crate::ports::RequestKey;

/// The key of `principal`, for this operation and everything that was asked for.
pub fn request_key(principal: CustomerId, key: &str, operation: &str, asked: &impl Serialize) -> RequestKey {
    let asked = serde_json::to_vec(asked).unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update(operation.as_bytes());
    hash.update([0]);
    hash.update(asked);
    let fingerprint = hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
        text
    });
    RequestKey { principal, key: key.to_owned(), fingerprint }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_request_has_the_same_fingerprint_and_another_has_another() {
        let who = CustomerId::new(uuid::Uuid::from_u128(1));
        let key = request_key(who, "k", "place", &("cart", 1));
        assert_eq!(key, request_key(who, "k", "place", &("cart", 1)));
        assert_ne!(key.fingerprint, request_key(who, "k", "place", &("cart", 2)).fingerprint);
        assert_ne!(key.fingerprint, request_key(who, "k", "cancel", &("cart", 1)).fingerprint);
        assert_eq!(key.fingerprint.len(), 64);
    }
}
