//! What happens to a customer, in the context's own words. What of it is published, and how, is decided in
//! [`publish`](crate::adapters::outbound::publish).

use shared_kernel::{Address, CustomerId, Role};

use super::email::{EmailAddress, Fingerprint};

/// A fact about one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerEvent {
    /// Somebody has an account now.
    Registered {
        /// Who.
        customer: CustomerId,
        /// By what address.
        email: EmailAddress,
        /// What to call him.
        first_name: String,
        /// Where their parcels go, if he has said so.
        shipping_address: Option<Address>,
    },
    /// He has shown that the address is his.
    Verified(CustomerId),
    /// His name or his shipping address is another one.
    ProfileChanged {
        /// Who.
        customer: CustomerId,
        /// Where their parcels go now.
        shipping_address: Option<Address>,
    },
    /// He has another password.
    PasswordChanged(CustomerId),
    /// He may do more or less than before.
    RoleChanged(CustomerId, Role),
    /// Nothing personal is left of him.
    Erased {
        /// Who it was.
        customer: CustomerId,
        /// Their address, if they had shown that it is theirs. It finds what was entered elsewhere under that address.
        address: Option<Fingerprint>,
    },
}

impl CustomerEvent {
    /// Whether links that were mailed before are worth nothing from now on: one that lies in a mailbox must not undo
    /// what the owner has just done to keep others out.
    #[must_use]
    pub fn withdraws_mailed_links(&self) -> bool {
        matches!(self, Self::PasswordChanged(_) | Self::Erased { .. })
    }
}
