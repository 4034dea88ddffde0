//! What travels: bodies that come in, views that go out.

use chassis::web::AddressView;
use chassis::web::openapi::RoleWord;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use shared_kernel::address::RawAddress;
use shared_kernel::{Address, CustomerId, Role, Timestamp};
use utoipa::{IntoParams, ToSchema};

use crate::application::api_keys::NewApiKey;
use crate::application::begin_session::LoggedIn;
use crate::domain::{ApiKey, ApiKeyId, Customer};

/// Request to sign up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignUpBody {
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
    #[schema(value_type = Option<AddressView>)]
    pub shipping_address: Option<RawAddress>,
}

/// Request to verify an e-mail address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerificationBody {
    /// From the link.
    pub token: String,
    /// The one that was chosen at sign-up.
    #[schema(value_type = String, format = Password)]
    pub password: SecretString,
}

/// Request for an e-mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EmailBody {
    /// To this address.
    #[schema(format = Email, max_length = 254)]
    pub email: String,
}

/// Request to set a new password with the token of a reset e-mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordResetBody {
    /// From the link.
    pub token: String,
    /// The new password, 8 to 128 characters.
    #[schema(value_type = String, min_length = 8, max_length = 128)]
    pub password: SecretString,
}

/// Request to log in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogInBody {
    /// Of the account.
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// The password.
    #[schema(value_type = String)]
    pub password: SecretString,
    /// A code of the second factor, or a recovery code, if the account has one.
    #[serde(default)]
    pub code: Option<String>,
    /// The `device` of an earlier login from the same place: it gives this login its own count of failed attempts.
    #[serde(default)]
    pub device: Option<String>,
}

/// Replaces the profile. Fields that are left out are removed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileBody {
    #[schema(min_length = 1, max_length = 100)]
    pub first_name: String,
    #[schema(min_length = 1, max_length = 100)]
    pub last_name: String,
    /// Where parcels go.
    #[serde(default)]
    #[schema(value_type = Option<AddressView>)]
    pub shipping_address: Option<RawAddress>,
}

/// Request to change the password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordBody {
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
pub(super) struct ErasureBody {
    /// Verifies the e-mail address.
    #[schema(value_type = String)]
    pub current_password: SecretString,
}

/// Request to change a role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleBody {
    #[schema(value_type = RoleWord)]
    pub role: Role,
}

/// An administrator gives a machine a key.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyBody {
    /// What it is for.
    #[schema(min_length = 1, max_length = 100)]
    pub label: String,
    /// The most that it may do.
    #[schema(value_type = RoleWord)]
    pub role: Role,
    /// Until when; without end if left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// Which customers to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
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
pub(super) struct CustomerView {
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
pub(super) struct CustomerList {
    /// The customers.
    pub items: Vec<CustomerView>,
    /// For the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// A session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(super) struct SessionView {
    /// Send it as `Authorization: Bearer <token>`. It is shown this once.
    token: String,
    /// When it ends at the latest.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    customer: CustomerView,
    /// Send it along with the next login from this place; opens nothing by itself. Absent where nothing has changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

impl From<&LoggedIn> for SessionView {
    fn from(session: &LoggedIn) -> Self {
        let (token, customer) = (session.token.reveal().to_owned(), CustomerView::from(&session.customer));
        let device = session.device.as_ref().map(|device| device.reveal().to_owned());
        Self { token, expires_at: session.expires_at, customer, device }
    }
}

/// An API key without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(super) struct ApiKeyView {
    #[schema(value_type = String, format = Uuid)]
    id: ApiKeyId,
    label: String,
    /// The most that it may do.
    #[schema(value_type = RoleWord)]
    role: Role,
    /// The administrator for whom it acts.
    #[schema(value_type = String, format = Uuid)]
    owner: CustomerId,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
}

impl From<&ApiKey> for ApiKeyView {
    fn from(key: &ApiKey) -> Self {
        let (id, label, role, owner) = (key.id, key.label.clone(), key.role, key.owner);
        Self {
            id,
            label,
            role,
            owner,
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
        }
    }
}

/// An API key on the one occasion that its secret is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = NewApiKey)]
pub(super) struct NewApiKeyView {
    #[serde(flatten)]
    key: ApiKeyView,
    /// Send it as `Authorization: Bearer <secret>`.
    secret: String,
}

impl From<&NewApiKey> for NewApiKeyView {
    fn from(new: &NewApiKey) -> Self {
        Self { key: ApiKeyView::from(&new.key), secret: new.secret.clone() }
    }
}

/// The newest API keys.
#[derive(Serialize, ToSchema)]
pub(super) struct ApiKeyList {
    /// The keys.
    pub items: Vec<ApiKeyView>,
    /// Always null: there is one page.
    pub next_cursor: Option<String>,
}
