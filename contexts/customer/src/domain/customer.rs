//! The customer: a person with an account, staff and administrators included.
//!
//! Sessions, tokens and keys are no part of them: they come and go by the thousand and have their own rules.

use shared_kernel::{Address, CustomerId, Identity, Role, Timestamp};

use super::email::{EmailAddress, Fingerprint};
use super::event::CustomerEvent;
use super::name::PersonName;
use super::password::PasswordHash;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer(CustomerParts);

/// All that there is to a customer: what it takes to register one, and what a store keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerParts {
    /// Who.
    pub id: CustomerId,
    /// Counts their changes; 0 for one who was never stored.
    pub version: u64,
    /// Their address, by which they log in.
    pub email: EmailAddress,
    pub name: PersonName,
    pub password: PasswordHash,
    /// Where their parcels go.
    pub shipping_address: Option<Address>,
    /// Whether they have shown that the address is theirs.
    pub verified: bool,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub registered_at: Timestamp,
}

impl Customer {
    /// Creates the account of a customer who signs up, or whom an operator creates.
    pub fn register(parts: CustomerParts) -> (Self, Vec<CustomerEvent>) {
        let mut events = vec![CustomerEvent::Registered {
            customer: parts.id,
            email: parts.email.clone(),
            first_name: parts.name.first().to_owned(),
            shipping_address: parts.shipping_address.clone(),
        }];
        if parts.verified {
            events.push(CustomerEvent::Verified(parts.id));
        }
        (Self(CustomerParts { version: 0, ..parts }), events)
    }

    /// What a store kept of them.
    pub fn restored(parts: CustomerParts) -> Self {
        Self(parts)
    }

    /// The address is theirs. A second time is ignored.
    pub fn verify(self) -> (Self, Vec<CustomerEvent>) {
        if self.0.verified {
            return (self, vec![]);
        }
        let event = CustomerEvent::Verified(self.0.id);
        (Self(CustomerParts { verified: true, ..self.0 }), vec![event])
    }

    /// They are called, or lives, otherwise than before.
    pub fn edit_profile(self, name: PersonName, shipping_address: Option<Address>) -> (Self, Vec<CustomerEvent>) {
        if self.0.name == name && self.0.shipping_address == shipping_address {
            return (self, vec![]);
        }
        let event = CustomerEvent::ProfileChanged { customer: self.0.id, shipping_address: shipping_address.clone() };
        (Self(CustomerParts { name, shipping_address, ..self.0 }), vec![event])
    }

    /// They log in with another password from now on.
    pub fn change_password(self, password: PasswordHash) -> (Self, Vec<CustomerEvent>) {
        let event = CustomerEvent::PasswordChanged(self.0.id);
        (Self(CustomerParts { password, ..self.0 }), vec![event])
    }

    /// They may do more or less than before; `by` is the administrator who says so, `None` the operator of the shop.
    ///
    /// # Errors
    /// [`OwnRoleRefused`] when an administrator would change their own role: otherwise the last one could leave a shop
    /// without an administrator.
    pub fn change_role(self, role: Role, by: Option<CustomerId>) -> Result<(Self, Vec<CustomerEvent>), OwnRoleRefused> {
        if self.0.role == role {
            return Ok((self, vec![]));
        }
        if by == Some(self.0.id) {
            return Err(OwnRoleRefused);
        }
        let event = CustomerEvent::RoleChanged(self.0.id, role);
        Ok((Self(CustomerParts { role, ..self.0 }), vec![event]))
    }

    /// Forgets everything personal; what remains is an id to which old orders can point.
    ///
    /// # Errors
    /// [`EraseRefused`] for an administrator, who has to be demoted first, for the same reason.
    pub fn erase(self, at: Timestamp) -> Result<(Erased, Vec<CustomerEvent>), EraseRefused> {
        match self.0.role {
            Role::Admin => Err(EraseRefused),
            Role::Customer | Role::Staff => {
                // A customer who has not verified an address cannot have it forgotten elsewhere.
                let address = self.0.verified.then(|| Fingerprint::of(self.0.email.as_str()));
                let event = CustomerEvent::Erased { customer: self.0.id, address };
                let erased = Erased { id: self.0.id, version: self.0.version, email: self.0.email, at };
                Ok((erased, vec![event]))
            }
        }
    }

    /// Who they are.
    pub fn id(&self) -> CustomerId {
        self.0.id
    }
    pub fn email(&self) -> &EmailAddress {
        &self.0.email
    }
    pub fn name(&self) -> &PersonName {
        &self.0.name
    }
    pub fn password(&self) -> &PasswordHash {
        &self.0.password
    }
    /// Where their parcels go.
    pub fn shipping_address(&self) -> Option<&Address> {
        self.0.shipping_address.as_ref()
    }
    /// Whether they have shown that the address is theirs.
    pub fn is_verified(&self) -> bool {
        self.0.verified
    }
    /// What they may do.
    pub fn role(&self) -> Role {
        self.0.role
    }
    /// Since when they have an account.
    pub fn registered_at(&self) -> Timestamp {
        self.0.registered_at
    }
    /// Counts their changes; 0 for one who was never stored.
    pub fn version(&self) -> u64 {
        self.0.version
    }
    /// Words that a guesser who knows the customer tries first as a password.
    pub fn own_words(&self) -> [&str; 3] {
        [self.0.email.as_str(), self.0.name.first(), self.0.name.last()]
    }

    /// All of them, for a store to keep.
    pub fn parts(&self) -> &CustomerParts {
        &self.0
    }
    /// What the rest of the shop learns about the caller.
    pub fn identity(&self) -> Identity {
        Identity {
            customer: self.0.id,
            first_name: self.0.name.first().to_owned(),
            email: self.0.email.as_str().to_owned(),
            verified: self.0.verified,
            role: self.0.role,
            must_confirm: false,
            lacks_second_factor: false,
        }
    }
}

/// What is left of a customer who was erased, and what a store has to remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Who they were.
    pub id: CustomerId,
    pub version: u64,
    /// The address to be forgotten, wherever it was noted.
    pub email: EmailAddress,
    /// When.
    pub at: Timestamp,
}

/// Administrators do not change their own role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("administrators cannot change their own role: ask another administrator")]
pub struct OwnRoleRefused;

/// An administrator is not erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an administrator cannot be erased: another administrator has to change the role first")]
pub struct EraseRefused;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::a_customer;

    #[test]
    fn signing_up_makes_an_unverified_account() {
        let (customer, events) = Customer::register(a_customer().parts());
        assert!(!customer.is_verified());
        assert!(matches!(events.as_slice(), [CustomerEvent::Registered { .. }]));
    }

    #[test]
    fn one_whom_the_operator_vouches_for_is_verified_at_once() {
        let (_, events) = Customer::register(a_customer().verified().parts());
        assert!(matches!(events.as_slice(), [CustomerEvent::Registered { .. }, CustomerEvent::Verified(_)]));
    }

    #[test]
    fn following_the_link_twice_is_unchanged() {
        let (customer, first) = a_customer().build().verify();
        assert_eq!(first, [CustomerEvent::Verified(customer.id())]);
        let (again, second) = customer.clone().verify();
        assert_eq!((again, second), (customer, vec![]));
    }

    #[test]
    fn saving_an_unchanged_profile_is_unchanged() {
        let customer = a_customer().build();
        let (same, events) =
            customer.clone().edit_profile(customer.name().clone(), customer.shipping_address().cloned());
        assert_eq!((same, events), (customer.clone(), vec![]));
        let (moved, events) = customer.clone().edit_profile(customer.name().clone(), None);
        assert_eq!(events, [CustomerEvent::ProfileChanged { customer: moved.id(), shipping_address: None }]);
    }

    #[test]
    fn an_administrator_changes_the_roles_of_others_only() {
        let admin = a_customer().role(Role::Admin).build();
        let other = CustomerId::new(uuid::Uuid::from_u128(99));
        assert_eq!(admin.clone().change_role(Role::Customer, Some(admin.id())), Err(OwnRoleRefused));
        let (demoted, events) = admin.clone().change_role(Role::Staff, Some(other)).unwrap();
        assert_eq!(events, [CustomerEvent::RoleChanged(demoted.id(), Role::Staff)]);
        assert_eq!(admin.clone().change_role(Role::Admin, Some(admin.id())).unwrap().1, vec![]);
    }

    #[test]
    fn an_erased_customer_leaves_an_id_and_an_administrator_is_not_erased() {
        let customer = a_customer().build();
        let (erased, events) = customer.clone().erase(customer.registered_at()).unwrap();
        let event = CustomerEvent::Erased { customer: customer.id(), address: None };
        assert_eq!((erased.id, events), (customer.id(), vec![event]));
        let verified = a_customer().verified().build();
        let address = Some(Fingerprint::of(verified.email().as_str()));
        let (_, events) = verified.clone().erase(verified.registered_at()).unwrap();
        assert_eq!(events, [CustomerEvent::Erased { customer: verified.id(), address }]);
        assert_eq!(a_customer().role(Role::Admin).build().erase(customer.registered_at()), Err(EraseRefused));
    }
}
