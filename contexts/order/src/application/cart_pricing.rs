//! What a cart costs today, by the local price list.

use std::collections::HashMap;
use std::sync::Arc;

use shared_kernel::{Currency, CustomerId, Money, MoneyError, Quantity, Sku, StoreError, TaxRate};

use crate::domain::pricing::{LineToPrice, Priced, price};
use crate::domain::{Cart, CartId, ChargeLimits, Kind, Listing, NotChargeable, PricedItem, Totals};
use crate::ports::{OrderPlacement, PriceList};

/// What the shop charges beside the goods, and how.
#[derive(Debug, Clone, Copy)]
pub struct PricingConfig {
    /// The currency of every price.
    pub currency: Currency,
    /// The tax contained in every price.
    pub tax: TaxRate,
    /// The flat gross price of a parcel.
    pub delivery: Money,
    /// What a card can pay at once.
    pub limits: ChargeLimits,
}

/// A cart as its buyer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartView {
    /// Its name.
    pub id: CartId,
    /// Whose it is; nobody's while a guest fills it.
    pub owner: Option<CustomerId>,
    /// Its lines, in the order in which they came.
    pub lines: Vec<CartViewLine>,
    /// The goods alone: `shipping` is zero.
    pub totals: Totals,
    /// What an order would come to, delivery included: `expected_total` is its gross.
    pub order_totals: Totals,
    /// Whether something needs a parcel, and so an address.
    pub needs_address: bool,
    /// Why a card cannot pay what an order would come to. Nothing is said of a cart with nothing to buy in it.
    pub not_chargeable: Option<NotChargeable>,
}

/// Why a cart cannot be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOrderable {
    #[error("the cart is empty")]
    Empty,
    #[error("something in the cart is not sold any more")]
    NotForSale,
    #[error("there is not enough of something in the cart")]
    NotEnough,
    #[error(transparent)]
    NotChargeable(#[from] NotChargeable),
}

/// A line of a cart as its buyer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartViewLine {
    /// Which thing.
    pub sku: Sku,
    /// What it is called.
    pub title: String,
    /// Parcel or e-mail.
    pub kind: Kind,
    /// How many.
    pub quantity: Quantity,
    /// With tax, for one.
    pub unit_price: Money,
    /// With tax, for all of them; zero if it cannot be bought any more.
    pub line_total: Money,
    /// Whether it is still offered. A line that is not stays visible, costs nothing, and cannot be ordered.
    pub for_sale: bool,
    /// How many the buyer can have, as far as is known here: what is left, and what an open order of this cart holds.
    /// `None` if nobody said. Reserving decides.
    pub available: Option<i64>,
    /// Where to look at the product. Its page is gone when it is not for sale.
    pub listing: Listing,
}

impl CartViewLine {
    /// Whether there seems to be enough of it; `None` if nobody said.
    pub fn in_stock(&self) -> Option<bool> {
        self.available.map(|available| available >= i64::from(self.quantity.get()))
    }

    /// Whether the line keeps the cart from being ordered.
    pub fn is_in_the_way(&self) -> bool {
        !self.for_sale || self.in_stock() == Some(false)
    }
}

impl CartView {
    /// How many things are in it.
    pub fn count(&self) -> u32 {
        self.lines.iter().map(|line| u32::from(line.quantity.get())).sum()
    }

    /// Whether it holds something, and all of it can be ordered as far as is known here.
    pub fn can_be_ordered(&self) -> bool {
        !self.lines.is_empty() && !self.lines.iter().any(CartViewLine::is_in_the_way)
    }

    /// Why it cannot be checked out, as far as is known here.
    pub fn check_out(&self) -> Result<(), NotOrderable> {
        if self.lines.iter().any(|line| !line.for_sale) {
            return Err(NotOrderable::NotForSale);
        }
        if let Some(why) = self.not_chargeable {
            return Err(NotOrderable::NotChargeable(why));
        }
        if self.lines.is_empty() {
            return Err(NotOrderable::Empty);
        }
        if self.can_be_ordered() { Ok(()) } else { Err(NotOrderable::NotEnough) }
    }
}

/// Looks prices up and works carts out.
#[derive(Clone)]
pub struct CartPricing {
    prices: Arc<dyn PriceList>,
    placement: Arc<dyn OrderPlacement>,
    config: PricingConfig,
}

impl CartPricing {
    /// Works by this price list and configuration.
    pub fn new(prices: Arc<dyn PriceList>, placement: Arc<dyn OrderPlacement>, config: PricingConfig) -> Self {
        Self { prices, placement, config }
    }

    /// Whether the thing may be put into a cart.
    pub async fn sells(&self, sku: &Sku) -> Result<bool, StoreError> {
        let found = self.prices.find(vec![sku.clone()]).await?;
        Ok(found.iter().any(|item| self.is_for_sale(item)))
    }

    /// The cart with today's prices.
    ///
    /// # Errors
    /// The store's; an amount past 64 bits counts as a corrupt price list.
    pub async fn view(&self, cart: &Cart) -> Result<CartView, StoreError> {
        let items = self.items(cart).await?;
        let goods = self.priced(cart, &items, None).map_err(|error| too_large(cart, &error))?;
        let whole = self.priced(cart, &items, Some(self.config.delivery)).map_err(|error| too_large(cart, &error))?;
        let mut priced = goods.lines.iter();
        let zero = Money::zero(self.config.currency);
        let lines = cart.lines().iter().filter_map(|line| {
            let item = items.get(&line.sku)?;
            let for_sale = self.is_for_sale(item);
            let line_total = if for_sale { priced.next().map_or(zero, |line| line.gross) } else { zero };
            Some(CartViewLine {
                sku: line.sku.clone(),
                title: item.title.clone(),
                kind: item.kind,
                quantity: line.quantity,
                unit_price: item.unit_gross,
                line_total,
                for_sale,
                available: item.available,
                listing: item.listing.clone(),
            })
        });
        let mut lines: Vec<CartViewLine> = lines.collect();
        self.add_own(cart, &mut lines).await?;
        let needs_address = lines.iter().any(|line| line.for_sale && line.kind == Kind::Physical);
        let (id, owner) = (cart.id(), cart.owner());
        let buys = lines.iter().any(|line| line.for_sale);
        let not_chargeable = self.check_chargeable(&whole).err().filter(|_| buys);
        let (totals, order_totals) = (goods.totals, whole.totals);
        Ok(CartView { id, owner, lines, totals, order_totals, needs_address, not_chargeable })
    }

    /// Everything in the cart, priced for an order: with delivery.
    ///
    /// # Errors
    /// The store's; an amount past 64 bits counts as a corrupt price list.
    pub async fn for_order(&self, cart: &Cart) -> Result<Priced, StoreError> {
        let items = self.items(cart).await?;
        self.priced(cart, &items, Some(self.config.delivery)).map_err(|error| too_large(cart, &error))
    }

    /// Whether a card can pay it at once.
    ///
    /// # Errors
    /// [`NotChargeable`] with the limit that it breaks.
    pub fn check_chargeable(&self, priced: &Priced) -> Result<(), NotChargeable> {
        self.config.limits.check(priced.totals.gross)
    }

    /// What an open order of this cart holds is there for this buyer: the next order takes its place.
    async fn add_own(&self, cart: &Cart, lines: &mut [CartViewLine]) -> Result<(), StoreError> {
        if lines.iter().all(|line| line.in_stock() != Some(false)) {
            return Ok(());
        }
        let Some(order) = self.placement.open_order(cart.id()).await? else { return Ok(()) };
        for line in lines {
            let held = order.lines().iter().filter(|held| held.sku == line.sku).map(|held| i64::from(held.quantity));
            line.available = line.available.map(|available| available + held.sum::<i64>());
        }
        Ok(())
    }

    fn is_for_sale(&self, item: &PricedItem) -> bool {
        item.sellable && item.unit_gross.currency() == self.config.currency
    }

    async fn items(&self, cart: &Cart) -> Result<HashMap<Sku, PricedItem>, StoreError> {
        if cart.lines().is_empty() {
            return Ok(HashMap::new());
        }
        let skus = cart.lines().iter().map(|line| line.sku.clone()).collect();
        Ok(self.prices.find(skus).await?.into_iter().map(|item| (item.sku.clone(), item)).collect())
    }

    fn priced(
        &self,
        cart: &Cart,
        items: &HashMap<Sku, PricedItem>,
        delivery: Option<Money>,
    ) -> Result<Priced, MoneyError> {
        let wanted = cart.lines().iter().filter_map(|line| {
            let item = items.get(&line.sku).filter(|item| self.is_for_sale(item))?;
            let (title, quantity) = (item.title.clone(), u32::from(line.quantity.get()));
            Some(LineToPrice { sku: line.sku.clone(), title, kind: item.kind, quantity, unit_gross: item.unit_gross })
        });
        price(wanted.collect(), delivery, self.config.tax, Money::zero(self.config.currency))
    }
}

fn too_large(cart: &Cart, error: &MoneyError) -> StoreError {
    StoreError::Corrupt { table: "price_list", row: format!("{:?}", cart.id()), problem: error.to_string() }
}
