//! A buyer changes how many of one thing a cart holds.

use std::sync::Arc;

use shared_kernel::{Clock, CustomerId, IsConflict, Sku, StoreError, retry_on_conflict};

use crate::application::cart_changes::MAX_ATTEMPTS;
use crate::application::{CartPricing, CartView};
use crate::domain::{Cart, CartId, CartRefused, LineChange};
use crate::ports::CartStore;

/// What they do.
#[derive(Debug, Clone)]
pub struct SetCartItemCommand {
    pub cart: CartId,
    /// Who.
    pub by: Option<CustomerId>,
    /// Which thing.
    pub sku: Sku,
    /// How many: exactly, or more than now. Exactly zero takes the line away, even of a thing that is sold no more.
    pub change: LineChange,
}

/// Why they cannot.
#[derive(Debug, thiserror::Error)]
pub enum SetCartItemError {
    /// There is none of that id, or it is somebody else's.
    #[error("there is no such cart")]
    NoSuchCart,
    /// Nothing of that code is sold.
    #[error("nothing is sold as {0}")]
    UnknownSku(Sku),
    /// The cart or the line is full.
    #[error(transparent)]
    Refused(#[from] CartRefused),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl IsConflict for SetCartItemError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Store(StoreError::Stale))
    }
}

/// Fills carts.
#[derive(Clone)]
pub struct SetCartItem {
    carts: Arc<dyn CartStore>,
    pricing: CartPricing,
    clock: Arc<dyn Clock>,
}

impl SetCartItem {
    /// Puts the use case together.
    pub fn new(carts: Arc<dyn CartStore>, pricing: CartPricing, clock: Arc<dyn Clock>) -> Self {
        Self { carts, pricing, clock }
    }

    /// Changes the line and shows the cart.
    pub async fn execute(&self, command: SetCartItemCommand) -> Result<CartView, SetCartItemError> {
        let cart = retry_on_conflict(MAX_ATTEMPTS, || self.attempt(&command)).await?;
        Ok(self.pricing.view(&cart).await?)
    }

    async fn attempt(&self, command: &SetCartItemCommand) -> Result<Cart, SetCartItemError> {
        let takes_away = matches!(command.change, LineChange::Set(quantity) if quantity.is_zero());
        let found = self.carts.find(command.cart).await?;
        let cart = found.filter(|cart| cart.is_open_to(command.by)).ok_or(SetCartItemError::NoSuchCart)?;
        if !takes_away && !self.pricing.sells(&command.sku).await? {
            return Err(SetCartItemError::UnknownSku(command.sku.clone()));
        }
        let cart = cart.with_line(&command.sku, command.change)?;
        Ok(self.carts.save(cart, self.clock.now()).await?)
    }
}
