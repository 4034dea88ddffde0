//! Placing orders in SQL: key, number and "one open order per cart" in one transaction.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::StoreError;

use super::orders::{ATTEMPTS, SqlOrderStore};
use super::rows::{columns, read};
use super::write::{self, Known};
use crate::domain::{CartId, Decided, Order, OrderNumber};
use crate::ports::{OrderPlacement, PlaceOutcome, PlaceRequest, Placement, RequestKey};

const OPEN_OF_CART: &str =
    concat!("SELECT ", columns!(), " FROM orders WHERE cart_id = $1 AND status IN ('AWAITING_STOCK', 'INITIAL')");
const NEXT_NUMBER: &str = "SELECT next FROM order_numbers WHERE only = 1";
const TAKE_NUMBER: &str = "UPDATE order_numbers SET next = $2 + 1 WHERE only = 1 AND next = $1";

#[async_trait]
impl OrderPlacement for SqlOrderStore {
    async fn place(&self, request: PlaceRequest) -> Result<PlaceOutcome, StoreError> {
        for attempt in 1.. {
            let (store, request) = (self.clone(), request.clone());
            let written = self.database.write(move |tx| {
                let (store, request) = (store.clone(), request.clone());
                Box::pin(async move { store.place_in(tx, &request).await })
            });
            match written.await {
                Err(StoreError::Stale) if attempt < ATTEMPTS => {}
                answer => return answer,
            }
        }
        Err(StoreError::Stale)
    }

    async fn answered(&self, key: &RequestKey) -> Result<Option<PlaceOutcome>, StoreError> {
        let key = Arc::new(key.clone());
        self.database
            .read(move |tx| {
                let key = Arc::clone(&key);
                Box::pin(async move { Ok(write::find_key(tx, &key).await?.map(known)) })
            })
            .await
    }
}

fn known(known: Known) -> PlaceOutcome {
    match known {
        Known::Order(order) => PlaceOutcome::Repeat(*order),
        Known::OtherRequest => PlaceOutcome::KeyReused,
    }
}

impl SqlOrderStore {
    async fn place_in(&self, tx: &mut Tx, request: &PlaceRequest) -> Result<PlaceOutcome, StoreError> {
        if let Some(before) = write::find_key(tx, &request.key).await? {
            return Ok(known(before));
        }
        let now = self.clock.now();
        let open = open_order(tx, request.cart).await?;
        let first = next_number(tx).await?;
        let mut next = first;
        loop {
            let number = OrderNumber::sequential(&self.prefix, next);
            let (placed, superseded) = match (request.decide)(open.clone(), number) {
                Placement::Keep(order) => {
                    write::keep_key(tx, &request.key, order.id(), now).await?;
                    return Ok(PlaceOutcome::Open(*order));
                }
                Placement::New { placed, superseded } => (placed, superseded),
            };
            // The old order makes room before the new one comes: a cart has one open order at any time.
            if let Some(superseded) = superseded.as_ref().filter(|_| next == first) {
                write::overwrite(tx, superseded, now).await?;
            }
            if !write::insert(tx, &placed).await? {
                next += 1; // an imported order has that number
                continue;
            }
            if tx.execute(TAKE_NUMBER, params![first, next]).await? == 0 {
                return Err(StoreError::Stale);
            }
            write::keep_key(tx, &request.key, placed.order.id(), now).await?;
            let decided: Vec<&Decided> = std::iter::once(&*placed).chain(superseded.as_deref()).collect();
            write::give_out(tx, &self.recorder, None, &decided).await?;
            return Ok(PlaceOutcome::Placed(placed.order.at_version(1)));
        }
    }
}

async fn open_order(tx: &mut Tx, cart: CartId) -> Result<Option<Order>, StoreError> {
    tx.fetch_optional(OPEN_OF_CART, params![cart.to_string()]).await?.as_ref().map(read).transpose()
}

async fn next_number(tx: &mut Tx) -> Result<i64, StoreError> {
    let row = tx.fetch_optional(NEXT_NUMBER, params![]).await?;
    let gone = || StoreError::Corrupt { table: "order_numbers", row: "1".to_owned(), problem: "is gone".to_owned() };
    row.ok_or_else(gone)?.get("next")
}
