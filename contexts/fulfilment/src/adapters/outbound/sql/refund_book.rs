//! Refunds of orders, as far as packers have to know.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chassis::messaging::{Record, Recorder};
use chassis::params;
use chassis::sql::{Database, Tx};
use shared_kernel::{Cause, OrderId, StoreError};

use crate::domain::Refunded;
use crate::ports::{MoneyFact, RefundBook};

const REFUNDED: &str = "INSERT INTO order_refund (order_id, refund_id, amount_minor, failed) VALUES ($1, $2, $3, 0)
    ON CONFLICT (order_id, refund_id) DO NOTHING";
const FAILED: &str = "INSERT INTO order_refund (order_id, refund_id, amount_minor, failed) VALUES ($1, $2, 0, 1)
    ON CONFLICT (order_id, refund_id) DO UPDATE SET failed = 1";
const OF: &str = "SELECT CAST(COALESCE(SUM(r.amount_minor), 0) AS BIGINT) AS refunded,
    (SELECT s.gross_minor FROM shipping_order s WHERE s.order_id = $1) AS paid
    FROM order_refund r WHERE r.order_id = $1 AND r.failed = 0";

/// [`RefundBook`] over the context's database.
#[derive(Clone)]
pub struct SqlRefundBook {
    database: Database,
    recorder: Recorder,
}

impl SqlRefundBook {
    /// Keeps them in `database`.
    pub fn new(database: Database, recorder: Recorder) -> Self {
        Self { database, recorder }
    }
}

#[async_trait]
impl RefundBook for SqlRefundBook {
    async fn note(&self, order: OrderId, fact: MoneyFact, cause: Cause) -> Result<(), StoreError> {
        let recorder = self.recorder.clone();
        self.database
            .write(move |tx| {
                let (fact, cause, recorder) = (fact.clone(), cause.clone(), recorder.clone());
                Box::pin(async move {
                    recorder.record(tx, Record { cause: Some(&cause), ..Record::default() }).await?;
                    note(tx, order, fact).await
                })
            })
            .await
    }

    async fn of(&self, orders: Vec<OrderId>) -> Result<BTreeMap<OrderId, Refunded>, StoreError> {
        self.database
            .read(move |tx| {
                let orders = orders.clone();
                Box::pin(async move {
                    let mut found = BTreeMap::new();
                    for order in orders {
                        let row = tx.fetch_optional(OF, params![order]).await?;
                        let money = row.map(|row| Ok::<_, StoreError>((row.get("paid")?, row.get("refunded")?)));
                        let refunded = money.transpose()?.and_then(|(paid, refunded)| Refunded::of(paid, refunded));
                        found.extend(refunded.map(|refunded| (order, refunded)));
                    }
                    Ok(found)
                })
            })
            .await
    }
}

async fn note(tx: &mut Tx, order: OrderId, fact: MoneyFact) -> Result<(), StoreError> {
    match fact {
        MoneyFact::Refunded(refund, amount) => tx.execute(REFUNDED, params![order, refund, amount]).await,
        MoneyFact::RefundFailed(refund) => tx.execute(FAILED, params![order, refund]).await,
    }
    .map(drop)
}
