//! `store.order.anonymised.v1`: an order names nobody any more. A consumer of its own: it has nothing to do with stock, and
//! hears of orders that were closed before this version knew of it.

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};

use super::{acknowledge, order_closed};
use crate::application::anonymise_order::AnonymiseOrder;

pub(super) const ANONYMISED: &str = "store.order.anonymised.v1";

pub struct ForgetBuyers {
    /// The use case.
    pub anonymise: AnonymiseOrder,
}

#[async_trait]
impl Handler for ForgetBuyers {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        match order_closed::read(&delivery.envelope) {
            Ok(order) => acknowledge(self.anonymise.execute(order, &delivery.cause).await),
            Err(unreadable) => unreadable.into(),
        }
    }
}
