//! Things that a test needs and does not want to speak of.

use std::time::Duration;

use shared_kernel::address::RawAddress;
use shared_kernel::{Address, Currency, CustomerId, Identity, Money, OrderId, Role, Sku, TaxRate, Timestamp};
use uuid::Uuid;

use crate::domain::pricing::{LineToPrice, price};
use crate::domain::{
    Buyer, CartId, IntentId, IntentReport, IntentStatus, Kind, Listing, NewOrder, OpenedIntent, Order, OrderNumber,
    PricedItem,
};

/// So many cents.
pub fn nzd(minor: i64) -> Money {
    Money::new(minor, Currency::NZD)
}

pub fn sku(code: &str) -> Sku {
    Sku::parse(code).unwrap_or_else(|error| panic!("{code:?}: {error}"))
}

/// A verified customer; `number` tells one from another.
pub fn a_customer(number: u128) -> Identity {
    Identity {
        customer: CustomerId::new(Uuid::from_u128(0xC0 << 120 | number)),
        first_name: "Aroha".to_owned(),
        email: format!("aroha{number}@example.com"),
        verified: true,
        role: Role::Customer,
        must_confirm: false,
        lacks_second_factor: false,
    }
}

/// Somebody of the staff.
pub fn a_staff_member() -> Identity {
    Identity { role: Role::Staff, first_name: "Mere".to_owned(), ..a_customer(9_999) }
}

/// Where parcels go.
pub fn an_address() -> Address {
    let raw = RawAddress {
        name: "Aroha Ngata".to_owned(),
        line1: "12 Kauri Lane".to_owned(),
        city: "Nelson".to_owned(),
        postcode: "7010".to_owned(),
        country: "NZ".to_owned(),
        ..RawAddress::default()
    };
    Address::try_from(raw).unwrap_or_else(|error| panic!("{error}"))
}

/// Something on the price list.
pub fn a_priced(code: &str, kind: Kind, minor: i64) -> PricedItem {
    let title = format!("The {code}");
    let (sku, unit_gross, listing) = (sku(code), nzd(minor), Listing::default());
    PricedItem { sku, title, kind, unit_gross, sellable: true, available: None, listing }
}

/// A new order of two notebooks at 100.00 and delivery at 6.90; `number` makes ids and cart its own.
pub fn a_draft(number: u128) -> NewOrder {
    let placed_at = Timestamp::parse("2026-11-22T12:00:00Z").unwrap_or_else(|error| panic!("{error}"));
    let (title, unit_gross) = ("Kea Notebook 14 / 32 GB".to_owned(), nzd(10_000));
    let wanted = vec![LineToPrice { sku: sku("KEA-14-32"), title, kind: Kind::Physical, quantity: 2, unit_gross }];
    let priced = price(wanted, Some(nzd(690)), TaxRate::from_basis_points(1_500), nzd(0));
    let mut secret = [0; 32];
    secret[..16].copy_from_slice(&number.to_be_bytes());
    let customer = a_customer(1);
    NewOrder {
        id: OrderId::new(Uuid::from_u128(0x0190 << 112 | 7 << 76 | 2 << 62 | number)),
        cart: CartId::from_secret(secret),
        buyer: Buyer {
            customer: Some(customer.customer),
            reference: None,
            email: Some(customer.email),
            name: Some(customer.first_name),
        },
        priced: priced.unwrap_or_else(|error| panic!("{error}")),
        address: Some(an_address()),
        placed_at,
        expires_at: placed_at.plus(Duration::from_mins(30)),
    }
}

/// An order in the making: `an_order(1).paid().build()`.
pub fn an_order(number: u128) -> OrderBuilder {
    let sequence = 100_000 + i64::try_from(number).unwrap_or(0);
    OrderBuilder(Order::place(a_draft(number), OrderNumber::sequential("BS-", sequence), None).order)
}

/// See [`an_order`].
pub struct OrderBuilder(Order);

impl OrderBuilder {
    /// Its goods are held and its intent `pi_<number>` is ready.
    pub fn payable(self) -> Self {
        let (now, intent) = (self.0.placed_at(), self.intent());
        let opened = OpenedIntent { client_secret: Some(format!("{intent}_secret")), intent };
        Self(self.0.stock_reserved(now).order.intent_opened(opened, now).order)
    }

    /// Its total has come.
    pub fn paid(self) -> Self {
        let order = self.payable();
        let (intent, received) = (order.intent(), order.0.totals().gross);
        let report = IntentReport { intent, status: IntentStatus::Succeeded { received } };
        let now = order.0.placed_at().plus(Duration::from_mins(1));
        Self(order.0.intent_reported(report, now).order)
    }

    pub fn build(self) -> Order {
        self.0
    }

    fn intent(&self) -> IntentId {
        IntentId::new(format!("pi_{}", self.0.number()))
    }
}
