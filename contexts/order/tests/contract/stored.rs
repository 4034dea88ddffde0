//! Rows that cannot be what they say they are.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::sync::Arc;

use chassis::messaging::Recorder;
use chassis::testing::{CountingIds, FixedClock};
use order::adapters::outbound::sql::{OrderChangeNotifier, SqlOrderStore};
use order::ports::OrderStore;
use shared_kernel::{Clock, StoreError};

use crate::shop::TestShop;
use crate::storage::Storage;

const NO_LINES: &str = r#"UPDATE orders SET frozen =
    '{"buyer":{"customer":null,"email":null,"name":null},"origin":"shop","lines":[]}' WHERE id = $1"#;

/// Each spoils what is looked at before what the one above it has spoiled.
const SPOILED: [(&str, &str); 6] = [
    (NO_LINES, "frozen: an order has at least one line"),
    ("UPDATE orders SET cart_id = 'a cart' WHERE id = $1", "cart_id: not valid"),
    ("UPDATE orders SET number = ' ' WHERE id = $1", "number: not valid"),
    ("UPDATE orders SET status = 'EXPIRED' WHERE id = $1", "status: differs from progress"),
    ("UPDATE orders SET progress = '{}' WHERE id = $1", "progress: missing field `state`"),
    ("UPDATE orders SET frozen = '[]' WHERE id = $1", "frozen: invalid length 0"),
];

async fn a_row_that_cannot_be_an_order_is_named_with_its_column(on: Storage) {
    let shop = TestShop::open(on).await;
    let order = shop.paid_order().await.id();
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at("2026-11-22T12:00:00Z"));
    let recorder = Recorder::new("order", Arc::clone(&clock), Arc::new(CountingIds::default()));
    let database = &shop.platform.database;
    let orders = SqlOrderStore::new(database.clone(), recorder, clock, "BS-", OrderChangeNotifier::default());
    for (spoil, expected) in SPOILED {
        let spoiled =
            database.write(move |tx| Box::pin(async move { tx.execute(spoil, chassis::params![order]).await })).await;
        assert_eq!(spoiled.unwrap(), 1);
        let Err(StoreError::Corrupt { table, row, problem }) = orders.find(order).await else {
            panic!("{spoil}: it was read")
        };
        assert_eq!((table, row), ("orders", order.to_string()));
        assert!(problem.starts_with(expected), "{problem}");
    }
}

on_both_engines! { a_row_that_cannot_be_an_order_is_named_with_its_column }
