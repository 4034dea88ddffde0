//! The order to write to a customer, in the form in which it waits to be carried out.
//!
//! It holds no token and no address: the token is made when the mail is written, so that none lies about in clear.

use chassis::messaging::TaskDraft;
use serde::{Deserialize, Serialize};
use shared_kernel::{ConsumerName, CustomerId, Ids, Timestamp};

/// Who carries the orders out.
pub const SEND_ACCOUNT_MAIL: ConsumerName = ConsumerName::new("send-account-mail");

/// What the mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LetterKind {
    /// Show that the address is yours.
    VerifyEmail,
    /// There was an attempt to sign up with the recipient's address.
    AlreadyRegistered,
    /// Choose a new password.
    ResetPassword,
}

impl LetterKind {
    const fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::AlreadyRegistered => "already-registered",
            Self::ResetPassword => "reset-password",
        }
    }
}

/// Write to a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailOrder {
    /// What about.
    pub letter: LetterKind,
    /// The recipient; `None` when the request named an address that has no account. Such an order is kept all the same,
    /// so that the request takes as long as any other.
    pub customer: Option<CustomerId>,
}

impl MailOrder {
    /// An order that is carried out however often it was given before.
    pub(super) fn once_more(self, ids: &dyn Ids) -> TaskDraft {
        let key = format!("{}/{}", self.letter.name(), ids.uuid());
        self.task(key)
    }

    /// An order that is carried out once in an hour, so that it cannot flood a mailbox.
    pub(super) fn once_an_hour(self, now: Timestamp, ids: &dyn Ids) -> TaskDraft {
        let Some(customer) = self.customer else { return self.once_more(ids) };
        let hour = now.micros().div_euclid(3_600_000_000);
        let key = format!("{}/{customer}/{hour}", self.letter.name());
        self.task(key)
    }

    fn task(self, key: String) -> TaskDraft {
        let payload = serde_json::json!({ "letter": self.letter, "customer": self.customer });
        // A lane of its own: a letter that cannot be delivered must not hold back the next one.
        TaskDraft { consumer: SEND_ACCOUNT_MAIL, lane: key.clone(), key, payload, not_before: None }
    }
}
