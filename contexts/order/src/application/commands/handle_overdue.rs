//! Timer: handles orders whose deadline has passed, or that have waited too long.

use std::sync::Arc;

use shared_kernel::{Clock, StoreError};

use crate::application::tasks::decide_on;
use crate::ports::{OrderStore, Updated};

const BATCH_SIZE: u32 = 100;

#[derive(Clone)]
pub struct HandleOverdue {
    orders: Arc<dyn OrderStore>,
    clock: Arc<dyn Clock>,
}

impl HandleOverdue {
    /// Puts the use case together.
    pub fn new(orders: Arc<dyn OrderStore>, clock: Arc<dyn Clock>) -> Self {
        Self { orders, clock }
    }

    /// Does what is due on every overdue order; says how many changed. One that fails does not stop the others.
    pub async fn execute(&self) -> Result<u32, StoreError> {
        let now = self.clock.now();
        let (mut changed, mut failed) = (0, None);
        loop {
            let due = self.orders.due(now, BATCH_SIZE).await?;
            let before = changed;
            for order in &due {
                match self.orders.update(decide_on(move |order| order.overdue(now)).caused(*order, None)).await {
                    Ok(Updated::Changed(_)) => changed += 1,
                    Ok(_) => {}
                    Err(error) => failed = Some(error),
                }
            }
            // A full page that changed something may have more behind it; one that changed nothing would come again.
            if due.len() < BATCH_SIZE as usize || changed == before {
                return failed.map_or(Ok(changed), Err);
            }
        }
    }
}
