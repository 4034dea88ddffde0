//! Checks a second factor: a code of the authenticator app, or a recovery code.

use std::sync::Arc;

use shared_kernel::{Clock, CustomerId, StoreError};

use crate::domain::{DelayPolicy, Delayed, Fingerprint, LoginLane, RecoveryCode, SecondFactor, TokenHash};
use crate::ports::{LoginDelays, Proof, SecondFactors};

#[derive(Clone)]
pub(crate) struct CheckCode {
    pub(crate) factors: Arc<dyn SecondFactors>,
    pub(crate) delays: Arc<dyn LoginDelays>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) delay: DelayPolicy,
}

impl CheckCode {
    /// The factor that a login of this customer has to show, if any.
    pub(crate) async fn required(&self, customer: CustomerId) -> Result<Option<SecondFactor>, StoreError> {
        Ok(self.factors.find(customer).await?.filter(|factor| factor.confirmed))
    }

    /// Whether the code is good; it is used up by that. After too many failures it is not even looked at. Failures are
    /// counted by `own`, the credential of a known browser or a session, and for all others together: who gets here
    /// knows the password already.
    pub(crate) async fn execute<E: From<Delayed> + From<StoreError>>(
        &self,
        factor: &SecondFactor,
        code: &str,
        own: Option<&TokenHash>,
    ) -> Result<bool, E> {
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
