//! What an operator may set of this context.

use std::time::Duration;

use crate::domain::{DelayPolicy, LinkPolicy, SessionPolicy};

#[derive(Debug, Clone)]
pub struct CustomerSettings {
    pub links: LinkPolicy,
    pub sessions: SessionPolicy,
    pub login_delay: DelayPolicy,
    /// How long an answer to "who is asking?" is remembered, without asking the database again.
    pub remember_identities: Duration,
    /// How many passwords are hashed at the same time.
    pub hashes_at_once: usize,
    /// How many more may wait for it; beyond that requests are turned away.
    pub hashes_waiting: usize,
}

impl Default for CustomerSettings {
    fn default() -> Self {
        Self {
            links: LinkPolicy::default(),
            sessions: SessionPolicy::default(),
            login_delay: DelayPolicy::default(),
            remember_identities: Duration::from_secs(3),
            hashes_at_once: 2,
            hashes_waiting: 32,
        }
    }
}
