//! Somebody who is logged in shows once more who they are, before something that does great harm in the wrong hands.

use std::sync::Arc;

use secrecy::SecretString;
use shared_kernel::{Clock, CustomerId, StoreError};

use super::check_code::{CheckCode, CheckCodeError};
use crate::domain::{DelayPolicy, Delayed, Fingerprint, LoginLane, TokenHash};
use crate::ports::{Accounts, Confirmation, HashingError, LoginDelays, PasswordHasher, Sessions};

/// What somebody types.
#[derive(Debug, Clone)]
pub struct ConfirmCommand {
    /// Who.
    pub customer: CustomerId,
    /// The session that is to count as confirmed.
    pub session: TokenHash,
    pub password: SecretString,
    /// The code of a second factor, where the account has one.
    pub code: Option<String>,
}

/// Why it was not shown.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmError {
    /// Not the password.
    #[error("the password is wrong")]
    WrongPassword,
    /// The account has a second factor.
    #[error("the code is missing, is wrong, or was used before")]
    WrongCode,
    /// Too many failures.
    #[error(transparent)]
    Delayed(#[from] Delayed),
    /// No hash.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// No store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CheckCodeError> for ConfirmError {
    fn from(error: CheckCodeError) -> Self {
        match error {
            CheckCodeError::Delayed(delayed) => Self::Delayed(delayed),
            CheckCodeError::Store(error) => Self::Store(error),
        }
    }
}

/// Takes confirmations.
pub struct Confirm {
    /// Where accounts are kept.
    pub accounts: Arc<dyn Accounts>,
    /// Where sessions are kept.
    pub sessions: Arc<dyn Sessions>,
    /// Where failures are kept.
    pub delays: Arc<dyn LoginDelays>,
    /// What checks the password.
    pub hasher: Arc<dyn PasswordHasher>,
    pub codes: CheckCode,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How failures turn into waiting.
    pub delay: DelayPolicy,
}

impl Confirm {
    /// Notes at the session that its owner has shown who they are.
    pub async fn execute(&self, command: ConfirmCommand) -> Result<(), ConfirmError> {
        let second_factor = self.check(&command).await?;
        let confirmation = Confirmation { second_factor };
        Ok(self.sessions.touch(&command.session, self.clock.now(), Some(confirmation)).await?)
    }

    /// Checks password and code, and says whether there was a code to be checked.
    pub async fn check(&self, command: &ConfirmCommand) -> Result<bool, ConfirmError> {
        let customer = self.accounts.find(command.customer).await?.ok_or(ConfirmError::WrongPassword)?;
        let lane = LoginLane::own(&Fingerprint::of(customer.email().as_str()), &command.session);
        self.delays.charge(&lane, self.delay, self.clock.now()).await??;
        if !self.hasher.verify(&command.password, Some(customer.password())).await? {
            return Err(ConfirmError::WrongPassword);
        }
        self.delays.forget(&lane).await?;
        let Some(factor) = self.codes.wanted(customer.id()).await? else { return Ok(false) };
        let code = command.code.as_deref().unwrap_or_default();
        let good = self.codes.execute(&factor, code, Some(&command.session)).await?;
        if good { Ok(true) } else { Err(ConfirmError::WrongCode) }
    }
}
