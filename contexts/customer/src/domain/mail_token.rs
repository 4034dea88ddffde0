//! Links that are mailed to customers: what they are good for, and for how long.

use std::time::Duration;

use shared_kernel::{CustomerId, Timestamp};

use super::token::TokenHash;

/// How long mailed links are good, and how many are mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkPolicy {
    pub verification: Duration,
    /// A link to choose a new password.
    pub reset: Duration,
    /// For one customer and purpose.
    pub per_hour: u32,
}

impl Default for LinkPolicy {
    fn default() -> Self {
        let hour = Duration::from_hours(1);
        Self { verification: 24 * hour, reset: hour, per_hour: 5 }
    }
}

/// What a mailed link lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Show that the address is theirs.
    VerifyEmail,
    /// Choose a new password.
    ResetPassword,
}

impl Purpose {
    /// The name under which it is kept.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
        }
    }
}

/// The token of one mailed link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailToken {
    /// What is kept of it.
    pub hash: TokenHash,
    /// Whom it was mailed to.
    pub customer: CustomerId,
    /// What it is good for.
    pub purpose: Purpose,
    /// When it was mailed.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl MailToken {
    /// Whether the link may still be followed.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}
