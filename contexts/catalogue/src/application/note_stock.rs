//! Notes what fulfilment says about stock, so that pages can say "in stock" without asking.

use std::sync::Arc;

use shared_kernel::{Cause, StoreError};

use crate::domain::StockLevel;
use crate::ports::StockLevels;

/// Notes stock levels.
#[derive(Clone)]
pub struct NoteStock {
    levels: Arc<dyn StockLevels>,
}

impl NoteStock {
    /// Notes them there.
    pub fn new(levels: Arc<dyn StockLevels>) -> Self {
        Self { levels }
    }

    /// Notes one level, once for each cause.
    ///
    /// # Errors
    /// [`StoreError::AlreadyHandled`] if the cause was seen before.
    pub async fn execute(&self, level: StockLevel, cause: &Cause) -> Result<(), StoreError> {
        self.levels.note(level, cause).await
    }
}
