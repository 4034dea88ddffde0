//! A customer orders what is in a cart.
//!
//! Prices, tax and delivery come from the local price list; the client may only say what total it expects. The key
//! row commits with the order, so a repeated request finds the order instead of placing another. Stock and payment
//! follow as events; [`crate::application::WaitUntilPayable`] waits for them.

use std::sync::Arc;
use std::time::Duration;

use shared_kernel::{Address, Clock, Identity, Ids, Money, OrderId, Sku, StoreError};

use crate::application::request_key::request_key;
use crate::application::{CartPricing, CartView, cart_changes};
use crate::domain::pricing::Priced;
use crate::domain::{Buyer, Cart, CartId, NewOrder, NotChargeable, Order};
use crate::ports::{CartStore, OrderPlacement, PlaceDecide, PlaceOutcome, PlaceRequest, Placement, RequestKey};

/// What they ask for.
#[derive(Debug, Clone)]
pub struct PlaceOrderCommand {
    /// Who.
    pub by: Identity,
    /// The cart. A guest's cart becomes their.
    pub cart: CartId,
    /// Where a parcel would go; needed if anything is physical, else not kept.
    pub delivery_address: Option<Address>,
    /// Where the receipt goes, if not to their own address.
    pub email: Option<String>,
    /// What they were shown, delivery included.
    pub expected_total: Option<Money>,
    /// The `Idempotency-Key` of the request.
    pub key: String,
}

/// An order, and how this request relates to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlacedOrder {
    /// Placed by this request.
    New(Order),
    /// The cart's open order, which is just what was asked for.
    Open(Order),
    /// Placed by an earlier request with the same key.
    Repeat(Order),
}

impl PlacedOrder {
    pub const fn order(&self) -> &Order {
        match self {
            Self::New(order) | Self::Open(order) | Self::Repeat(order) => order,
        }
    }
}

/// Why it was not placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderError {
    /// They have not shown yet that their e-mail address is theirs.
    #[error("the e-mail address is not verified")]
    EmailNotVerified,
    /// There is none of that id, or it is somebody else's.
    #[error("there is no such cart")]
    NoSuchCart,
    /// Nothing is in it.
    #[error("the cart is empty")]
    EmptyCart,
    /// Some of it is not sold any more.
    #[error("some things in the cart are not for sale any more")]
    NotForSale(Vec<Sku>),
    /// A card cannot pay what it costs.
    #[error("the order cannot be paid by card: {0}")]
    NotChargeable(NotChargeable),
    /// Each of them holds goods that nobody else can buy.
    #[error("too many orders wait to be paid; please pay one of them first, or let it run out")]
    TooManyOpen,
    /// Nobody else could buy what they hold.
    #[error("too many pieces would wait to be paid; please pay an order first, or order less at a time")]
    TooManyPieces,
    /// Something needs a parcel and nobody said where to.
    #[error("a delivery address is needed")]
    AddressRequired,
    /// It costs something else than they expect; here is what it costs now.
    #[error("the total has changed")]
    PriceChanged(Box<CartView>),
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone)]
pub struct PlaceOrder {
    carts: Arc<dyn CartStore>,
    placement: Arc<dyn OrderPlacement>,
    pricing: CartPricing,
    policy: CheckoutPolicy,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

/// What holds for orders that are not paid yet.
#[derive(Debug, Clone, Copy)]
pub struct CheckoutPolicy {
    /// How long one may be paid.
    pub payment_window: Duration,
    /// How many one customer may have at a time.
    pub open_at_most: u32,
    /// How many pieces these may hold.
    pub pieces_at_most: u32,
}

impl PlaceOrder {
    /// Puts the use case together.
    pub fn new(
        carts: Arc<dyn CartStore>,
        placement: Arc<dyn OrderPlacement>,
        pricing: CartPricing,
        policy: CheckoutPolicy,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Self {
        Self { carts, placement, pricing, policy, clock, ids }
    }

    /// Places the order, or finds the one that this request means.
    pub async fn execute(&self, command: PlaceOrderCommand) -> Result<PlacedOrder, PlaceOrderError> {
        if !command.by.verified {
            return Err(PlaceOrderError::EmailNotVerified);
        }
        let key = key_of(&command)?;
        if let Some(known) = self.placement.find_outcome(&key).await? {
            return into_result(known);
        }
        let cart = self.load_cart(&command).await?;
        let priced = self.priced(&cart, &command).await?;
        let new = self.new_order(&cart, priced, command)?;
        let pieces = new.priced.lines.iter().map(|line| line.quantity).sum();
        let decide: PlaceDecide = Arc::new(move |open, number| decide(open, &new, number));
        let CheckoutPolicy { open_at_most, pieces_at_most, .. } = self.policy;
        let request = PlaceRequest { cart: cart.id(), key, open_at_most, pieces, pieces_at_most, decide };
        into_result(self.placement.place(request).await?)
    }

    async fn load_cart(&self, command: &PlaceOrderCommand) -> Result<Cart, PlaceOrderError> {
        let (carts, clock) = (self.carts.as_ref(), self.clock.as_ref());
        let claimed = cart_changes::claim(carts, clock, command.cart, command.by.customer).await?;
        claimed.ok_or(PlaceOrderError::NoSuchCart)
    }

    async fn priced(&self, cart: &Cart, command: &PlaceOrderCommand) -> Result<Priced, PlaceOrderError> {
        if cart.lines().is_empty() {
            return Err(PlaceOrderError::EmptyCart);
        }
        let priced = self.pricing.for_order(cart).await?;
        if priced.lines.len() < cart.lines().len() {
            let sold = |sku: &Sku| priced.lines.iter().any(|line| line.sku == *sku);
            let missing = cart.lines().iter().map(|line| line.sku.clone()).filter(|sku| !sold(sku));
            return Err(PlaceOrderError::NotForSale(missing.collect()));
        }
        if command.expected_total.is_some_and(|expected| expected != priced.totals.gross) {
            return Err(PlaceOrderError::PriceChanged(Box::new(self.pricing.view(cart).await?)));
        }
        self.pricing.check_chargeable(&priced).map_err(PlaceOrderError::NotChargeable)?;
        Ok(priced)
    }

    fn new_order(&self, cart: &Cart, priced: Priced, command: PlaceOrderCommand) -> Result<NewOrder, PlaceOrderError> {
        let parcel = priced.shipping.is_some();
        if parcel && command.delivery_address.is_none() {
            return Err(PlaceOrderError::AddressRequired);
        }
        let now = self.clock.now();
        let buyer = Buyer {
            customer: Some(command.by.customer),
            reference: None,
            email: Some(command.email.unwrap_or(command.by.email)),
            name: Some(command.by.first_name),
        };
        Ok(NewOrder {
            id: OrderId::new(self.ids.uuid()),
            cart: cart.id(),
            buyer,
            priced,
            address: command.delivery_address.filter(|_| parcel),
            placed_at: now,
            expires_at: now.plus(self.policy.payment_window),
        })
    }
}

fn decide(open: Option<Order>, new: &NewOrder, number: crate::domain::OrderNumber) -> Placement {
    match open {
        Some(open) if open.is_same_as(new) => Placement::Keep(Box::new(open)),
        Some(open) => {
            let placed = Box::new(Order::place(new.clone(), number, Some(open.id())));
            let superseded = Box::new(open.superseded(new.id, new.placed_at));
            Placement::New { placed, superseded: Some(superseded) }
        }
        None => {
            let placed = Box::new(Order::place(new.clone(), number, None));
            Placement::New { placed, superseded: None }
        }
    }
}

fn key_of(command: &PlaceOrderCommand) -> Result<RequestKey, StoreError> {
    let asked = (command.cart.to_string(), &command.delivery_address, &command.email, &command.expected_total);
    request_key(command.by.customer, &command.key, "place-order", &asked)
}

fn into_result(outcome: PlaceOutcome) -> Result<PlacedOrder, PlaceOrderError> {
    match outcome {
        PlaceOutcome::Placed(order) => Ok(PlacedOrder::New(order)),
        PlaceOutcome::Open(order) => Ok(PlacedOrder::Open(order)),
        PlaceOutcome::Repeat(order) => Ok(PlacedOrder::Repeat(order)),
        PlaceOutcome::KeyReused => Err(PlaceOrderError::KeyReused),
        PlaceOutcome::TooManyOpen => Err(PlaceOrderError::TooManyOpen),
        PlaceOutcome::TooManyPieces => Err(PlaceOrderError::TooManyPieces),
    }
}
