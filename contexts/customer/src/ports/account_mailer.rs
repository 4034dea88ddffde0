//! The port that writes to customers.

use async_trait::async_trait;

use crate::domain::{EmailAddress, Token};

/// Writes to customers about their account.
#[async_trait]
pub trait AccountMailer: Send + Sync {
    /// Hands one mail over to be delivered. The same key is always the same mail, so that a repeat can be recognised on
    /// the way.
    async fn send(&self, mail: &AccountMail) -> Result<(), MailingError>;
}

/// One mail.
#[derive(Debug, Clone)]
pub struct AccountMail {
    /// Names the mail permanently.
    pub key: String,
    /// To whom.
    pub to: EmailAddress,
    /// What it says.
    pub letter: Letter,
}

/// What we write to customers about.
///
/// No letter greets by name: until an address is verified, the name could be an advertisement sent to another person's
/// mailbox.
#[derive(Debug, Clone)]
pub enum Letter {
    /// Follow this link to show that the address is yours.
    VerifyEmail(Token),
    /// There was an attempt to sign up with the recipient's address, which has an account.
    AlreadyRegistered,
    /// Follow this link to choose a new password.
    ResetPassword(Token),
}

/// The mail was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum MailingError {
    /// It never will be.
    #[error("the mail was refused: {0}")]
    Refused(String),
    /// Not now.
    #[error("the mail could not be handed over")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}
