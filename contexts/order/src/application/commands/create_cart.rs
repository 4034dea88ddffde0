//! Somebody takes an empty cart.

use std::sync::Arc;

use shared_kernel::{Clock, CustomerId, Ids, StoreError};

use crate::application::{CartPricing, CartView};
use crate::domain::{Cart, CartId};
use crate::ports::CartStore;

/// Who takes it; nobody known for a guest, whose cart is open to anyone who knows its id.
#[derive(Debug, Clone)]
pub struct CreateCartCommand {
    pub by: Option<CustomerId>,
}

/// Gives out empty carts.
#[derive(Clone)]
pub struct CreateCart {
    carts: Arc<dyn CartStore>,
    pricing: CartPricing,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl CreateCart {
    /// Puts the use case together.
    pub fn new(carts: Arc<dyn CartStore>, pricing: CartPricing, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { carts, pricing, clock, ids }
    }

    /// Keeps a new cart and shows it.
    pub async fn execute(&self, command: CreateCartCommand) -> Result<CartView, StoreError> {
        let cart = Cart::new(CartId::from_secret(self.ids.secret()), command.by);
        let cart = self.carts.save(cart, self.clock.now()).await?;
        self.pricing.view(&cart).await
    }
}
