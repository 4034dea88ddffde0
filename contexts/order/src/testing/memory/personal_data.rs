//! People in memory, and how they are forgotten.

use async_trait::async_trait;
use chassis::messaging::Record;
use shared_kernel::{Cause, CustomerId, OrderId, StoreError, Timestamp};

use super::MemoryShop;
use crate::adapters::outbound::sql::email_digest as digest;
use crate::domain::Order;
use crate::ports::PersonalData;

#[async_trait]
impl PersonalData for MemoryShop {
    async fn remember_customer(&self, customer: CustomerId, cause: &Cause) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.recorder.record(Record { cause: Some(cause), ..Record::default() })?;
        state.customers.entry(customer).or_insert(false);
        Ok(())
    }

    async fn remember_erased(&self, customer: CustomerId, _now: Timestamp, cause: &Cause) -> Result<(), StoreError> {
        let mut state = self.lock();
        self.recorder.record(Record { cause: Some(cause), ..Record::default() })?;
        state.customers.insert(customer, true);
        state.carts.retain(|_, (cart, _)| cart.owner() != Some(customer));
        state.keys.retain(|(principal, _), _| *principal != customer);
        Ok(())
    }

    async fn naming_erased(&self, after: Option<OrderId>, limit: u32) -> Result<Vec<OrderId>, StoreError> {
        let state = self.lock();
        let of_erased =
            |order: &&Order| order.buyer().customer.is_some_and(|buyer| state.customers.get(&buyer) == Some(&true));
        let named = state.orders.values().filter(of_erased).filter(|order| order.anonymised_at().is_none());
        let later = named.map(Order::id).filter(|id| after.is_none_or(|after| *id > after));
        Ok(later.take(limit as usize).collect())
    }

    async fn without_account(&self, email_digest: &str) -> Result<Vec<OrderId>, StoreError> {
        let state = self.lock();
        let fits = |order: &&Order| {
            let buyer = order.buyer();
            buyer.customer.is_none() && buyer.email.as_deref().is_some_and(|email| digest(email) == email_digest)
        };
        Ok(state.orders.values().filter(fits).map(Order::id).collect())
    }

    async fn anonymise(&self, order: OrderId, now: Timestamp) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let Some(order) = state.orders.get(&order).cloned() else { return Ok(false) };
        let decided = order.anonymised(now);
        if decided.has_changes() {
            self.keep(&mut state, None, &[&decided])?;
        }
        Ok(decided.has_changes())
    }
}
