//! Password hashes by argon2id, with 19 MiB, two passes and one lane, as OWASP advises.
//!
//! A hash takes tens of milliseconds of one core and its memory, so few are computed at once, off the threads that serve
//! requests, and few may wait: a flood of logins is turned away instead of starving the shop.

use std::sync::Arc;

use argon2::password_hash::{Error, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use shared_kernel::Ids;
use tokio::sync::Semaphore;

use crate::domain::{NewPassword, PasswordHash, normalised};
use crate::ports::{HashingError, PasswordHasher};

/// KiB of memory, passes, lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// A hash that fits no known password, with the cost of all others.
const DUMMY_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCAxNg$KXK7BE2W3yhxugNMld4ncLkCS5TdJm+4AUqT3CVutwA";

/// Hashes by argon2id.
pub struct Argon2Hasher {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
    ids: Arc<dyn Ids>,
}

impl Argon2Hasher {
    /// Computes `at_once` hashes and lets as many as `queue` wait. Salts come from `ids`.
    pub fn new(at_once: usize, queue: usize, ids: Arc<dyn Ids>) -> Self {
        let (turns, places) = (Arc::new(Semaphore::new(at_once)), Arc::new(Semaphore::new(at_once + queue)));
        Self { turns, places, ids }
    }

    /// Runs `work` on a thread of its own when its turn has come. The caller may go away meanwhile: the work then still
    /// holds its turn until it is done.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(Argon2<'static>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, HashingError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| HashingError::Busy)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| HashingError::Busy)?;
        let running = tokio::task::spawn_blocking(move || {
            let done = argon2().and_then(work);
            drop((place, turn));
            done
        });
        running.await.map_err(broken)?.map_err(broken)
    }
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| Error::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> HashingError {
    HashingError::Broken(Box::new(error))
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, HashingError> {
        let (password, random) = (password.secret().clone(), self.ids.secret());
        let hashed = self.in_turn(move |argon2| {
            let hash = argon2.hash_password_with_salt(password.expose_secret().as_bytes(), &random[..16])?;
            Ok(PasswordHash::new(hash.to_string()))
        });
        hashed.await
    }

    async fn verify(&self, typed: &SecretString, hash: Option<&PasswordHash>) -> Result<bool, HashingError> {
        let known = hash.is_some();
        let (typed, hash) = (typed.clone(), hash.map_or(DUMMY_HASH, PasswordHash::as_str).to_owned());
        let verified = self.in_turn(move |argon2| {
            let fits = |text: &SecretString| match argon2.verify_password(text.expose_secret().as_bytes(), &*hash) {
                Ok(()) => Ok(known),
                Err(Error::PasswordInvalid) => Ok(false),
                Err(error) => Err(error),
            };
            let normal = normalised(&typed);
            let as_typed = normal.expose_secret() == typed.expose_secret();
            // Hashes from before passwords were normalised were made of what was typed then.
            Ok(fits(&normal)? || (!as_typed && fits(&typed)?))
        });
        verified.await
    }
}

#[cfg(test)]
mod tests {
    use chassis::testing::CountingIds;

    use super::*;

    fn hasher(at_once: usize, queue: usize) -> Argon2Hasher {
        Argon2Hasher::new(at_once, queue, Arc::new(CountingIds::default()))
    }

    fn horse() -> NewPassword {
        NewPassword::parse(&"correct horse".into()).unwrap()
    }

    #[tokio::test]
    async fn the_right_password_and_no_other_fits_its_hash() {
        let hasher = hasher(2, 2);
        let hash = hasher.hash(&horse()).await.unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
        assert!(hasher.verify(horse().secret(), Some(&hash)).await.unwrap());
        assert!(!hasher.verify(&"correct house".into(), Some(&hash)).await.unwrap());
        assert_ne!(hasher.hash(&horse()).await.unwrap(), hash, "every hash has a salt of its own");
    }

    #[tokio::test]
    async fn a_password_fits_however_it_is_spelt_and_a_hash_of_what_was_typed_before_still_fits() {
        let hasher = hasher(2, 2);
        let (composed, decomposed) = ("K\u{f6}nigskrone am See", "Ko\u{308}nigskrone am See");
        let hash = hasher.hash(&NewPassword::parse(&composed.into()).unwrap()).await.unwrap();
        assert!(hasher.verify(&decomposed.into(), Some(&hash)).await.unwrap());
        let typed = argon2().unwrap().hash_password_with_salt(decomposed.as_bytes(), &[7; 16]).unwrap();
        let old = PasswordHash::new(typed.to_string());
        assert!(hasher.verify(&decomposed.into(), Some(&old)).await.unwrap());
        assert!(!hasher.verify(&"another".into(), Some(&old)).await.unwrap());
    }

    #[tokio::test]
    async fn nobodys_hash_costs_the_same_and_fits_nothing() {
        let hasher = hasher(2, 2);
        let real = hasher.hash(&horse()).await.unwrap();
        let shape = |hash: &str| hash.split('$').map(str::len).collect::<Vec<_>>();
        assert_eq!(shape(DUMMY_HASH), shape(real.as_str()));
        assert!(!hasher.verify(&"nobody's password".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_broken_hash_is_a_defect_and_not_a_wrong_password() {
        let broken = hasher(1, 1).verify(horse().secret(), Some(&PasswordHash::new("$argon2id$v=19$oops"))).await;
        assert!(matches!(broken, Err(HashingError::Broken(_))), "{broken:?}");
    }

    #[tokio::test]
    async fn a_flood_is_turned_away_and_the_queue_served() {
        let hasher = Arc::new(hasher(1, 1));
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let hasher = Arc::clone(&hasher);
            running.spawn(async move { hasher.verify(&"anything".into(), None).await });
        }
        let answers = running.join_all().await;
        let (served, busy): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(served.len(), 2);
        assert!(busy.iter().all(|answer| matches!(answer, Err(HashingError::Busy))));
        assert!(!hasher.verify(&"later".into(), None).await.unwrap(), "places become free again");
    }
}
