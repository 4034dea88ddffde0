//! Mail that leaves the shop: one value, one port, two adapters.
//!
//! [`SmtpMailer`] hands it to a mail server, [`FolderMailer`] lays it into a folder where a person can read it. Neither
//! retries: a mail is a task, and the task engine knows how to wait. Who writes what is the contexts' business. When a
//! person is erased, a task of [`forget`] has the mailer forget what it has kept of their mail.

#![warn(unreachable_pub)]

mod folder;
pub mod forget;
mod message;
mod smtp;
mod traced;

use std::error::Error;

use async_trait::async_trait;

pub use folder::FolderMailer;
pub use message::Sender;
pub use smtp::{SmtpMailer, SmtpSecurity, SmtpSettings};
pub use traced::TracedMailer;

/// Carries mail out of the shop.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands the mail over. Sending the same `message_id` again is harmless: it is the same mail.
    ///
    /// # Errors
    /// [`MailError::Refused`] if it can never be delivered, [`MailError::Unavailable`] if it may go later.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;

    /// Deletes every copy that this mailer itself keeps of mail to this address; answers how many there were. What has
    /// been handed on to others is out of its reach.
    async fn forget(&self, _address: &str) -> Result<u64, MailError> {
        Ok(0)
    }
}

/// A mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Stable over retries, without angle brackets: `receipt-018f..@shop.example`. Letters, digits and `.-_+=@/~` only.
    pub message_id: String,
    /// The address, with or without a name before it.
    pub to: String,
    /// One line. Line breaks and other control characters become spaces.
    pub subject: String,
    /// For readers that show plain text.
    pub text: String,
    /// The same for readers that show HTML.
    pub html: String,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
}

/// A file that goes with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// The name under which it is saved; folders in it are cut off.
    pub name: String,
    /// Such as `application/pdf`.
    pub content_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why a mail was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Permanent: the address is bad, or the server will have none of it.
    #[error("the mail was refused: {0}")]
    Refused(String),
    /// Worth another try later.
    #[error("mail cannot be sent now")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
