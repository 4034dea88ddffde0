//! Who is asking? Answered on nearly every request of the shop.

use std::sync::Arc;

use shared_kernel::{Clock, Identity, StoreError};

use crate::domain::{ApiKeyId, Credential, SessionPolicy, Token, TokenHash};
use crate::ports::{ApiKeys, Sessions};

pub struct Authenticate {
    sessions: Arc<dyn Sessions>,
    keys: Arc<dyn ApiKeys>,
    clock: Arc<dyn Clock>,
    policy: SessionPolicy,
}

impl Authenticate {
    pub(crate) fn new(
        sessions: Arc<dyn Sessions>,
        keys: Arc<dyn ApiKeys>,
        clock: Arc<dyn Clock>,
        policy: SessionPolicy,
    ) -> Self {
        Self { sessions, keys, clock, policy }
    }

    /// Who shows this token, if it is good.
    pub async fn execute(&self, presented: &str) -> Result<Option<Identity>, StoreError> {
        match Credential::parse(presented) {
            Some(Credential::Session(token)) => self.session(&token.hash()).await,
            Some(Credential::ApiKey(id, secret)) => self.key(id, &secret).await,
            None => Ok(None),
        }
    }

    async fn session(&self, hash: &TokenHash) -> Result<Option<Identity>, StoreError> {
        let (now, found) = (self.clock.now(), self.sessions.identify(hash).await?);
        let Some((session, identity)) = found else { return Ok(None) };
        let lifetime = self.policy.of(identity.role);
        if !session.is_live(lifetime, now) {
            return Ok(None);
        }
        if session.wants_touch(lifetime, now) {
            self.sessions.touch(hash, now, None).await?;
        }
        let role = self.policy.role_in(&session, identity.role);
        let (must_confirm, lacks_second_factor) = (session.must_confirm(&self.policy, now), role < identity.role);
        Ok(Some(Identity { role, must_confirm, lacks_second_factor, ..identity }))
    }

    async fn key(&self, id: ApiKeyId, secret: &Token) -> Result<Option<Identity>, StoreError> {
        let (now, found) = (self.clock.now(), self.keys.identify(id).await?);
        let admitted = found.filter(|(key, _)| key.admits(secret, now));
        Ok(admitted.map(|(key, owner)| Identity { role: key.role_under(owner.role), ..owner }))
    }
}
