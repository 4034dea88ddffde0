//! Timer: forgets carts that nobody has touched for a month.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Clock, StoreError};

use crate::ports::CartStore;

/// How long an untouched cart, and a request key, is kept.
const RETENTION: Duration = Duration::from_hours(30 * 24);

#[derive(Clone)]
pub struct ForgetCarts {
    carts: Arc<dyn CartStore>,
    clock: Arc<dyn Clock>,
}

impl ForgetCarts {
    /// Puts the use case together.
    pub fn new(carts: Arc<dyn CartStore>, clock: Arc<dyn Clock>) -> Self {
        Self { carts, clock }
    }

    /// Forgets old carts; says how many.
    pub async fn execute(&self) -> Result<u64, StoreError> {
        self.carts.forget_untouched_since(self.clock.now().minus(RETENTION)).await
    }
}
