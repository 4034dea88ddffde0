//! Carts in SQL.

use async_trait::async_trait;
use chassis::params;
use chassis::sql::{Database, Row, Tx};
use serde::{Deserialize, Serialize};
use shared_kernel::{CustomerId, Quantity, Sku, StoreError, Timestamp};

use crate::domain::{Cart, CartId, CartLine};
use crate::ports::CartStore;

/// Keeps carts in the context's database.
#[derive(Clone)]
pub struct SqlCartStore {
    database: Database,
}

const FIND: &str = "SELECT id, owner, lines, version FROM carts WHERE id = $1";
const INSERT: &str = "INSERT INTO carts (id, owner, lines, version, touched_at) VALUES ($1, $2, $3, 1, $4)
    ON CONFLICT (id) DO NOTHING";
const UPDATE: &str = "UPDATE carts SET owner = $2, lines = $3, version = version + 1, touched_at = $4
    WHERE id = $1 AND version = $5";

/// How many rows are forgotten in one commit.
const BATCH_SIZE: u32 = 1_000;
/// A cart that is touched while it is being forgotten stays.
const FORGET_CARTS: &str = "DELETE FROM carts WHERE touched_at < $1 AND id IN
    (SELECT old.id FROM carts AS old WHERE old.touched_at < $1
        AND NOT EXISTS (SELECT 1 FROM orders WHERE cart_id = old.id AND status IN ('AWAITING_STOCK', 'INITIAL'))
        ORDER BY old.touched_at LIMIT $2)";
const FORGET_KEYS: &str = "DELETE FROM request_keys WHERE made_at < $1 AND (principal, key) IN
    (SELECT old.principal, old.key FROM request_keys AS old WHERE old.made_at < $1 ORDER BY old.made_at LIMIT $2)";

impl SqlCartStore {
    /// Works on this database.
    pub fn new(database: Database) -> Self {
        Self { database }
    }
}

#[async_trait]
impl CartStore for SqlCartStore {
    async fn find(&self, id: CartId) -> Result<Option<Cart>, StoreError> {
        self.database.read(move |tx| Box::pin(find(tx, id))).await
    }

    async fn save(&self, cart: Cart, now: Timestamp) -> Result<Cart, StoreError> {
        self.database
            .write(move |tx| {
                let cart = cart.clone();
                Box::pin(async move { save(tx, &cart, now).await })
            })
            .await
    }

    async fn forget_untouched_since(&self, then: Timestamp) -> Result<u64, StoreError> {
        self.forget(FORGET_KEYS, then).await?;
        self.forget(FORGET_CARTS, then).await
    }
}

impl SqlCartStore {
    /// A part at a time, each a commit of its own: nobody has to wait for the rest.
    async fn forget(&self, sql: &'static str, then: Timestamp) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        loop {
            let part = self.database.write(move |tx| Box::pin(tx.execute(sql, params![then, BATCH_SIZE])));
            let part = part.await?;
            forgotten += part;
            if part < u64::from(BATCH_SIZE) {
                return Ok(forgotten);
            }
        }
    }
}

async fn find(tx: &mut Tx, id: CartId) -> Result<Option<Cart>, StoreError> {
    tx.fetch_optional(FIND, params![id.to_string()]).await?.map(|row| read(&row, id)).transpose()
}

async fn save(tx: &mut Tx, cart: &Cart, now: Timestamp) -> Result<Cart, StoreError> {
    let lines: Vec<LineJson> = cart.lines().iter().cloned().map(LineJson::from).collect();
    let lines = serde_json::to_string(&lines).map_err(StoreError::unavailable)?;
    let (id, owner, version) = (cart.id().to_string(), cart.owner(), cart.version());
    let rows = if version == 0 {
        tx.execute(INSERT, params![id, owner, lines, now]).await?
    } else {
        tx.execute(UPDATE, params![id, owner, lines, now, version]).await?
    };
    if rows == 0 {
        return Err(StoreError::Stale);
    }
    Ok(Cart::restore(cart.id(), cart.owner(), cart.lines().to_vec(), version + 1))
}

/// Takes what was paid for out of its cart, in the transaction that makes the order Paid.
pub(super) async fn take_out(
    tx: &mut Tx,
    (id, bought): (CartId, Vec<(Sku, u32)>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let held = tx.fetch_for_update(FIND, params![id.to_string()]).await?;
    let Some(cart) = held.first().map(|row| read(row, id)).transpose()? else { return Ok(()) };
    save(tx, &cart.without(&bought), now).await.map(|_| ())
}

fn read(row: &Row, id: CartId) -> Result<Cart, StoreError> {
    let corrupt = |problem| StoreError::Corrupt { table: "carts", row: format!("{id:?}"), problem };
    let lines: Vec<LineJson> =
        serde_json::from_str(&row.get::<String>("lines")?).map_err(|error| corrupt(format!("lines: {error}")))?;
    let lines = lines.into_iter().map(CartLine::from).collect();
    Ok(Cart::restore(id, row.get::<Option<CustomerId>>("owner")?, lines, row.get("version")?))
}

/// A line of the column `lines`.
#[derive(Serialize, Deserialize)]
struct LineJson {
    sku: Sku,
    quantity: Quantity,
}

impl From<CartLine> for LineJson {
    fn from(CartLine { sku, quantity }: CartLine) -> Self {
        Self { sku, quantity }
    }
}

impl From<LineJson> for CartLine {
    fn from(LineJson { sku, quantity }: LineJson) -> Self {
        Self { sku, quantity }
    }
}
