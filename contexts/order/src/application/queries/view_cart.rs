//! Somebody looks into a cart.

use std::sync::Arc;

use shared_kernel::{CustomerId, StoreError};

use crate::application::{CartPricing, CartView};
use crate::domain::CartId;
use crate::ports::CartStore;

/// Which cart, and who looks.
#[derive(Debug, Clone)]
pub struct ViewCartQuery {
    pub cart: CartId,
    /// Who looks.
    pub by: Option<CustomerId>,
}

/// Why they cannot see it.
#[derive(Debug, thiserror::Error)]
pub enum ViewCartError {
    /// There is none of that id, or it is somebody else's.
    #[error("there is no such cart")]
    NoSuchCart,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Shows carts.
#[derive(Clone)]
pub struct ViewCart {
    carts: Arc<dyn CartStore>,
    pricing: CartPricing,
}

impl ViewCart {
    /// Puts the use case together.
    pub fn new(carts: Arc<dyn CartStore>, pricing: CartPricing) -> Self {
        Self { carts, pricing }
    }

    /// The cart with today's prices.
    pub async fn execute(&self, query: ViewCartQuery) -> Result<CartView, ViewCartError> {
        let found = self.carts.find(query.cart).await?;
        let cart = found.filter(|cart| cart.is_open_to(query.by)).ok_or(ViewCartError::NoSuchCart)?;
        Ok(self.pricing.view(&cart).await?)
    }
}
