//! An account gets a second factor, or loses it.

use std::sync::Arc;

use shared_kernel::{Clock, CustomerId, Ids, StoreError};

use crate::application::check_identity::{CheckIdentity, CheckIdentityError, IdentityProof};
use crate::domain::{RecoveryCode, TokenHash, TotpSecret};
use crate::ports::{Confirmation, SecondFactors, Sessions};

/// Why the second factor stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    #[error("there is a second factor already: remove it first")]
    AlreadyOn,
    /// There is none to confirm or to remove.
    #[error("there is no second factor to do that with")]
    NotThere,
    /// The app does not know the secret, or its clock is wrong.
    #[error("the code is wrong")]
    WrongCode,
    #[error(transparent)]
    NotConfirmed(#[from] CheckIdentityError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct SetUpSecondFactor {
    factors: Arc<dyn SecondFactors>,
    sessions: Arc<dyn Sessions>,
    identity: CheckIdentity,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl SetUpSecondFactor {
    pub(crate) fn new(
        factors: Arc<dyn SecondFactors>,
        sessions: Arc<dyn Sessions>,
        identity: CheckIdentity,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self { factors, sessions, identity, clock, ids }
    }

    /// A new secret for the app. It is asked for nowhere before [`Self::turn_on`].
    pub async fn begin(&self, customer: CustomerId) -> Result<TotpSecret, SecondFactorError> {
        let secret = TotpSecret::of(&self.ids.secret());
        match self.factors.begin(customer, &secret, self.clock.now()).await {
            Ok(()) => Ok(secret),
            Err(StoreError::Conflict(_)) => Err(SecondFactorError::AlreadyOn),
            Err(error) => Err(error.into()),
        }
    }

    /// A first code of the app turns the factor on, and gives out recovery codes. The session has shown it by that.
    pub async fn turn_on(
        &self,
        customer: CustomerId,
        session: &TokenHash,
        code: &str,
    ) -> Result<Vec<RecoveryCode>, SecondFactorError> {
        let now = self.clock.now();
        let factor = self.factors.find(customer).await?.filter(|factor| !factor.confirmed);
        let factor = factor.ok_or(SecondFactorError::NotThere)?;
        let step = factor.step_of(code, now).ok_or(SecondFactorError::WrongCode)?;
        let codes: Vec<RecoveryCode> = (0..RecoveryCode::COUNT).map(|_| RecoveryCode::of(&self.ids.secret())).collect();
        let hashes = codes.iter().map(RecoveryCode::hash).collect();
        if !self.factors.confirm(customer, step, hashes, now).await? {
            return Err(SecondFactorError::NotThere);
        }
        self.sessions.touch(session, now, Some(Confirmation { second_factor: true })).await?;
        Ok(codes)
    }

    /// Turns it off for a customer who proves their identity with password and code.
    pub async fn remove(&self, proof: &IdentityProof) -> Result<(), SecondFactorError> {
        // Without a factor no code is asked for, and the answer would be that it was removed.
        if !self.factors.find(proof.customer).await?.is_some_and(|factor| factor.confirmed) {
            return Err(SecondFactorError::NotThere);
        }
        self.identity.execute(proof).await?;
        self.factors.remove(proof.customer).await?;
        Ok(())
    }

    /// An administrator turns it off for a customer who has lost app and recovery codes.
    pub async fn remove_for(&self, customer: CustomerId) -> Result<(), SecondFactorError> {
        if self.factors.remove(customer).await? { Ok(()) } else { Err(SecondFactorError::NotThere) }
    }
}
