//! Sums over spans of time, from the facts.
//!
//! What counts here must be what [`crate::domain::OrderHistory::contributions`] says; the contract test compares both.

use async_trait::async_trait;
use chassis::params;
use serde_json::json;
use shared_kernel::{Currency, StoreError};

use super::queries::books;
use super::{SqlBooks, dialect, rows};
use crate::domain::{Moments, MonthAmounts, Report, Scope};
use crate::ports::SalesOverTime;

#[async_trait]
impl SalesOverTime for SqlBooks {
    async fn over(&self, of: Currency, spans: &[Moments], scope: Scope) -> Result<Report<MonthAmounts>, StoreError> {
        let ends: Vec<_> = spans.iter().map(|span| [span.start.micros(), span.stop.micros()]).collect();
        let (ends, count) = (json!(ends).to_string(), spans.len());
        self.database
            .read_long(move |tx| {
                let values = params![&ends, of, scope.name()];
                Box::pin(async move {
                    let books = books(tx).await?;
                    let mut sums = vec![MonthAmounts::default(); count];
                    for sql in [dialect::sales_over(tx.dialect()), dialect::refunds_over(tx.dialect())] {
                        for row in tx.fetch(sql, values.clone()).await? {
                            let place = usize::try_from(row.get::<i64>("place")?).ok();
                            if let Some(sum) = place.and_then(|place| sums.get_mut(place)) {
                                *sum = sum.plus(rows::month_amounts(&row)?);
                            }
                        }
                    }
                    Ok(Report { books, rows: sums })
                })
            })
            .await
    }
}
