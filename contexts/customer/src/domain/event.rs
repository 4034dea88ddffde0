//! What happens to a customer, in the context's own words. What of it is published, and how, is decided in
//! [`publish`](crate::adapters::outbound::publish).

use shared_kernel::{Address, CustomerId, Role};

use super::email::{EmailAddress, Fingerprint};

/// A fact about one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomerEvent {
    /// An account was created.
    Registered {
        /// Who.
        customer: CustomerId,
        email: EmailAddress,
        /// What to call them.
        first_name: String,
        /// Where their parcels go, if they have said so.
        shipping_address: Option<Address>,
    },
    /// They have shown that the address is theirs.
    Verified(CustomerId),
    /// Their name or their shipping address is another one.
    ProfileChanged {
        /// Who.
        customer: CustomerId,
        /// Where their parcels go now.
        shipping_address: Option<Address>,
    },
    /// They have another password.
    PasswordChanged(CustomerId),
    /// They may do more or less than before.
    RoleChanged(CustomerId, Role),
    /// Nothing personal is left of them.
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
    pub fn withdraws_mailed_links(&self) -> bool {
        matches!(self, Self::PasswordChanged(_) | Self::Erased { .. })
    }
}
