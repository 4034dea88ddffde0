//! Checks a second factor: a code of the authenticator app, or a recovery code.

use std::sync::Arc;

use shared_kernel::{Clock, CustomerId, StoreError};

use crate::domain::{DelayPolicy, Delayed, Fingerprint, LoginLane, RecoveryCode, SecondFactor, TokenHash};
use crate::ports::{LoginDelays, Proof, SecondFactors};

/// Why a code was not even looked at.
#[derive(Debug, thiserror::Error)]
pub enum CheckCodeError {
    /// Too many failures.
    #[error(transparent)]
    Delayed(#[from] Delayed),
    /// No store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone)]
pub struct CheckCode {
    /// Where second factors are kept.
    pub factors: Arc<dyn SecondFactors>,
    /// Where failures are kept.
    pub delays: Arc<dyn LoginDelays>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How failures turn into waiting.
    pub delay: DelayPolicy,
}

impl CheckCode {
    /// The factor that a login of this customer has to show, if any.
    pub async fn wanted(&self, customer: CustomerId) -> Result<Option<SecondFactor>, StoreError> {
        Ok(self.factors.find(customer).await?.filter(|factor| factor.confirmed))
    }

    /// Whether the code is good; it is used up by that. Failures are counted by `own`, what a known browser or a session
    /// shows, and for all others together: who gets here knows the password already.
    pub async fn execute(
        &self,
        factor: &SecondFactor,
        code: &str,
        own: Option<&TokenHash>,
    ) -> Result<bool, CheckCodeError> {
        let codes = Fingerprint::of(&factor.customer.to_string()).within("code", "");
        let lane = own.map_or_else(|| LoginLane::Own(codes.clone()), |secret| LoginLane::own(&codes, secret));
        let now = self.clock.now();
        self.delays.charge(&lane, self.delay, now).await??;
        let step = factor.step_of(code, now).map(Proof::Step);
        let recovery = || RecoveryCode::parse(code).map(|code| Proof::Recovery(code.hash()));
        let Some(proof) = step.or_else(recovery) else { return Ok(false) };
        let good = self.factors.spend(factor.customer, &proof).await?;
        if good {
            self.delays.forget(&lane).await?;
        }
        Ok(good)
    }
}
