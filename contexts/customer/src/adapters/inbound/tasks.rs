//! Carries out the orders to write to customers.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Failure, Handled, Handler, RetryPolicy, Subscription};

use crate::application::{MailOrder, SEND_ACCOUNT_MAIL, SendAccountMail, SendAccountMailError};
use crate::ports::MailingError;

/// The consumers of this context: it hears nothing from others.
pub fn subscriptions(send: Arc<SendAccountMail>) -> Vec<Subscription> {
    let mails = Subscription::task(SEND_ACCOUNT_MAIL, Arc::new(SendAccountMailHandler(send)));
    vec![mails.retry(RetryPolicy::mail()).lanes(4)]
}

struct SendAccountMailHandler(Arc<SendAccountMail>);

#[async_trait]
impl Handler for SendAccountMailHandler {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let order: MailOrder = match delivery.envelope.data() {
            Ok(order) => order,
            Err(unreadable) => return Handled::Dead(Failure::new("unreadable", unreadable)),
        };
        match self.0.execute(&order, delivery.envelope.id.as_str()).await {
            Ok(true) => Handled::Done,
            Ok(false) => Handled::Ignored,
            Err(SendAccountMailError::Mailing(error @ MailingError::Refused(_))) => {
                Handled::Dead(Failure::chain("mail-refused", &error))
            }
            Err(SendAccountMailError::Mailing(error)) => Handled::Retry(Failure::chain("mail-unavailable", &error)),
            Err(SendAccountMailError::Store(error)) => Handled::Retry(Failure::of(&error)),
        }
    }
}
