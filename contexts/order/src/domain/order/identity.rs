//! Names: of orders among people, of intents at the provider, of refunds, and of who buys.

use std::fmt;

use shared_kernel::{CustomerId, OrderId};
use uuid::Uuid;

/// The number by which people speak of an order, such as `BS-100001`. Unique; rising for orders placed here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderNumber(String);

impl OrderNumber {
    /// The number of the `sequence`-th order of a shop with this prefix.
    pub fn sequential(prefix: &str, sequence: i64) -> Self {
        Self(format!("{prefix}{sequence}"))
    }

    /// A number as another shop gave it: 1 to 64 printable characters without outer white space.
    pub fn parse(text: &str) -> Option<Self> {
        let clean = text == text.trim() && !text.chars().any(char::is_control);
        (clean && (1..=64).contains(&text.chars().count())).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The provider's name of one attempt to collect money.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IntentId(String);

impl IntentId {
    /// Takes the provider's text as it is.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

shared_kernel::uuid_id!(
    /// Names a refund; also the idempotency key under which the provider is asked for it.
    RefundId
);

impl RefundId {
    /// The one automatic refund that money of this intent can ever get. Made from its names, so that asking twice
    /// names the same refund.
    pub fn of_intent(order: OrderId, intent: &IntentId) -> Self {
        Self::new(Uuid::new_v5(&order.uuid(), intent.as_str().as_bytes()))
    }

    /// A refund that was started at the provider.
    pub fn of_provider(order: OrderId, provider_id: &str) -> Self {
        Self::new(Uuid::new_v5(&order.uuid(), format!("provider:{provider_id}").as_bytes()))
    }
}

/// Who buys. Orders placed here name the customer and their e-mail; imported ones what the old shop knew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Buyer {
    /// The customer's account here.
    pub customer: Option<CustomerId>,
    /// What the old shop called them, if that is no account of ours.
    pub reference: Option<String>,
    /// Where the receipt goes.
    pub email: Option<String>,
    /// What to call them.
    pub name: Option<String>,
}

/// Where an order came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Placed in this shop.
    Shop,
    /// Brought from another shop, as history: it moves no stock, no money and no mail.
    Import,
}

impl Origin {
    pub const ALL: [Self; 2] = [Self::Shop, Self::Import];

    /// The stable name, in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Import => "import",
        }
    }
}
