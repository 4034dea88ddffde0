//! One use case per file. Each reads what it needs, lets the domain decide, and commits; none touches the bus.
//!
//! Reading order follows an order through the house: [`reserve_stock`], [`release_stock`], [`create_shipping_order`],
//! [`dispatch_items`], [`deliver_digital`], [`close_shipping_order`], [`answer_cancellation`]. Then what staff and catalogue do: [`set_stock`],
//! [`adjust_stock`], [`import_count`], [`put_digital_file`], [`learn_product`], [`note_money`]; and the sweeps of [`tidy_up`].

pub mod adjust_stock;
pub mod anonymise_order;
pub mod answer_cancellation;
pub mod close_shipping_order;
pub mod create_shipping_order;
pub mod deliver_digital;
pub mod dispatch_items;
pub mod import_count;
pub mod learn_product;
pub mod note_money;
pub mod put_digital_file;
pub mod release_stock;
pub mod reserve_stock;
pub mod set_stock;
pub mod tidy_up;

use std::future::Future;

use shared_kernel::StoreError;

/// Asks again, a few times, when another change came first.
pub(crate) async fn retry_on_conflict<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    const MAX_ATTEMPTS: u32 = 5;
    let mut tried = 1;
    loop {
        match attempt().await {
            Err(StoreError::Stale) if tried < MAX_ATTEMPTS => tried += 1,
            outcome => return outcome,
        }
    }
}
