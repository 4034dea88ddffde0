//! Dead letters of all contexts together, for the operator.

use serde::Serialize;
use shared_kernel::{StoreError, Timestamp};

use super::redact::{text_without_secrets, without_secrets};
use super::{DeadLetterId, InboxAdmin as _, InboxCounts, SqlMessages};

/// A message that could not be handled, as it is shown to an operator.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeadLetter {
    /// The context in whose inbox it lies.
    pub context: String,
    /// The consumer that failed.
    pub consumer: String,
    pub message_id: String,
    #[serde(rename = "type")]
    pub event_type: String,
    /// What it is about.
    pub subject: String,
    /// How often it was tried.
    pub attempts: u32,
    /// A stable name of the failure.
    pub code: String,
    /// The error with its causes.
    pub error: String,
    /// The original message.
    pub message: serde_json::Value,
    /// When it was given up.
    pub failed_at: Timestamp,
}

impl DeadLetter {
    /// Names the letter among those of all contexts: `order/payment-events/evt_1`.
    pub fn id(&self) -> String {
        format!("{}/{}/{}", self.context, self.consumer, self.message_id)
    }
}

/// All contexts' dead letters.
#[derive(Clone)]
pub struct DeadLetters {
    contexts: Vec<(&'static str, SqlMessages)>,
}

impl DeadLetters {
    /// Watches over these contexts' inboxes.
    pub fn new(contexts: Vec<(&'static str, SqlMessages)>) -> Self {
        Self { contexts }
    }

    /// Only those of one context.
    pub fn only(&self, context: &str) -> Self {
        let contexts = self.contexts.iter().filter(|(name, _)| *name == context).cloned().collect();
        Self { contexts }
    }

    /// The newest failures of all contexts, newest first, without the secrets that their messages hold.
    pub async fn list(&self, limit: u32) -> Result<Vec<DeadLetter>, StoreError> {
        let mut all = Vec::new();
        for (context, inbox) in &self.contexts {
            let letters = inbox.dead_letters(limit).await?;
            all.extend(letters.into_iter().map(|letter| shown(context, letter)));
        }
        all.sort_by_key(|letter| std::cmp::Reverse(letter.failed_at));
        all.truncate(limit as usize);
        Ok(all)
    }

    /// Has the letter's message tried again, with all attempts before it. `false` if there is no such letter.
    pub async fn retry(&self, id: &str) -> Result<bool, StoreError> {
        self.decide(id, true).await
    }

    /// Ends the letter for good; the messages behind it in its lane move on. `false` if there is no such letter.
    pub async fn discard(&self, id: &str) -> Result<bool, StoreError> {
        self.decide(id, false).await
    }

    /// Each context's inbox in numbers.
    pub async fn counts(&self) -> Result<Vec<(&'static str, InboxCounts)>, StoreError> {
        let mut all = Vec::new();
        for (context, inbox) in &self.contexts {
            all.push((*context, inbox.counts().await?));
        }
        Ok(all)
    }

    async fn decide(&self, id: &str, retry: bool) -> Result<bool, StoreError> {
        let mut parts = id.splitn(3, '/');
        let (Some(context), Some(consumer), Some(message)) = (parts.next(), parts.next(), parts.next()) else {
            return Ok(false);
        };
        let Some((_, inbox)) = self.contexts.iter().find(|(name, _)| *name == context) else { return Ok(false) };
        let key = DeadLetterId { consumer: consumer.to_owned(), message: message.to_owned() };
        inbox.resolve_dead_letter(&key, retry, inbox.clock().now()).await
    }
}

/// As an operator may see it.
fn shown(context: &str, letter: DeadLetter) -> DeadLetter {
    DeadLetter {
        context: context.to_owned(),
        error: text_without_secrets(&letter.error),
        message: without_secrets(letter.message),
        ..letter
    }
}
