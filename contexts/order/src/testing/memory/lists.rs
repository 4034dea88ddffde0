//! Lists of orders in memory.

use async_trait::async_trait;
use shared_kernel::{Limit, OrderId, Page, StoreError};

use super::MemoryShop;
use crate::domain::{Order, Origin};
use crate::ports::{OrderCursor, OrderFilter, OrderHistory};

#[async_trait]
impl OrderHistory for MemoryShop {
    async fn page(&self, filter: &OrderFilter) -> Result<Page<Order>, StoreError> {
        let mut found: Vec<Order> = self.lock().orders.values().filter(|order| fits(order, filter)).cloned().collect();
        found.sort_by_key(|order| std::cmp::Reverse((order.placed_at(), order.id())));
        found.truncate(filter.limit.get() as usize + 1);
        Ok(Page::cut(found, filter.limit, |order| OrderCursor::of(order).text()))
    }

    async fn trace(&self, _: OrderId) -> Result<Option<String>, StoreError> {
        Ok(None)
    }

    async fn needing_attention(&self, after: Option<&str>, limit: Limit) -> Result<Page<Order>, StoreError> {
        let place = |order: &Order| order.attention().map(|attention| (attention.since, order.id()));
        let after = after.and_then(OrderCursor::parse).map(|cursor| (cursor.placed_at, cursor.id));
        let state = self.lock();
        let mut found: Vec<&Order> = state
            .orders
            .values()
            .filter(|order| place(order).is_some_and(|at| after.is_none_or(|after| at > after)))
            .collect();
        found.sort_by_key(|order| place(order));
        let found = found.into_iter().take(limit.get() as usize + 1).cloned().collect();
        Ok(Page::cut(found, limit, |order| {
            let placed_at = place(order).map_or(order.placed_at(), |(since, _)| since);
            OrderCursor { placed_at, id: order.id() }.text()
        }))
    }

    async fn all(&self, after: Option<OrderId>, limit: u32) -> Result<Vec<Order>, StoreError> {
        let state = self.lock();
        let later = |order: &&Order| after.is_none_or(|after| order.id() > after);
        Ok(state.orders.values().filter(later).take(limit as usize).cloned().collect())
    }
}

fn fits(order: &Order, filter: &OrderFilter) -> bool {
    let text = filter.text.as_deref().map(str::to_lowercase);
    let words = text.is_none_or(|text| match filter.customer {
        Some(_) => {
            order.number().as_str().to_lowercase().contains(&text)
                || order.lines().iter().any(|line| line.title.to_lowercase().contains(&text))
        }
        None => {
            Some(order.number().as_str()) == filter.text.as_deref()
                || order.id().to_string() == text
                || order.buyer().email.as_ref().is_some_and(|email| email.to_lowercase() == text)
                || is_imported_buyer(order, filter.text.as_deref().unwrap_or_default())
        }
    });
    let place = (order.placed_at(), order.id());
    words
        && filter.customer.is_none_or(|customer| order.belongs_to(customer))
        && filter.status.is_none_or(|status| order.status() == status)
        && filter.since.is_none_or(|since| order.placed_at() >= since)
        && filter.after.is_none_or(|after| place < (after.placed_at, after.id))
}

fn is_imported_buyer(order: &Order, text: &str) -> bool {
    let buyer = order.buyer();
    order.origin() == Origin::Import
        && (buyer.name.as_ref().is_some_and(|name| name.to_lowercase() == text.to_lowercase())
            || buyer.reference.as_deref() == Some(text))
}
