//! A hasher that takes no time, and a mailer whose mail can be read.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::{NewPassword, PasswordHash, Token};
use crate::ports::{AccountMail, AccountMailer, HashingError, Letter, MailingError, PasswordHasher};

/// "Hashes" at once; for use cases, whose rules do not depend on how.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainHasher;

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, HashingError> {
        Ok(PasswordHash::new(format!("plain:{}", password.secret().expose_secret())))
    }

    async fn verify(&self, typed: &SecretString, hash: Option<&PasswordHash>) -> Result<bool, HashingError> {
        Ok(hash.is_some_and(|hash| hash.as_str() == format!("plain:{}", typed.expose_secret())))
    }
}

/// Keeps what it is given, or fails as often as it is told to.
#[derive(Debug, Default)]
pub struct RecordingMailer {
    sent: Mutex<Vec<AccountMail>>,
    failures: Mutex<Vec<MailingError>>,
}

impl RecordingMailer {
    /// Fails the next time.
    pub fn fail_once(&self, error: MailingError) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(error);
    }

    /// Everything sent so far, oldest first.
    pub fn sent(&self) -> Vec<AccountMail> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn newest_token(&self) -> Option<Token> {
        self.sent().into_iter().rev().find_map(|mail| match mail.letter {
            Letter::VerifyEmail(token) | Letter::ResetPassword(token) => Some(token),
            Letter::AlreadyRegistered => None,
        })
    }
}

#[async_trait]
impl AccountMailer for RecordingMailer {
    async fn send(&self, mail: &AccountMail) -> Result<(), MailingError> {
        if let Some(error) = self.failures.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Err(error);
        }
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
        Ok(())
    }
}
