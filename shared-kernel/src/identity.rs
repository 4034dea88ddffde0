//! Who is asking.

use serde::{Deserialize, Serialize};

use crate::ids::CustomerId;

/// What a user may do. Each role includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Buys for themselves and sees their own orders.
    Customer,
    /// Packs parcels, counts stock, maintains products.
    Staff,
    /// Sees reports and dead letters, and appoints staff.
    Admin,
}

impl Role {
    /// The name of the role as it is stored and shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
            Self::Admin => "admin",
        }
    }

    /// Reads the name of a role.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Customer, Self::Staff, Self::Admin].into_iter().find(|role| role.name() == name)
    }
}

/// A user whom the edge has recognised. Contexts receive it and decide for themselves what the user may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Who they are.
    pub customer: CustomerId,
    /// What to call them.
    pub first_name: String,
    /// Where receipts go.
    pub email: String,
    /// Whether they have shown that the e-mail address is theirs.
    pub verified: bool,
    /// What they may do.
    pub role: Role,
    /// Whether the password has to be asked for again before something that does great harm in the wrong hands, because it
    /// was shown too long ago. Never with an API key, which knows no password. Absent in what the version before signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub must_confirm: bool,
    /// Whether the account may do more than `role` says, once a second factor is shown. Absent in what the version before
    /// signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lacks_second_factor: bool,
}

impl Identity {
    /// Whether they may do what `role` may do.
    pub fn is(&self, role: Role) -> bool {
        self.role >= role
    }
}
