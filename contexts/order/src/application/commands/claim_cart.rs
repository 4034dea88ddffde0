//! A customer who has logged in makes their guest's cart their own. From then on nobody else finds it.

use std::sync::Arc;

use shared_kernel::{Clock, CustomerId, StoreError};

use crate::application::{CartPricing, CartView, cart_changes};
use crate::domain::CartId;
use crate::ports::CartStore;

/// Which cart becomes whose.
#[derive(Debug, Clone)]
pub struct ClaimCartCommand {
    pub cart: CartId,
    pub by: CustomerId,
}

/// Why it does not.
#[derive(Debug, thiserror::Error)]
pub enum ClaimCartError {
    /// There is none of that id, or it is somebody else's.
    #[error("there is no such cart")]
    NoSuchCart,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives carts their owner.
#[derive(Clone)]
pub struct ClaimCart {
    carts: Arc<dyn CartStore>,
    pricing: CartPricing,
    clock: Arc<dyn Clock>,
}

impl ClaimCart {
    /// Puts the use case together.
    pub fn new(carts: Arc<dyn CartStore>, pricing: CartPricing, clock: Arc<dyn Clock>) -> Self {
        Self { carts, pricing, clock }
    }

    /// Claims the cart and shows it. Claiming one's own again changes nothing.
    pub async fn execute(&self, command: ClaimCartCommand) -> Result<CartView, ClaimCartError> {
        let claimed = cart_changes::claim(self.carts.as_ref(), self.clock.as_ref(), command.cart, command.by).await?;
        let cart = claimed.ok_or(ClaimCartError::NoSuchCart)?;
        Ok(self.pricing.view(&cart).await?)
    }
}
