//! Takes over orders of another shop, a batch in one transaction, in the order of their numbers: two who import the same
//! orders at once wait for each other and not in a circle.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use chassis::params;
use shared_kernel::{CustomerId, StoreError};

use super::orders::SqlOrderStore;
use super::write;
use crate::domain::Transition;
use crate::ports::HistoryImport;

const KNOWN: &str = "SELECT customer_id FROM known_customer WHERE customer_id = $1";

#[async_trait]
impl HistoryImport for SqlOrderStore {
    async fn import(&self, orders: Vec<Transition>) -> Result<u64, StoreError> {
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
                    write::write_outgoing(tx, &recorder, None, &new).await?;
                    Ok(u64::try_from(new.len()).unwrap_or(u64::MAX))
                })
            })
            .await
    }

    async fn known_customers(&self, ids: BTreeSet<CustomerId>) -> Result<BTreeSet<CustomerId>, StoreError> {
        let mut known = BTreeSet::new();
        for id in ids {
            let found = self.database.read(move |tx| Box::pin(tx.fetch_optional(KNOWN, params![id]))).await?;
            known.extend(found.map(|_| id));
        }
        Ok(known)
    }
}
