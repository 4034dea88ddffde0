//! An account gets a second factor, or loses it.

use std::sync::Arc;

use shared_kernel::{Clock, CustomerId, Ids, StoreError};

use super::check_code::{CheckCode, CheckCodeError};
use super::confirm::{Confirm, ConfirmCommand, ConfirmError};
use crate::domain::{Delayed, RecoveryCode, SecondFactor, TokenHash, TotpSecret};
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
    /// The owner did not show who they are.
    #[error(transparent)]
    NotConfirmed(#[from] ConfirmError),
    /// Too many failures.
    #[error(transparent)]
    Delayed(#[from] Delayed),
    /// No store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CheckCodeError> for SecondFactorError {
    fn from(error: CheckCodeError) -> Self {
        match error {
            CheckCodeError::Delayed(delayed) => Self::Delayed(delayed),
            CheckCodeError::Store(error) => Self::Store(error),
        }
    }
}

pub struct SetUpSecondFactor {
    /// Where second factors are kept.
    pub factors: Arc<dyn SecondFactors>,
    /// Where sessions are kept.
    pub sessions: Arc<dyn Sessions>,
    /// What checks who asks before one is removed.
    pub confirm: Arc<Confirm>,
    /// What finds those that are in use.
    pub codes: CheckCode,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub ids: Arc<dyn Ids>,
}

impl SetUpSecondFactor {
    /// The factor of an account, confirmed or not.
    pub async fn present(&self, customer: CustomerId) -> Result<Option<SecondFactor>, StoreError> {
        self.factors.find(customer).await
    }

    /// A new secret for the app. It is asked for nowhere before [`Self::confirm`].
    pub async fn begin(&self, customer: CustomerId) -> Result<TotpSecret, SecondFactorError> {
        let secret = TotpSecret::of(&self.ids.secret());
        match self.factors.begin(customer, &secret, self.clock.now()).await {
            Ok(()) => Ok(secret),
            Err(StoreError::Conflict(_)) => Err(SecondFactorError::AlreadyOn),
            Err(error) => Err(error.into()),
        }
    }

    /// A first code of the app turns the factor on, and gives out recovery codes. The session has shown it by that.
    pub async fn confirm(
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

    /// Turns it off, for somebody who shows password and code.
    pub async fn remove(&self, command: &ConfirmCommand) -> Result<(), SecondFactorError> {
        if self.codes.wanted(command.customer).await?.is_none() {
            return Err(SecondFactorError::NotThere);
        }
        self.confirm.check(command).await?;
        self.factors.remove(command.customer).await?;
        Ok(())
    }

    /// An administrator turns it off for somebody who has lost app and recovery codes.
    pub async fn remove_for(&self, customer: CustomerId) -> Result<(), SecondFactorError> {
        if self.factors.remove(customer).await? { Ok(()) } else { Err(SecondFactorError::NotThere) }
    }
}
