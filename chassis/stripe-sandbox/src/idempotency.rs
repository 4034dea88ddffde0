//! Idempotency keys as Stripe treats them: the first answer, good or bad, is kept with the effect in one transaction
//! and repeated for a day; other parameters under the same key are refused; a twin of a request under way gets 409.
//!
//! A request refused for its parameters alone, or as a twin, has not begun and keeps nothing.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chassis_sql::Tx;
use chassis_sql::params;
use sha2::{Digest, Sha256};
use shared_kernel::{StoreError, Timestamp};

use crate::answer::Answer;
use crate::errors::ApiError;

/// How long an answer is repeated.
pub(crate) const KEY_LIFETIME: Duration = Duration::from_hours(24);

/// An answer, and whether it was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredResponse {
    pub answer: Answer,
    /// Whether it is a repetition.
    pub replayed: bool,
}

/// A key, and what it was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IdempotentRequest {
    key: String,
    path: String,
    params: String,
}

impl IdempotentRequest {
    /// A request under a key; `canonical` has one form for equal parameters.
    ///
    /// # Errors
    /// A refusal when the key is not 1 to 255 visible characters.
    pub(crate) fn new(key: &str, path: &str, canonical: &str) -> Result<Self, ApiError> {
        if !(1..=255).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(ApiError::malformed_key());
        }
        Ok(Self { key: key.to_owned(), path: path.to_owned(), params: hex::encode(Sha256::digest(canonical)) })
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// What was answered before under this key, or that it was used for something else. `None` if it is new (or has
    /// outlived its day): then it is ours, and a twin in another process waits until we are done.
    pub(crate) async fn seen_or_claim(
        &self,
        tx: &mut Tx,
        now: Timestamp,
    ) -> Result<Option<StoredResponse>, StoreError> {
        if let Some(given) = self.seen(tx, now).await? {
            return Ok(Some(given));
        }
        let claim = "INSERT INTO request_key (key, created, path, params, status, body) VALUES ($1, $2, $3, $4, 0, '')
            ON CONFLICT (key) DO UPDATE SET created = excluded.created, path = excluded.path, params = excluded.params,
            status = 0, body = '' WHERE request_key.created <= $5";
        let row = params![&self.key, now, &self.path, &self.params, now.minus(KEY_LIFETIME)];
        if tx.execute(claim, row).await? > 0 { Ok(None) } else { self.seen(tx, now).await }
    }

    async fn seen(&self, tx: &mut Tx, now: Timestamp) -> Result<Option<StoredResponse>, StoreError> {
        let first = "SELECT path, params, status, body FROM request_key WHERE key = $1 AND created > $2";
        let Some(row) = tx.fetch_optional(first, params![&self.key, now.minus(KEY_LIFETIME)]).await? else {
            return Ok(None);
        };
        let path: String = row.get("path")?;
        let answer = if path != self.path {
            ApiError::key_for_other_endpoint(&self.key, &path).answer()
        } else if row.get::<String>("params")? != self.params {
            ApiError::key_with_other_parameters(&self.key).answer()
        } else {
            return Ok(Some(StoredResponse {
                answer: Answer { status: row.get("status")?, body: row.get("body")? },
                replayed: true,
            }));
        };
        Ok(Some(StoredResponse { answer, replayed: false }))
    }

    /// Keeps the answer, in the transaction of its effect.
    pub(crate) async fn remember(&self, tx: &mut Tx, answer: &Answer) -> Result<(), StoreError> {
        let keep = "UPDATE request_key SET status = $2, body = $3 WHERE key = $1";
        tx.execute(keep, params![&self.key, answer.status, &answer.body]).await.map(|_| ())
    }
}

/// The keys of requests under way in this process, whose twins are told so at once: what a crash forgets here it also
/// rolls back in the database. Twins in two processes meet at [`IdempotentRequest::seen_or_claim`].
#[derive(Debug, Clone, Default)]
pub(crate) struct InFlight(Arc<Mutex<HashSet<String>>>);

impl InFlight {
    /// Marks a key as under way until the guard is dropped.
    pub(crate) fn begin(&self, key: &str) -> Result<KeyReservation, ApiError> {
        let new = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned());
        if new { Ok(KeyReservation { all: self.clone(), key: key.to_owned() }) } else { Err(ApiError::key_in_use(key)) }
    }
}

/// Holds a key's place while its request is under way.
#[derive(Debug)]
pub(crate) struct KeyReservation {
    all: InFlight,
    key: String,
}

impl Drop for KeyReservation {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_under_way_is_a_conflict_and_a_later_one_is_not() {
        let in_flight = InFlight::default();
        let first = in_flight.begin("k").unwrap();
        assert_eq!(in_flight.begin("k").unwrap_err().answer().status, 409);
        assert!(in_flight.begin("other").is_ok());
        drop(first);
        assert!(in_flight.begin("k").is_ok());
    }

    #[test]
    fn keys_are_short_and_visible() {
        assert!(IdempotentRequest::new("order-7:create", "/v1/x", "").is_ok());
        for wrong in ["", "a b", "ü", "x".repeat(256).as_str()] {
            assert_eq!(IdempotentRequest::new(wrong, "/v1/x", "").unwrap_err().answer().status, 400);
        }
    }
}
