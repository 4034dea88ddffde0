//! The cart: which things, and how many of each. It knows no prices; those are looked up when it is shown or ordered.

use std::fmt;

use shared_kernel::{CustomerId, Quantity, Sku};

/// Names a cart by 128 random bits; anyone who knows a guest's cart may use it. Written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CartId([u8; 16]);

impl CartId {
    /// Takes the first sixteen of thirty-two secret bytes.
    pub fn from_secret(secret: [u8; 32]) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&secret[..16]);
        Self(id)
    }

    /// Reads 32 hexadecimal digits; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !plain {
            return None;
        }
        u128::from_str_radix(text, 16).ok().map(|bits| Self(bits.to_be_bytes()))
    }
}

impl fmt::Display for CartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// Shortened, because the whole id is a capability that no log should hold.
impl fmt::Debug for CartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CartId({:02x}{:02x}..)", self.0[0], self.0[1])
    }
}

/// So many of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartLine {
    /// Which.
    pub sku: Sku,
    /// How many, 1 to 99.
    pub quantity: Quantity,
}

/// What a buyer does to one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineChange {
    /// The line shall hold exactly so many; zero takes it away.
    Set(Quantity),
    /// So many more than now.
    Add(Quantity),
}

/// A cart. At most [`Cart::MAX_LINES`] lines, each of 1 to 99, each SKU once, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cart {
    id: CartId,
    owner: Option<CustomerId>,
    lines: Vec<CartLine>,
    version: i64,
}

impl Cart {
    /// The most lines a cart may hold.
    pub const MAX_LINES: usize = 100;

    /// An empty cart, a guest's if nobody owns it.
    pub const fn new(id: CartId, owner: Option<CustomerId>) -> Self {
        Self { id, owner, lines: Vec::new(), version: 0 }
    }

    /// A cart as it was kept. `version` counts its changes.
    pub const fn restore(id: CartId, owner: Option<CustomerId>, lines: Vec<CartLine>, version: i64) -> Self {
        Self { id, owner, lines, version }
    }

    /// Its name and, for a guest's cart, its key.
    pub const fn id(&self) -> CartId {
        self.id
    }
    /// Whose it is; nobody's while a guest fills it.
    pub const fn owner(&self) -> Option<CustomerId> {
        self.owner
    }
    /// What is in it.
    pub fn lines(&self) -> &[CartLine] {
        &self.lines
    }
    /// How often it has changed, as last read from the store.
    pub const fn version(&self) -> i64 {
        self.version
    }

    /// Whether `visitor` may see and change it: a guest's cart is open to anyone who knows its id.
    pub fn is_open_to(&self, visitor: Option<CustomerId>) -> bool {
        self.owner.is_none() || self.owner == visitor
    }

    /// Makes a guest's cart the customer's own. Claiming their own again changes nothing.
    pub fn claimed_by(self, customer: CustomerId) -> Self {
        Self { owner: self.owner.or(Some(customer)), ..self }
    }

    /// Changes how many of one thing it holds.
    ///
    /// # Errors
    /// [`CartRefused`] when a line would pass 99 or the cart 100 lines.
    pub fn with_line(mut self, sku: &Sku, change: LineChange) -> Result<Self, CartRefused> {
        let held = self.lines.iter().position(|line| line.sku == *sku);
        let now = held.map_or(0, |index| i64::from(self.lines[index].quantity.get()));
        let wanted = match change {
            LineChange::Set(quantity) => quantity,
            LineChange::Add(more) => {
                Quantity::new(now + i64::from(more.get())).map_err(|_| CartRefused::TooMany(sku.clone()))?
            }
        };
        match held {
            Some(index) if wanted.is_zero() => drop(self.lines.remove(index)),
            Some(index) => self.lines[index].quantity = wanted,
            None if wanted.is_zero() => {}
            None if self.lines.len() >= Self::MAX_LINES => return Err(CartRefused::Full),
            None => self.lines.push(CartLine { sku: sku.clone(), quantity: wanted }),
        }
        Ok(self)
    }

    /// What is left when `paid_cart_lines` has been paid for; things added since stay.
    pub fn without(mut self, bought: &[(Sku, u32)]) -> Self {
        for (sku, count) in bought {
            for line in self.lines.iter_mut().filter(|line| line.sku == *sku) {
                let rest = i64::from(line.quantity.get()) - i64::from(*count);
                line.quantity = Quantity::new(rest.max(0)).unwrap_or(line.quantity);
            }
        }
        self.lines.retain(|line| !line.quantity.is_zero());
        self
    }
}

/// Why a cart cannot hold that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CartRefused {
    /// Too many different things.
    #[error("a cart holds at most 100 different things")]
    Full,
    /// Too many of one thing.
    #[error("a cart holds at most 99 of {0}")]
    TooMany(Sku),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku(code: &str) -> Sku {
        Sku::parse(code).unwrap()
    }
    fn cart() -> Cart {
        Cart::new(CartId::from_secret([7; 32]), None)
    }
    fn set(count: i64) -> LineChange {
        LineChange::Set(Quantity::new(count).unwrap())
    }
    fn add(count: i64) -> LineChange {
        LineChange::Add(Quantity::new(count).unwrap())
    }

    #[test]
    fn a_cart_id_survives_being_written_and_is_never_logged_whole() {
        let id = CartId::from_secret([0x0a; 32]);
        assert_eq!(id.to_string(), "0a".repeat(16));
        assert_eq!(CartId::parse(&id.to_string()), Some(id));
        assert_eq!(format!("{id:?}"), "CartId(0a0a..)");
        for wrong in ["", "0A", &"0A".repeat(16), &"0".repeat(33), &"g".repeat(32), "+0000000000000000000000000000001"]
        {
            assert_eq!(CartId::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn adding_goes_up_by_one_and_zero_takes_the_line_away() {
        let cart = cart().with_line(&sku("A"), add(1)).unwrap().with_line(&sku("A"), add(1)).unwrap();
        assert_eq!(cart.lines()[0].quantity.get(), 2);
        assert!(cart.with_line(&sku("A"), set(0)).unwrap().lines().is_empty());
    }

    #[test]
    fn a_line_stops_at_ninety_nine_and_the_cart_at_a_hundred_lines() {
        let full = cart().with_line(&sku("A"), set(99)).unwrap();
        assert_eq!(full.with_line(&sku("A"), add(1)), Err(CartRefused::TooMany(sku("A"))));
        let mut wide = cart();
        for index in 0..100 {
            wide = wide.with_line(&sku(&format!("S{index}")), set(1)).unwrap();
        }
        assert_eq!(wide.clone().with_line(&sku("one more"), set(1)), Err(CartRefused::Full));
        assert!(wide.with_line(&sku("S0"), set(2)).is_ok());
    }

    #[test]
    fn a_claimed_cart_is_open_to_its_owner_alone() {
        let (mine, other) = (CustomerId::new(uuid::Uuid::from_u128(1)), CustomerId::new(uuid::Uuid::from_u128(2)));
        assert!(cart().is_open_to(None));
        let claimed = cart().claimed_by(mine);
        assert!(claimed.is_open_to(Some(mine)));
        assert!(!claimed.is_open_to(Some(other)) && !claimed.is_open_to(None));
        assert_eq!(claimed.claimed_by(other).owner(), Some(mine));
    }

    #[test]
    fn what_was_bought_leaves_and_what_was_added_since_stays() {
        let cart = cart().with_line(&sku("A"), set(3)).unwrap().with_line(&sku("B"), set(1)).unwrap();
        let left = cart.without(&[(sku("A"), 2), (sku("B"), 5), (sku("C"), 1)]);
        assert_eq!(left.lines(), [CartLine { sku: sku("A"), quantity: Quantity::new(1).unwrap() }]);
    }
}
