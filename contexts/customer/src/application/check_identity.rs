//! A logged-in customer proves their identity again, before something that does great harm in the wrong hands.

use std::sync::Arc;

use secrecy::SecretString;
use shared_kernel::{Clock, CustomerId, StoreError};

use super::check_code::CheckCode;
use crate::domain::{Customer, DelayPolicy, Delayed, Fingerprint, LoginLane, TokenHash};
use crate::ports::{Accounts, HashingError, LoginDelays, PasswordHasher};

/// What the customer types.
#[derive(Debug, Clone)]
pub struct IdentityProof {
    pub customer: CustomerId,
    /// The hash of the credential that the request is authenticated by.
    pub credential: TokenHash,
    pub password: SecretString,
    /// The code of a second factor, where the account has one.
    pub code: Option<String>,
}

/// Why it proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum CheckIdentityError {
    /// Not the password, or the account is gone.
    #[error("the password is wrong")]
    WrongPassword,
    /// The account has a second factor.
    #[error("the code is missing, is wrong, or was used before")]
    WrongCode,
    /// Too many failures: this, too, would be a way to guess.
    #[error(transparent)]
    Delayed(#[from] Delayed),
    #[error(transparent)]
    Hashing(#[from] HashingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone)]
pub(crate) struct CheckIdentity {
    pub(crate) accounts: Arc<dyn Accounts>,
    pub(crate) delays: Arc<dyn LoginDelays>,
    pub(crate) hasher: Arc<dyn PasswordHasher>,
    pub(crate) codes: CheckCode,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) delay: DelayPolicy,
}

impl CheckIdentity {
    /// Checks password and code. Says whether there was a code to check.
    pub(crate) async fn execute(&self, proof: &IdentityProof) -> Result<bool, CheckIdentityError> {
        let customer = self.owner(proof.customer, &proof.password, &proof.credential).await?;
        let Some(factor) = self.codes.required(customer.id()).await? else { return Ok(false) };
        let code = proof.code.as_deref().unwrap_or_default();
        let good = self.codes.execute::<CheckIdentityError>(&factor, code, Some(&proof.credential)).await?;
        if good { Ok(true) } else { Err(CheckIdentityError::WrongCode) }
    }

    /// Checks the password alone, and answers with the account. Failures are counted by the credential, so that a thief
    /// who has one session does not make the owner wait, who has another.
    pub(crate) async fn owner(
        &self,
        customer: CustomerId,
        password: &SecretString,
        credential: &TokenHash,
    ) -> Result<Customer, CheckIdentityError> {
        let customer = self.accounts.find(customer).await?.ok_or(CheckIdentityError::WrongPassword)?;
        let lane = LoginLane::own(&Fingerprint::of(customer.email().as_str()), credential);
        let right = self.is_password::<CheckIdentityError>(&lane, password, Some(&customer)).await?;
        if right { Ok(customer) } else { Err(CheckIdentityError::WrongPassword) }
    }

    /// Whether `typed` is the password of `customer`; without one it is not, after the same work. Failures are counted in
    /// `lane`, and forgotten once the password is right. After too many the password is not even looked at.
    pub(crate) async fn is_password<E>(
        &self,
        lane: &LoginLane,
        typed: &SecretString,
        customer: Option<&Customer>,
    ) -> Result<bool, E>
    where
        E: From<Delayed> + From<HashingError> + From<StoreError>,
    {
        self.delays.charge(lane, self.delay, self.clock.now()).await??;
        let right = self.hasher.verify(typed, customer.map(Customer::password)).await?;
        if right {
            self.delays.forget(lane).await?;
        }
        Ok(right)
    }
}
