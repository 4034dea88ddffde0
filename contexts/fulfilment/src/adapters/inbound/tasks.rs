//! Our own tasks. `deliver-digital`: mail one item.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Failure, Handled, Handler};
use serde::Deserialize;
use shared_kernel::{OrderId, Sku};

use super::consumers::{Unreadable, acknowledge};
use crate::application::{DeliverDigital, DeliverDigitalError};
use crate::ports::PostError;

#[derive(Deserialize)]
struct Task {
    order_id: OrderId,
    sku: Sku,
}

/// Mails sold files.
pub struct MailFiles(pub Arc<DeliverDigital>);

#[async_trait]
impl Handler for MailFiles {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let Task { order_id, sku } = match delivery.envelope.data() {
            Ok(task) => task,
            Err(error) => return Unreadable::from(error).into(),
        };
        match self.0.execute(order_id, sku, delivery.cause.clone()).await {
            Ok(()) => Handled::Done,
            Err(DeliverDigitalError::Store(error)) => acknowledge(Err(error)),
            Err(DeliverDigitalError::Post(error @ PostError::Refused(_))) => {
                Handled::Dead(Failure::chain("mail-refused", &error))
            }
            Err(DeliverDigitalError::Post(error @ PostError::Unavailable(_))) => {
                Handled::Retry(Failure::chain("mail-unavailable", &error))
            }
        }
    }
}
