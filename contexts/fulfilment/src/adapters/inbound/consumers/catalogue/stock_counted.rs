//! `store.catalogue.stock_counted.v1`: an import brought a count.

use serde::Deserialize;
use shared_kernel::{Envelope, Sku};

use super::Unreadable;
use crate::domain::{Count, ImportedCount};

#[derive(Deserialize)]
struct Counted {
    import_id: String,
    sku: Sku,
    on_hand: i64,
}

pub(super) fn read(envelope: &Envelope) -> Result<ImportedCount, Unreadable> {
    let Counted { import_id: import, sku, on_hand } = envelope.data()?;
    let count = Count::new(on_hand).ok_or_else(|| Unreadable(format!("{on_hand} cannot lie on a shelf")))?;
    Ok(ImportedCount { import, sku, on_hand: count })
}
