//! Takes over orders of another shop, a batch in one transaction, in the order of their numbers: two who import the same
//! orders at once wait for each other and not in a circle.

use std::sync::Arc;

use async_trait::async_trait;
use shared_kernel::StoreError;

use super::orders::SqlOrderStore;
use super::write;
use crate::domain::Decided;
use crate::ports::HistoryImport;

#[async_trait]
impl HistoryImport for SqlOrderStore {
    async fn import(&self, orders: Vec<Decided>) -> Result<u64, StoreError> {
        let mut orders = orders;
        orders.sort_by(|one, other| one.order.number().cmp(other.order.number()));
        let (orders, recorder) = (Arc::new(orders), self.recorder.clone());
        self.database
            .write(move |tx| {
                let (orders, recorder) = (Arc::clone(&orders), recorder.clone());
                Box::pin(async move {
                    let mut new = Vec::new();
                    for decided in orders.iter() {
                        if write::insert(tx, decided).await? {
                            new.push(decided);
                        }
                    }
                    write::give_out(tx, &recorder, None, &new).await?;
                    Ok(u64::try_from(new.len()).unwrap_or(u64::MAX))
                })
            })
            .await
    }
}
