//! `store.order.anonymised.v1`: the buyer was erased, so the reasons of refunds, in which people write names, are forgotten.
//!
//! A consumer of its own: it changes no figure, and building the books again does not need it, as the archive has been
//! cleaned as well.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::messaging::{Delivery, Handled, Handler};
use serde::Deserialize;
use shared_kernel::{ConsumerName, OrderId};

use crate::adapters::inbound::consumers::{Unreadable, acknowledge};
use crate::ports::SalesLedger;

/// Hears of buyers who were erased.
pub const FORGET_REASONS: ConsumerName = ConsumerName::new("forget-reasons");
/// What [`ForgetReasons`] hears.
pub const ERASURE_FACTS: &[&str] = &["store.order.anonymised.v1"];

#[derive(Deserialize)]
struct AnonymisedOrder {
    order_id: OrderId,
}

/// Forgets why money went back.
pub struct ForgetReasons(pub Arc<dyn SalesLedger>);

#[async_trait]
impl Handler for ForgetReasons {
    async fn handle(&self, delivery: &Delivery) -> Handled {
        let AnonymisedOrder { order_id } = match delivery.envelope.data() {
            Ok(anonymised) => anonymised,
            Err(error) => return Handled::Dead(Unreadable::from(error).failure()),
        };
        acknowledge(self.0.forget_reasons(order_id, Some(delivery.cause.clone())).await)
    }
}
