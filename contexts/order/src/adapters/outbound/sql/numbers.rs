//! The numbers of new orders: each taken once, no matter who asks.

use chassis::params;
use chassis::sql::Tx;
use shared_kernel::StoreError;

use super::dialect;
use crate::domain::OrderNumber;

const IS_TAKEN: &str = "SELECT id FROM orders WHERE number = $1";

/// The next number. Whether an order has it already is seen when it is written.
pub(super) async fn take(tx: &mut Tx) -> Result<i64, StoreError> {
    let row = tx.fetch_optional(dialect::next_number(tx.dialect()), params![]).await?;
    let gone = || StoreError::Corrupt { table: "order_numbers", row: "1".to_owned(), problem: "is gone".to_owned() };
    row.ok_or_else(gone)?.get("number")
}

/// Counts on behind numbers that orders have which were not placed with this counter: they were imported, or placed on
/// another engine before everything was brought to this one. There may be very many, so their end is found by leaps, each
/// twice as long as the one before, and then by halves.
pub(super) async fn pass_over(tx: &mut Tx, prefix: &str, taken: i64) -> Result<(), StoreError> {
    let mut leap = 1;
    while is_taken(tx, prefix, taken + leap).await? {
        leap *= 2;
    }
    let (mut last, mut free) = (taken + leap / 2, taken + leap);
    while free - last > 1 {
        let between = last + (free - last) / 2;
        if is_taken(tx, prefix, between).await? { last = between } else { free = between }
    }
    if free > taken + 1 {
        tx.fetch(dialect::count_from(tx.dialect()), params![free]).await?;
    }
    Ok(())
}

async fn is_taken(tx: &mut Tx, prefix: &str, number: i64) -> Result<bool, StoreError> {
    let number = OrderNumber::sequential(prefix, number);
    Ok(tx.fetch_optional(IS_TAKEN, params![number.as_str()]).await?.is_some())
}
