//! Accounts, as they travel.

use chassis::web::AddressView;
use chassis::web::openapi::RoleWord;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use shared_kernel::{Address, CustomerId, Role, Timestamp};
use utoipa::{IntoParams, ToSchema};

use crate::domain::Customer;

/// Request to sign up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct SignUpBody {
    /// Names the account; capitals do not matter.
    #[schema(format = Email, max_length = 254, example = "aroha@example.org")]
    pub email: String,
    /// 8 to 128 characters.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    pub password: SecretString,
    #[schema(min_length = 1, max_length = 100)]
    pub first_name: String,
    #[schema(min_length = 1, max_length = 100)]
    pub last_name: String,
    /// Where parcels go.
    #[serde(default)]
    pub shipping_address: Option<AddressView>,
}

/// Request to verify an e-mail address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct VerificationBody {
    /// From the link.
    pub token: String,
    /// The one that was chosen at sign-up.
    #[schema(value_type = String, format = Password)]
    pub password: SecretString,
}

/// Request for an e-mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct EmailBody {
    /// To this address.
    #[schema(format = Email, max_length = 254)]
    pub email: String,
}

/// Request to set a new password with the token of a reset e-mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct PasswordResetBody {
    /// From the link.
    pub token: String,
    /// The new password, 8 to 128 characters.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    pub password: SecretString,
}

/// Replaces the profile. Fields that are left out are removed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct ProfileBody {
    #[schema(min_length = 1, max_length = 100)]
    pub first_name: String,
    #[schema(min_length = 1, max_length = 100)]
    pub last_name: String,
    /// Where parcels go.
    #[serde(default)]
    pub shipping_address: Option<AddressView>,
}

/// Request to change the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct PasswordBody {
    /// The present one.
    #[schema(value_type = String)]
    pub current_password: SecretString,
    /// The new one, 8 to 128 characters.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    pub password: SecretString,
}

/// Request to erase the account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct ErasureBody {
    /// Verifies the e-mail address.
    #[schema(value_type = String)]
    pub current_password: SecretString,
}

/// Request to change a role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::adapters::inbound::api) struct RoleBody {
    #[schema(value_type = RoleWord)]
    pub role: Role,
}

/// Which customers to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::adapters::inbound::api) struct ListParams {
    /// Only those whose address or name holds this text.
    #[serde(default)]
    #[param(max_length = 100)]
    pub q: String,
    #[param(value_type = Option<u32>)]
    pub limit: Option<String>,
    pub cursor: Option<String>,
}

/// A customer.
#[derive(Serialize, ToSchema)]
#[schema(as = Customer)]
pub(in crate::adapters::inbound::api) struct CustomerView {
    #[schema(value_type = String, format = Uuid)]
    id: CustomerId,
    #[schema(format = Email)]
    email: String,
    first_name: String,
    last_name: String,
    /// Whether the e-mail address is verified.
    verified: bool,
    /// Roles of the customer.
    #[schema(value_type = Vec<RoleWord>)]
    roles: Vec<&'static str>,
    #[schema(value_type = Option<AddressView>)]
    shipping_address: Option<Address>,
    #[schema(value_type = String, format = DateTime)]
    registered_at: Timestamp,
}

impl From<&Customer> for CustomerView {
    fn from(customer: &Customer) -> Self {
        let all = [Role::Customer, Role::Staff, Role::Admin];
        Self {
            id: customer.id(),
            email: customer.email().as_str().to_owned(),
            first_name: customer.name().first().to_owned(),
            last_name: customer.name().last().to_owned(),
            verified: customer.is_verified(),
            roles: all.into_iter().filter(|role| *role <= customer.role()).map(Role::name).collect(),
            shipping_address: customer.shipping_address().cloned(),
            registered_at: customer.registered_at(),
        }
    }
}

/// A page of customers, newest first.
#[derive(Serialize, ToSchema)]
pub(in crate::adapters::inbound::api) struct CustomerList {
    /// The customers.
    pub items: Vec<CustomerView>,
    /// For the next page; null on the last.
    pub next_cursor: Option<String>,
}
