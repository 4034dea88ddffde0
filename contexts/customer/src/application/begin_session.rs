//! What every login ends with: a new session, and a browser that is known from now on.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, CustomerId, Ids, StoreError, Timestamp};

use crate::domain::{BegunFrom, Customer, Session, SessionPolicy, Token, TokenHash};
use crate::ports::{KnownDevices, Sessions};

/// From where a customer logs in.
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

/// A session that was begun.
#[derive(Debug, Clone)]
pub struct LoggedIn {
    /// The session's token, which is shown only here.
    pub token: Token,
    /// When the session ends at the latest.
    pub expires_at: Timestamp,
    /// How long that is from now.
    pub lasts: Duration,
    pub customer: Customer,
    /// By which the browser is known from now on; `None` where it stays what it was.
    pub device: Option<Token>,
}

#[derive(Clone)]
pub(crate) struct BeginSession {
    pub(crate) sessions: Arc<dyn Sessions>,
    pub(crate) devices: Arc<dyn KnownDevices>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) policy: SessionPolicy,
}

impl BeginSession {
    /// Begins a session.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if the customer has another password by now, or is gone.
    pub(crate) async fn execute(
        &self,
        customer: Customer,
        place: LoginPlace,
        second_factor: bool,
    ) -> Result<LoggedIn, StoreError> {
        let (session, logged_in) = self.new_session(customer, place.begun_from, second_factor);
        self.sessions.open(session, logged_in.customer.password(), place.instead_of).await?;
        let device = self.mark_device_known(logged_in.customer.id(), place.device).await?;
        Ok(LoggedIn { device: Some(device), ..logged_in })
    }

    /// A session that is still to be stored, with a token that was never used before, and what its owner gets of it.
    pub(crate) fn new_session(
        &self,
        customer: Customer,
        begun_from: BegunFrom,
        second_factor: bool,
    ) -> (Session, LoggedIn) {
        let token = Token::of(&self.ids.secret());
        let begun = Session::start(token.hash(), customer.id(), self.clock.now());
        let session = Session { second_factor, begun_from, ..begun };
        let lifetime = self.policy.of(customer.role());
        let expires_at = session.ends_at(lifetime);
        (session, LoggedIn { token, expires_at, lasts: lifetime.absolute, customer, device: None })
    }

    /// Makes a browser known at an account whose owner has shown from it who they are. Answers with its token.
    pub(crate) async fn mark_device_known(
        &self,
        customer: CustomerId,
        shown: Option<Token>,
    ) -> Result<Token, StoreError> {
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
