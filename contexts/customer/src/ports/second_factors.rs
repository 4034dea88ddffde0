//! The port that remembers second factors.

use async_trait::async_trait;
use shared_kernel::{CustomerId, StoreError, Timestamp};

use crate::domain::{SecondFactor, TokenHash, TotpSecret};

/// Remembers second factors, at most one for each account.
#[async_trait]
pub trait SecondFactors: Send + Sync {
    /// The factor, confirmed or not.
    async fn find(&self, customer: CustomerId) -> Result<Option<SecondFactor>, StoreError>;

    /// Keeps a new secret that is not confirmed yet, in place of one that was not confirmed either.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] with `second factor` if one is confirmed; [`StoreError::Stale`] if the customer is gone.
    async fn begin(&self, customer: CustomerId, secret: &TotpSecret, at: Timestamp) -> Result<(), StoreError>;

    /// The code of `step` has shown that the app knows the secret: from now on it is asked for. The recovery codes take
    /// the place of all before. `false` if there is nothing to confirm.
    async fn confirm(
        &self,
        customer: CustomerId,
        step: u64,
        codes: Vec<TokenHash>,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Uses a proof up and says whether it was there to be used: of many at the same time one is admitted.
    async fn spend(&self, customer: CustomerId, proof: &Proof) -> Result<bool, StoreError>;

    /// Forgets the factor and its recovery codes; `false` if there is none.
    async fn remove(&self, customer: CustomerId) -> Result<bool, StoreError>;
}

/// What was shown as a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The app's code of this step.
    Step(u64),
    /// A recovery code.
    Recovery(TokenHash),
}
