//! What every login ends with: a new session, and a browser that is known from now on.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, CustomerId, Ids, StoreError, Timestamp};

use crate::domain::{BegunFrom, Customer, Session, SessionPolicy, Token, TokenHash};
use crate::ports::{KnownDevices, Sessions};

/// From where somebody logs in.
#[derive(Debug, Clone, Default)]
pub struct LoginPlace {
    /// What attempts are counted by: the address, or the network of one IPv6 subscriber.
    pub network: String,
    /// For the owner to recognise the session by.
    pub begun_from: BegunFrom,
    /// The token in the browser's device cookie.
    pub device: Option<Token>,
    /// The session that the browser brought along: it ends, for a token must not outlive a login.
    pub instead_of: Option<TokenHash>,
}

/// Somebody is logged in.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// The session's token, which nobody will see again.
    pub token: Token,
    /// When the session ends at the latest.
    pub expires_at: Timestamp,
    /// How long that is from now.
    pub lasts: Duration,
    /// Who.
    pub customer: Customer,
    /// By which the browser is known from now on; `None` where it stays what it was.
    pub device: Option<Token>,
}

#[derive(Clone)]
pub struct BeginSession {
    /// Where sessions are kept.
    pub sessions: Arc<dyn Sessions>,
    /// Where known browsers are kept.
    pub devices: Arc<dyn KnownDevices>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub ids: Arc<dyn Ids>,
    /// How long sessions live.
    pub policy: SessionPolicy,
}

impl BeginSession {
    /// Begins a session with a token that was never used before.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the customer has another password by now, or is gone.
    pub async fn execute(
        &self,
        customer: Customer,
        place: LoginPlace,
        second_factor: bool,
    ) -> Result<LoggedIn, StoreError> {
        let (token, now) = (Token::of(&self.ids.secret()), self.clock.now());
        let begun = Session::start(token.hash(), customer.id(), now);
        let session = Session { second_factor, begun_from: place.begun_from, ..begun };
        let lifetime = self.policy.of(customer.role());
        let expires_at = session.ends_at(lifetime);
        self.sessions.open(session, customer.password(), place.instead_of).await?;
        let device = self.mark_device_known(customer.id(), place.device).await?;
        Ok(LoggedIn { token, expires_at, lasts: lifetime.absolute, customer, device: Some(device) })
    }

    /// Makes a browser known at an account whose owner has shown from it who they are. Answers with its token.
    pub async fn mark_device_known(&self, customer: CustomerId, shown: Option<Token>) -> Result<Token, StoreError> {
        let device = self.device(shown).await?;
        self.devices.remember(&device.hash(), customer, self.clock.now()).await?;
        Ok(device)
    }

    /// A browser that is known keeps its token, for it may be known at several accounts. One that was planted is not ours.
    async fn device(&self, shown: Option<Token>) -> Result<Token, StoreError> {
        if let Some(token) = shown
            && self.devices.is_ours(&token.hash()).await?
        {
            return Ok(token);
        }
        Ok(Token::of(&self.ids.secret()))
    }
}
