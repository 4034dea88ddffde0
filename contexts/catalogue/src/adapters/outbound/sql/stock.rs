//! The local copy of stock levels.

use async_trait::async_trait;
use chassis::messaging::{Rebuild, Record};
use chassis::params;
use chassis::sql::{Row, Tx};
use shared_kernel::{Cause, StoreError};

use super::SqlCatalogue;
use crate::domain::{LOW_STOCK, StockLevel};
use crate::ports::StockLevels;

const OLD: &str = "SELECT available FROM stock_level WHERE sku = $1";
const NOTE: &str = "INSERT INTO stock_level (sku, on_hand, available, sequence) VALUES ($1, $2, $3, $4)
    ON CONFLICT (sku) DO UPDATE SET on_hand = excluded.on_hand, available = excluded.available,
    sequence = excluded.sequence WHERE stock_level.sequence < excluded.sequence";
const ALL: &str = "SELECT sku, on_hand, available, sequence FROM stock_level ORDER BY sku";
const FORGET: &str = "DELETE FROM stock_level";

#[async_trait]
impl StockLevels for SqlCatalogue {
    async fn note(&self, level: StockLevel, cause: &Cause) -> Result<(), StoreError> {
        let (recorder, cause) = (self.recorder.clone(), cause.clone());
        let write = self.database.write(move |tx| {
            let (recorder, cause, level) = (recorder.clone(), cause.clone(), level.clone());
            Box::pin(async move {
                recorder.record(tx, Record { cause: Some(&cause), ..Record::default() }).await?;
                let old = tx.fetch_for_update(OLD, params![&level.sku]).await?;
                let old = old.first().map(|row| row.get::<i64>("available")).transpose()?;
                let sequence = i64::try_from(level.sequence).unwrap_or(i64::MAX);
                let params = params![&level.sku, level.on_hand, level.available, sequence];
                let news = tx.execute(NOTE, params).await? > 0;
                Ok(news && old.is_none_or(|old| shoppers_see(old) != shoppers_see(level.available)))
            })
        });
        // Pages show a number only when few are left: most levels change nothing on them.
        if write.await? {
            self.cache_version.stock_changed();
        }
        Ok(())
    }

    async fn all(&self) -> Result<Vec<StockLevel>, StoreError> {
        let read = self.database.read_long(|tx| {
            Box::pin(async move { tx.fetch(ALL, params![]).await?.iter().map(level_of).collect::<Result<Vec<_>, _>>() })
        });
        read.await
    }
}

fn level_of(row: &Row) -> Result<StockLevel, StoreError> {
    Ok(StockLevel {
        sku: row.get("sku")?,
        on_hand: row.get("on_hand")?,
        available: row.get("available")?,
        sequence: row.get("sequence")?,
    })
}

#[async_trait]
impl Rebuild for SqlCatalogue {
    async fn reset(&self, tx: &mut Tx) -> Result<(), StoreError> {
        tx.execute(FORGET, params![]).await.map(|_| ())
    }
}

/// Numbers that look the same to shoppers are the same here.
fn shoppers_see(available: i64) -> i64 {
    available.clamp(0, LOW_STOCK + 1)
}
