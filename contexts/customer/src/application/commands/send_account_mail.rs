//! Writes one mail that was ordered, with a fresh token in its link.
//!
//! Runs outside any transaction, perhaps more than once: a repeat carries another token, and the newest mail is always
//! right.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, Ids, StoreError};

use crate::application::letters::{LetterKind, MailOrder};
use crate::domain::{Customer, LinkPolicy, MailToken, Purpose, Token};
use crate::ports::{AccountMail, AccountMailer, Accounts, IssueLimit, Letter, MailTokens, MailingError};

/// Why the mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendAccountMailError {
    /// It was not handed over.
    #[error(transparent)]
    Mailing(#[from] MailingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub struct SendAccountMail {
    accounts: Arc<dyn Accounts>,
    tokens: Arc<dyn MailTokens>,
    mailer: Arc<dyn AccountMailer>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    policy: LinkPolicy,
}

impl SendAccountMail {
    pub(crate) fn new(
        accounts: Arc<dyn Accounts>,
        tokens: Arc<dyn MailTokens>,
        mailer: Arc<dyn AccountMailer>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        policy: LinkPolicy,
    ) -> Self {
        Self { accounts, tokens, mailer, clock, ids, policy }
    }

    /// Carries an order out and says whether a mail was sent: none is without a recipient, none asks an already
    /// verified customer to verify, and none goes beyond the hour's limit.
    pub async fn execute(&self, order: &MailOrder, key: &str) -> Result<bool, SendAccountMailError> {
        let Some(id) = order.customer else { return Ok(false) };
        let Some(customer) = self.accounts.find(id).await? else { return Ok(false) };
        match order.letter {
            LetterKind::VerifyEmail if customer.is_verified() => Ok(false),
            LetterKind::VerifyEmail => {
                self.with_link(key, &customer, Purpose::VerifyEmail, self.policy.verification, Letter::VerifyEmail)
                    .await
            }
            LetterKind::ResetPassword => {
                self.with_link(key, &customer, Purpose::ResetPassword, self.policy.reset, Letter::ResetPassword).await
            }
            LetterKind::AlreadyRegistered => {
                self.mailer.send(&mail(key, &customer, Letter::AlreadyRegistered)).await?;
                Ok(true)
            }
        }
    }

    async fn with_link(
        &self,
        key: &str,
        customer: &Customer,
        purpose: Purpose,
        valid: Duration,
        letter: fn(Token) -> Letter,
    ) -> Result<bool, SendAccountMailError> {
        let (secret, now) = (Token::of(&self.ids.secret()), self.clock.now());
        let hash = secret.hash();
        let token = MailToken { hash, customer: customer.id(), purpose, issued_at: now, expires_at: now.plus(valid) };
        let limit = IssueLimit { at_most: self.policy.per_hour, since: now.minus(Duration::from_hours(1)) };
        if !self.tokens.issue(token, limit).await? {
            return Ok(false);
        }
        if let Err(error) = self.mailer.send(&mail(key, customer, letter(secret))).await {
            self.tokens.withdraw(&hash).await?;
            return Err(error.into());
        }
        Ok(true)
    }
}

fn mail(key: &str, customer: &Customer, letter: Letter) -> AccountMail {
    AccountMail { key: key.to_owned(), to: customer.email().clone(), letter }
}
