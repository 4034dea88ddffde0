//! Customers as a test needs them; what the test does not mention is filled in.

use shared_kernel::address::RawAddress;
use shared_kernel::{Address, CustomerId, Role, Timestamp};
use uuid::Uuid;

use crate::domain::{Customer, CustomerParts, EmailAddress, PasswordHash, PersonName};

/// Makes a customer.
#[derive(Debug, Clone)]
pub struct CustomerBuilder(CustomerParts);

/// Aroha Ngata of Nelson, who signed up at noon and has not verified the address.
pub fn a_customer() -> CustomerBuilder {
    CustomerBuilder(CustomerParts {
        id: CustomerId::new(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00a1)),
        version: 0,
        email: email("aroha@example.org"),
        name: PersonName::parse("Aroha", "Ngata").unwrap_or_else(|error| panic!("{error}")),
        password: PasswordHash::new("plain:correct horse"),
        shipping_address: Some(an_address()),
        verified: false,
        role: Role::Customer,
        registered_at: Timestamp::parse("2026-11-22T12:00:00Z").unwrap_or_else(|error| panic!("{error}")),
    })
}

/// Where Aroha lives.
pub fn an_address() -> Address {
    let raw = RawAddress {
        name: "Aroha Ngata".to_owned(),
        line1: "12 Kauri Lane".to_owned(),
        line2: None,
        city: "Nelson".to_owned(),
        region: None,
        postcode: "7010".to_owned(),
        country: "NZ".to_owned(),
    };
    Address::try_from(raw).unwrap_or_else(|error| panic!("{error}"))
}

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

impl CustomerBuilder {
    /// Another customer, by number; the address is `customer<n>@example.org`.
    pub fn number(mut self, number: u64) -> Self {
        self.0.id = CustomerId::new(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(number)));
        self.0.email = email(&format!("customer{number}@example.org"));
        self
    }

    pub fn email(mut self, address: &str) -> Self {
        self.0.email = email(address);
        self
    }

    /// Called so.
    pub fn named(mut self, first: &str, last: &str) -> Self {
        self.0.name = PersonName::parse(first, last).unwrap_or_else(|error| panic!("{error}"));
        self
    }

    /// Who has followed their link.
    pub fn verified(mut self) -> Self {
        self.0.verified = true;
        self
    }

    /// Who may do this.
    pub fn role(mut self, role: Role) -> Self {
        self.0.role = role;
        self
    }

    /// All of them, before they are registered.
    pub fn parts(self) -> CustomerParts {
        self.0
    }

    /// The same customer, found by id.
    pub fn build(self) -> Customer {
        Customer::restored(self.0)
    }
}
