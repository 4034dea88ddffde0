//! Turns an idempotency key and a request into what is kept of them.

use serde::Serialize;
use sha2::{Digest, Sha256};
use shared_kernel::{CustomerId, StoreError};

use crate::ports::RequestKey;

/// The key of `principal`, for this operation and everything that was asked for.
///
/// # Errors
/// [`StoreError::Unavailable`] for what has no form in JSON: two such requests could not be told apart.
pub fn request_key(
    principal: CustomerId,
    key: &str,
    operation: &str,
    asked: &impl Serialize,
) -> Result<RequestKey, StoreError> {
    let asked = serde_json::to_vec(asked).map_err(StoreError::unavailable)?;
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
    Ok(RequestKey { principal, key: key.to_owned(), fingerprint })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_request_has_the_same_fingerprint_and_another_has_another() {
        let who = CustomerId::new(uuid::Uuid::from_u128(1));
        let key_of = |operation, asked: (&str, u32)| request_key(who, "k", operation, &asked).unwrap();
        let key = key_of("place", ("cart", 1));
        assert_eq!(key, key_of("place", ("cart", 1)));
        assert_ne!(key.fingerprint, key_of("place", ("cart", 2)).fingerprint);
        assert_ne!(key.fingerprint, key_of("cancel", ("cart", 1)).fingerprint);
        assert_eq!(key.fingerprint.len(), 64);
    }

    #[test]
    fn a_request_that_cannot_be_written_has_no_key() {
        let who = CustomerId::new(uuid::Uuid::from_u128(1));
        let asked = std::collections::HashMap::from([((1, 2), 3)]);
        assert!(matches!(request_key(who, "k", "place", &asked), Err(StoreError::Unavailable(_))));
    }
}
