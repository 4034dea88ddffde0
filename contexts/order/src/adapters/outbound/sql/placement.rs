//! Placing orders in SQL: key, number and "one open order per cart" in one transaction.

use std::sync::Arc;

use async_trait::async_trait;
use chassis::params;
use chassis::sql::Tx;
use shared_kernel::{CustomerId, StoreError, Timestamp, retry_on_conflict};

use super::orders::{MAX_ATTEMPTS, SqlOrderStore};
use super::rows::{columns, read};
use super::write::{self, StoredRequest};
use super::{dialect, numbers};
use crate::domain::{CartId, Order, OrderNumber, Transition};
use crate::ports::{OrderPlacement, PlaceOutcome, PlaceRequest, Placement, RequestKey};

const OPEN_OF_CART: &str =
    concat!("SELECT ", columns!(), " FROM orders WHERE cart_id = $1 AND status IN ('AWAITING_STOCK', 'INITIAL')");
const OPEN_ELSEWHERE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM orders WHERE customer_id = $1 AND cart_id <> $2 AND status IN ('AWAITING_STOCK', 'INITIAL')"
);

#[async_trait]
impl OrderPlacement for SqlOrderStore {
    async fn place(&self, request: PlaceRequest) -> Result<PlaceOutcome, StoreError> {
        let attempt = || {
            let (store, request) = (self.clone(), request.clone());
            self.database.write(move |tx| {
                let (store, request) = (store.clone(), request.clone());
                Box::pin(async move { store.place_in(tx, &request).await })
            })
        };
        retry_on_conflict(MAX_ATTEMPTS, attempt).await
    }

    async fn open_order(&self, cart: CartId) -> Result<Option<Order>, StoreError> {
        self.database
            .read(move |tx| {
                Box::pin(async move {
                    tx.fetch_optional(OPEN_OF_CART, params![cart.to_string()]).await?.as_ref().map(read).transpose()
                })
            })
            .await
    }

    async fn find_outcome(&self, key: &RequestKey) -> Result<Option<PlaceOutcome>, StoreError> {
        let key = Arc::new(key.clone());
        self.database
            .read(move |tx| {
                let key = Arc::clone(&key);
                Box::pin(async move { Ok(write::find_key(tx, &key).await?.map(outcome_of)) })
            })
            .await
    }
}

fn outcome_of(known: StoredRequest) -> PlaceOutcome {
    match known {
        StoredRequest::Order(order) => PlaceOutcome::Repeat(*order),
        StoredRequest::OtherRequest => PlaceOutcome::KeyReused,
    }
}

impl SqlOrderStore {
    async fn place_in(&self, tx: &mut Tx, request: &PlaceRequest) -> Result<PlaceOutcome, StoreError> {
        lock_buyer(tx, request.key.principal).await?;
        if let Some(before) = write::find_key(tx, &request.key).await? {
            return Ok(outcome_of(before));
        }
        let (open, now) = (open_order(tx, request.cart).await?, self.clock.now());
        if let Some(order) = open.as_ref().and_then(|open| reusable_order(request, open)) {
            return keep(tx, &request.key, order, now).await;
        }
        let elsewhere = tx.fetch(OPEN_ELSEWHERE, params![request.key.principal, request.cart.to_string()]).await?;
        if elsewhere.len() >= request.open_at_most as usize {
            return Ok(PlaceOutcome::TooManyOpen);
        }
        let elsewhere = elsewhere.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        if elsewhere.iter().map(Order::pieces).sum::<u32>() + request.pieces > request.pieces_at_most {
            return Ok(PlaceOutcome::TooManyPieces);
        }
        let mut makes_room = true;
        loop {
            let number = numbers::take(tx).await?;
            let named = OrderNumber::sequential(&self.prefix, number);
            let (placed, superseded) = match (request.decide)(open.clone(), named) {
                Placement::Keep(order) => return keep(tx, &request.key, *order, now).await,
                Placement::New { placed, superseded } => (placed, superseded),
            };
            // The old order makes room before the new one comes: a cart has one open order at any time.
            if let Some(superseded) = superseded.as_ref().filter(|_| std::mem::take(&mut makes_room)) {
                write::overwrite(tx, superseded, now).await?;
            }
            if !write::insert(tx, &placed).await? {
                numbers::pass_over(tx, &self.prefix, number).await?;
                continue;
            }
            write::keep_key(tx, &request.key, placed.order.id(), now).await?;
            let decided: Vec<&Transition> = std::iter::once(&*placed).chain(superseded.as_deref()).collect();
            write::write_outgoing(tx, &self.recorder, None, &decided).await?;
            return Ok(PlaceOutcome::Placed(placed.order.at_version(1)));
        }
    }
}

/// The buyer orders nothing else before the commit.
async fn lock_buyer(tx: &mut Tx, buyer: CustomerId) -> Result<(), StoreError> {
    match dialect::hold_buyer(tx.dialect()) {
        Some(hold) => tx.fetch(hold, params![buyer]).await.map(|_| ()),
        None => Ok(()),
    }
}

async fn open_order(tx: &mut Tx, cart: CartId) -> Result<Option<Order>, StoreError> {
    tx.fetch_for_update(OPEN_OF_CART, params![cart.to_string()]).await?.first().map(read).transpose()
}

/// The open order, if it is what is asked for: then no number is taken.
fn reusable_order(request: &PlaceRequest, open: &Order) -> Option<Order> {
    match (request.decide)(Some(open.clone()), open.number().clone()) {
        Placement::Keep(order) => Some(*order),
        Placement::New { .. } => None,
    }
}

async fn keep(tx: &mut Tx, key: &RequestKey, order: Order, now: Timestamp) -> Result<PlaceOutcome, StoreError> {
    write::keep_key(tx, key, order.id(), now).await?;
    Ok(PlaceOutcome::Open(order))
}
