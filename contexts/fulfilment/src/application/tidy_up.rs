//! The sweeps: what must happen even if nobody says so.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, OrderId, Sku, StoreError};

use super::retry_on_conflict;
use crate::domain::{reserving, shipping};
use crate::ports::{Decide, Keys, Warehouse, WorkList};

/// How many rows one sweep takes at a time.
const BATCH_SIZE: u32 = 100;

/// The safety net under reservations: releases what is held long after the order's own deadline.
#[derive(Clone)]
pub struct ReleaseLapsed {
    /// Where stock lies.
    pub warehouse: Arc<dyn Warehouse>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// How long after the deadline.
    pub grace: Duration,
}

impl ReleaseLapsed {
    /// Releases all that is overdue; answers how many orders that were.
    ///
    /// # Errors
    /// The store's; what was released before stays released.
    pub async fn execute(&self) -> Result<usize, StoreError> {
        let mut released = 0;
        loop {
            let now = self.clock.now();
            let overdue = self.warehouse.overdue(now.minus(self.grace), BATCH_SIZE).await?;
            if overdue.is_empty() {
                return Ok(released);
            }
            for order in overdue {
                self.release(order).await?;
                tracing::warn!(order.id = %order, "the reservation of order {order} lapsed; nobody said what became of it");
                released += 1;
            }
        }
    }

    async fn release(&self, order: OrderId) -> Result<(), StoreError> {
        let (now, grace) = (self.clock.now(), self.grace);
        let decide: Decide = Arc::new(move |sheet| {
            reserving::lapse(sheet, order, grace, now);
            Ok(())
        });
        retry_on_conflict(|| self.warehouse.update(Keys::order(order), decide.clone(), None)).await.map(drop)
    }
}

/// Sends files to those who have waited for them.
#[derive(Clone)]
pub struct MailWhatWaited {
    /// Where shipping orders are kept.
    pub warehouse: Arc<dyn Warehouse>,
    pub work_list: Arc<dyn WorkList>,
}

impl MailWhatWaited {
    /// Asks for the mailing of every item whose file has been uploaded since; answers how many that were.
    ///
    /// # Errors
    /// The store's; what was asked for before stays asked for.
    pub async fn execute(&self) -> Result<usize, StoreError> {
        let mut woken = 0;
        loop {
            let waiting = self.work_list.deliverable(BATCH_SIZE).await?;
            if waiting.is_empty() {
                return Ok(woken);
            }
            for (order, sku) in waiting {
                self.retry_delivery(order, sku).await?;
                woken += 1;
            }
        }
    }

    async fn retry_delivery(&self, order: OrderId, sku: Sku) -> Result<(), StoreError> {
        let decide: Decide = Arc::new(move |sheet| {
            shipping::file_arrived(sheet, order, &sku);
            Ok(())
        });
        retry_on_conflict(|| self.warehouse.update(Keys::order(order), decide.clone(), None)).await.map(drop)
    }
}
