//! The safety net under reservations: releases what is held long after the order's own deadline.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, StoreError};

use crate::application::update::update_always;
use crate::domain::reserving;
use crate::ports::{Keys, Warehouse};

/// How many orders are looked up at a time.
const BATCH_SIZE: u32 = 100;

/// Releases reservations of which no order has said what became of it.
pub struct ReleaseLapsedReservations {
    warehouse: Arc<dyn Warehouse>,
    clock: Arc<dyn Clock>,
    grace: Duration,
}

impl ReleaseLapsedReservations {
    /// `grace` is how long after the order's deadline.
    pub fn new(warehouse: Arc<dyn Warehouse>, clock: Arc<dyn Clock>, grace: Duration) -> Self {
        Self { warehouse, clock, grace }
    }

    /// Releases all that is overdue; answers how many orders that were. What was released before an error stays
    /// released.
    pub async fn execute(&self) -> Result<usize, StoreError> {
        let mut released = 0;
        loop {
            let (now, grace) = (self.clock.now(), self.grace);
            let overdue = self.warehouse.overdue(now.minus(grace), BATCH_SIZE).await?;
            if overdue.is_empty() {
                return Ok(released);
            }
            for order in overdue {
                let now = self.clock.now();
                let decide = move |transaction: &mut _| reserving::lapse(transaction, order, grace, now);
                update_always(&*self.warehouse, Keys::order(order), None, decide).await?;
                tracing::warn!(order.id = %order, "the reservation of order {order} lapsed; nobody said what became of it");
                released += 1;
            }
        }
    }
}
