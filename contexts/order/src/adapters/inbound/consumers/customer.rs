//! What the customer context publishes, as far as orders need it: `store.customer.registered.v1` (which accounts there are)
//! and `store.customer.erased.v1` (whom to forget). Of a registration only the id is read.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};
use serde::Deserialize;
use shared_kernel::CustomerId;

use super::{stored, unreadable};
use crate::application::ForgetCustomer;

/// Somebody has an account.
pub const CUSTOMER_REGISTERED: &str = "store.customer.registered.v1";
/// A customer's account was erased.
pub const CUSTOMER_ERASED: &str = "store.customer.erased.v1";

#[derive(Deserialize)]
struct CustomerRegistered {
    customer_id: CustomerId,
}

#[derive(Deserialize)]
struct CustomerErased {
    customer_id: CustomerId,
    /// Missing in facts of earlier versions, and of accounts whose address was never confirmed.
    #[serde(default)]
    email_digest: Option<String>,
}

/// Consumer `follow-customers`.
pub struct CustomerFeed {
    forget: Arc<ForgetCustomer>,
}

impl CustomerFeed {
    /// Feeds this use case.
    pub fn new(forget: Arc<ForgetCustomer>) -> Self {
        Self { forget }
    }
}

#[async_trait]
impl Handler for CustomerFeed {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        match delivery.envelope.event_type.as_str() {
            CUSTOMER_REGISTERED => match delivery.envelope.data() {
                Ok(CustomerRegistered { customer_id }) => {
                    stored(self.forget.mark_customer_known(customer_id, &delivery.cause).await)
                }
                Err(error) => unreadable(&error),
            },
            CUSTOMER_ERASED => match delivery.envelope.data() {
                Ok(CustomerErased { customer_id, email_digest }) => {
                    stored(self.forget.execute(customer_id, email_digest.as_deref(), &delivery.cause).await)
                }
                Err(error) => unreadable(&error),
            },
            _ => Handled::Ignored,
        }
    }
}
