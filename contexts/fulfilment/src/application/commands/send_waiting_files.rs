//! Sends files to those who have waited for them.

use std::sync::Arc;

use shared_kernel::StoreError;

use crate::application::update::update_always;
use crate::domain::{StockTransaction, shipping};
use crate::ports::{Keys, Warehouse, WorkList};

/// How many items are looked up at a time.
const BATCH_SIZE: u32 = 100;

/// Queues the mailing of items whose file has been uploaded since they were sold.
pub struct SendWaitingFiles {
    warehouse: Arc<dyn Warehouse>,
    work_list: Arc<dyn WorkList>,
}

impl SendWaitingFiles {
    pub fn new(warehouse: Arc<dyn Warehouse>, work_list: Arc<dyn WorkList>) -> Self {
        Self { warehouse, work_list }
    }

    /// Queues the mailing of every such item; answers how many that were. What was queued before an error stays queued.
    pub async fn execute(&self) -> Result<usize, StoreError> {
        let mut queued = 0;
        loop {
            let waiting = self.work_list.deliverable(BATCH_SIZE).await?;
            if waiting.is_empty() {
                return Ok(queued);
            }
            for (order, sku) in waiting {
                let decide = move |transaction: &mut StockTransaction| shipping::file_arrived(transaction, order, &sku);
                update_always(&*self.warehouse, Keys::order(order), None, decide).await?;
                queued += 1;
            }
        }
    }
}
