//! A mailbox in memory.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use chassis_mail::{Mail, MailError, Mailer};

/// Keeps what is sent.
#[derive(Default)]
pub struct MemoryMailer(Mutex<Vec<Mail>>);

impl MemoryMailer {
    /// Everything sent so far, oldest first.
    pub fn sent(&self) -> Vec<Mail> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Mailer for MemoryMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(mail.clone());
        Ok(())
    }

    async fn forget(&self, address: &str) -> Result<u64, MailError> {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = sent.len();
        sent.retain(|mail| !mail.to.eq_ignore_ascii_case(address));
        Ok((before - sent.len()) as u64)
    }
}
