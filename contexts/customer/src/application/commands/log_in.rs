//! A customer logs in: with a password, and with a code where the account has a second factor.
//!
//! An unknown address and a wrong password get the same answer after the same work. Guessing is slowed down where it
//! comes from; others cannot lock a customer out (see [`crate::domain::login_delay`]).

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use shared_kernel::{CustomerId, Ids, StoreError};
use uuid::Uuid;

use crate::application::begin_session::{BeginSession, LoggedIn, LoginPlace};
use crate::application::check_identity::CheckIdentity;
use crate::domain::{Customer, Delayed, EmailAddress, Fingerprint, LoginLane, SecondFactor, Token, TokenHash};
use crate::ports::{HashingError, KnownDevices, LoginChallenge, LoginChallenges};

/// How long a customer has to enter the code.
const CHALLENGE_LIFETIME: Duration = Duration::from_mins(10);

#[derive(Debug, Clone)]
pub struct LogInCommand {
    pub email: String,
    pub password: SecretString,
    /// A code, where it is sent along.
    pub code: Option<String>,
    pub place: LoginPlace,
}

/// Why no session was begun.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// No such account, or not its password; the caller is not told which. The account is for the security log.
    #[error("e-mail address or password is wrong")]
    WrongCredentials(Option<CustomerId>),
    /// The password is right, and a code is wanted, too. It may be sent with this token instead of the password.
    #[error("a code of the second factor is needed")]
    CodeNeeded(Token),
    /// The code is wrong or was used before.
    #[error("the code is wrong, or was used before")]
    WrongCode(CustomerId),
    /// The code came too late, or the password was changed meanwhile.
    #[error("this login has expired")]
    ChallengeOver,
    /// Too many failures; the password or code was not looked at.
    #[error(transparent)]
    Delayed(#[from] Delayed),
    #[error(transparent)]
    Hashing(#[from] HashingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct LogIn {
    identity: CheckIdentity,
    devices: Arc<dyn KnownDevices>,
    challenges: Arc<dyn LoginChallenges>,
    begin: BeginSession,
    ids: Arc<dyn Ids>,
}

impl LogIn {
    pub(crate) fn new(
        identity: CheckIdentity,
        devices: Arc<dyn KnownDevices>,
        challenges: Arc<dyn LoginChallenges>,
        begin: BeginSession,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self { identity, devices, challenges, begin, ids }
    }

    /// Begins a session.
    pub async fn execute(&self, command: LogInCommand) -> Result<LoggedIn, LogInError> {
        let found = match EmailAddress::parse_lenient(&command.email) {
            Ok(email) => self.identity.accounts.find_by_email(&email).await?,
            Err(_) => None,
        };
        let lane = self.lane(&command, found.as_ref()).await?;
        let right = self.identity.is_password::<LogInError>(&lane, &command.password, found.as_ref()).await?;
        let account = found.as_ref().map(Customer::id);
        let customer = found.filter(|_| right).ok_or(LogInError::WrongCredentials(account))?;
        match (self.identity.codes.required(customer.id()).await?, command.code) {
            (None, _) => self.begin(customer, command.place, false).await,
            (Some(_), None) => Err(self.challenge(&customer).await?),
            (Some(factor), Some(code)) => self.with_code(customer, &factor, &code, command.place).await,
        }
    }

    /// Completes a login that has waited for its code.
    pub async fn complete(&self, challenge: &str, code: &str, place: LoginPlace) -> Result<LoggedIn, LogInError> {
        let hash = Token::parse(challenge).ok_or(LogInError::ChallengeOver)?.hash();
        let now = self.identity.clock.now();
        let open = self.challenges.find(&hash).await?.filter(|open| now < open.expires_at);
        let open = open.ok_or(LogInError::ChallengeOver)?;
        let customer =
            self.identity.accounts.find(open.customer).await?.filter(|customer| *customer.password() == open.proven);
        let customer = customer.ok_or(LogInError::ChallengeOver)?;
        let logged_in = match self.identity.codes.required(customer.id()).await? {
            Some(factor) => self.with_code(customer, &factor, code, place).await?,
            None => self.begin(customer, place, false).await?, // it was removed meanwhile
        };
        self.challenges.end(&hash).await?;
        Ok(logged_in)
    }

    /// A browser that is known at the account has a lane of its own. The store is asked for unknown accounts, too, so that
    /// the answer takes as long.
    async fn lane(&self, command: &LogInCommand, found: Option<&Customer>) -> Result<LoginLane, StoreError> {
        let account = Fingerprint::of(&command.email);
        let customer = found.map_or_else(|| CustomerId::new(Uuid::nil()), Customer::id);
        Ok(match self.find_known_device(customer, &command.place).await? {
            Some(device) => LoginLane::own(&account, &device),
            None => LoginLane::network(&account, &command.place.network),
        })
    }

    async fn find_known_device(
        &self,
        customer: CustomerId,
        place: &LoginPlace,
    ) -> Result<Option<TokenHash>, StoreError> {
        let Some(device) = place.device.as_ref().map(Token::hash) else { return Ok(None) };
        Ok(self.devices.knows(&device, customer).await?.then_some(device))
    }

    async fn challenge(&self, customer: &Customer) -> Result<LogInError, LogInError> {
        let token = Token::of(&self.ids.secret());
        let expires_at = self.identity.clock.now().plus(CHALLENGE_LIFETIME);
        let proven = customer.password().clone();
        let open = LoginChallenge { hash: token.hash(), customer: customer.id(), proven, expires_at };
        match self.challenges.open(&open).await {
            Err(StoreError::Stale) => Err(LogInError::WrongCredentials(Some(customer.id()))),
            opened => opened.map(|()| LogInError::CodeNeeded(token)).map_err(LogInError::Store),
        }
    }

    async fn with_code(
        &self,
        customer: Customer,
        factor: &SecondFactor,
        code: &str,
        place: LoginPlace,
    ) -> Result<LoggedIn, LogInError> {
        let device = self.find_known_device(customer.id(), &place).await?;
        if !self.identity.codes.execute::<LogInError>(factor, code, device.as_ref()).await? {
            return Err(LogInError::WrongCode(customer.id()));
        }
        self.begin(customer, place, true).await
    }

    async fn begin(&self, customer: Customer, place: LoginPlace, second: bool) -> Result<LoggedIn, LogInError> {
        let id = customer.id();
        match self.begin.execute(customer, place, second).await {
            Err(StoreError::Stale) => Err(LogInError::WrongCredentials(Some(id))),
            begun => Ok(begun?),
        }
    }
}
