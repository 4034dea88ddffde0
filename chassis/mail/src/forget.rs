//! The task of deleting a person's mail, which a context leaves for itself when it erases them.
//!
//! The task holds the address until it is done, and not longer: what is handled has no content any more.

use std::sync::Arc;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use shared_kernel::ConsumerName;

use super::{MailError, Mailer};
use chassis_messaging::{Delivery, Failure, Handled, Handler, RetryPolicy, Subscription, TaskDraft};

/// Who carries it out.
pub const FORGET_MAIL: ConsumerName = ConsumerName::new("forget-mail");

#[derive(Serialize, Deserialize)]
struct ForgetMail {
    address: String,
}

/// Forget the mail to this address. `key` names the occasion; a second task of the same key is ignored.
pub fn task(key: String, address: &str) -> TaskDraft {
    let payload = serde_json::json!(ForgetMail { address: address.to_owned() });
    TaskDraft { consumer: FORGET_MAIL, lane: key.clone(), key, payload, not_before: None }
}

/// The consumer of these tasks.
pub fn subscription(mailer: Arc<dyn Mailer>) -> Subscription {
    Subscription::task(FORGET_MAIL, Arc::new(Forget(mailer))).retry(RetryPolicy::mail()).lanes(1)
}

struct Forget(Arc<dyn Mailer>);

#[async_trait]
impl Handler for Forget {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let ForgetMail { address } = match delivery.envelope.data() {
            Ok(task) => task,
            Err(error) => return Handled::Dead(Failure::new("unreadable", error)),
        };
        match self.0.forget(&address).await {
            Ok(_) => Handled::Done,
            Err(error @ MailError::Refused(_)) => Handled::Dead(Failure::chain("mail-refused", &error)),
            Err(error) => Handled::Retry(Failure::chain("mail-unavailable", &error)),
        }
    }
}
