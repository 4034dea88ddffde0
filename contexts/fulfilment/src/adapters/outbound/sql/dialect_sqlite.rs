//! Statements that other engines spell differently. SQLite has one writer at a time, so rows read in a write
//! transaction are locked by themselves; elsewhere these end in `FOR UPDATE`.

pub(super) const LOCK_STOCK: &str = "SELECT sku, on_hand, reserved FROM stock_item WHERE sku = $1";
pub(super) const LOCK_RESERVATION: &str =
    "SELECT order_id, state, holds, held_until FROM reservation WHERE order_id = $1";
pub(super) const LOCK_SHIPPING: &str = "SELECT order_id, number, email, address, items, created_at, state, closed_at
    FROM shipping_order WHERE order_id = $1";
