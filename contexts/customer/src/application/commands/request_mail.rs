//! A customer asks for another verification link, or for a link with which to choose a new password.
//!
//! The answer is the same, and takes as long, whether the address has an account or not.

use std::sync::Arc;

use shared_kernel::{Ids, StoreError};

use crate::application::letters::{LetterKind, MailOrder};
use crate::domain::EmailAddress;
use crate::ports::Accounts;

pub struct RequestMail {
    accounts: Arc<dyn Accounts>,
    ids: Arc<dyn Ids>,
}

impl RequestMail {
    pub(crate) fn new(accounts: Arc<dyn Accounts>, ids: Arc<dyn Ids>) -> Self {
        Self { accounts, ids }
    }

    /// Another verification link, if there is an account whose address is not verified yet.
    pub async fn verification(&self, email: &str) -> Result<(), StoreError> {
        self.order(email, LetterKind::VerifyEmail).await
    }

    /// A link to choose a new password, if there is such an account.
    pub async fn password_reset(&self, email: &str) -> Result<(), StoreError> {
        self.order(email, LetterKind::ResetPassword).await
    }

    async fn order(&self, email: &str, letter: LetterKind) -> Result<(), StoreError> {
        let found = match EmailAddress::parse_lenient(email) {
            Ok(email) => self.accounts.find_by_email(&email).await?,
            Err(_) => None,
        };
        let order = MailOrder { letter, customer: found.map(|customer| customer.id()) };
        self.accounts.schedule(vec![order.once_more(self.ids.as_ref())]).await
    }
}
