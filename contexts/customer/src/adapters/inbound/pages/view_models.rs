//! What the templates of this context show: finished strings.

use askama::Template;
use chassis::Site;
use chassis::web::{AddressFields, PageFrame};
use shared_kernel::{CustomerId, Identity, Role};

use super::forms::LIKELY_COUNTRY;
use super::qr::svg_of;
use crate::domain::{Customer, RecoveryCode, SecondFactor, Session, TokenHash};

#[derive(Template)]
#[template(path = "customer/signup.html")]
pub(super) struct SignUpPage {
    pub frame: PageFrame,
    pub errors: Vec<String>,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub address: AddressFields,
}

#[derive(Template)]
#[template(path = "customer/verify.html")]
pub(super) struct VerifyPage {
    pub frame: PageFrame,
    pub errors: Vec<String>,
    /// Empty when the page only offers to send another link.
    pub token: String,
}

#[derive(Template)]
#[template(path = "customer/login.html")]
pub(super) struct LogInPage {
    pub frame: PageFrame,
    pub errors: Vec<String>,
    pub email: String,
    /// A path of this shop.
    pub next: String,
}

#[derive(Template)]
#[template(path = "customer/login_code.html")]
pub(super) struct CodePage {
    pub frame: PageFrame,
    pub errors: Vec<String>,
    pub challenge: String,
    pub next: String,
}

#[derive(Template)]
#[template(path = "customer/confirm.html")]
pub(super) struct ConfirmPage {
    pub frame: PageFrame,
    pub errors: Vec<String>,
    pub email: String,
    pub code_wanted: bool,
    pub next: String,
}

#[derive(Template)]
#[template(path = "customer/reset.html")]
pub(super) struct ResetPage {
    pub frame: PageFrame,
    pub errors: Vec<String>,
    /// Empty when the page asks for a link.
    pub token: String,
}

#[derive(Template)]
#[template(path = "customer/profile.html")]
pub(super) struct ProfilePage {
    pub frame: PageFrame,
    pub errors: Vec<String>,
    pub email: String,
    pub verified: bool,
    pub erasable: bool,
    /// The role asks for a second factor that this session has not shown.
    pub second_factor_wanted: bool,
    pub first_name: String,
    pub last_name: String,
    pub address: AddressFields,
}

impl ProfilePage {
    /// The page as `caller` sees their own account.
    pub(super) fn of(customer: &Customer, frame: PageFrame, caller: &Identity) -> Self {
        Self {
            frame,
            errors: vec![],
            email: customer.email().as_str().to_owned(),
            verified: customer.is_verified(),
            erasable: customer.role() != Role::Admin,
            // A session acts in a lower role than its owner's only for want of a second factor.
            second_factor_wanted: caller.role < customer.role(),
            first_name: customer.name().first().to_owned(),
            last_name: customer.name().last().to_owned(),
            address: customer
                .shipping_address()
                .map_or_else(|| AddressFields::empty(LIKELY_COUNTRY), AddressFields::from),
        }
    }
}

#[derive(Template)]
#[template(path = "customer/second_factor.html")]
pub(super) struct FactorPage {
    pub frame: PageFrame,
    pub errors: Vec<String>,
    pub on: bool,
    /// Empty unless a secret waits for its first code.
    pub secret: String,
    pub picture: Picture,
}

/// The picture of a secret: made of numbers alone.
#[derive(Default)]
pub(super) struct Picture {
    pub size: usize,
    pub path: String,
}

impl FactorPage {
    /// The secret is shown only to a session whose owner has shown the password a short while ago.
    pub(super) fn of(
        factor: Option<&SecondFactor>,
        frame: PageFrame,
        caller: &Identity,
        site: &Site,
    ) -> Result<Self, qrcode::types::QrError> {
        let on = factor.is_some_and(|factor| factor.confirmed);
        let (mut secret, mut picture) = (String::new(), Picture::default());
        if let Some(waiting) = factor.filter(|factor| !factor.confirmed && !caller.must_confirm) {
            secret = waiting.secret.base32();
            (picture.size, picture.path) = svg_of(&waiting.secret.uri(&site.name, &caller.email))?;
        }
        Ok(Self { frame, errors: vec![], on, secret, picture })
    }
}

#[derive(Template)]
#[template(path = "customer/recovery_codes.html")]
pub(super) struct CodesPage {
    pub frame: PageFrame,
    pub codes: Vec<String>,
}

impl CodesPage {
    pub(super) fn of(codes: &[RecoveryCode], frame: PageFrame) -> Self {
        Self { frame, codes: codes.iter().map(RecoveryCode::reveal).collect() }
    }
}

#[derive(Template)]
#[template(path = "customer/sessions.html")]
pub(super) struct SessionsPage {
    pub frame: PageFrame,
    pub sessions: Vec<SessionRow>,
}

pub(super) struct SessionRow {
    pub id: String,
    pub agent: String,
    pub address: String,
    pub begun: String,
    pub seen: String,
    pub this_one: bool,
}

impl SessionRow {
    pub(super) fn of(session: &Session, own: &TokenHash, site: &Site) -> Self {
        let known = |text: &str| if text.is_empty() { "unknown".to_owned() } else { text.to_owned() };
        Self {
            id: session.id().as_str().to_owned(),
            agent: known(&session.begun_from.agent),
            address: known(&session.begun_from.address),
            begun: session.started_at.format_in(&site.time_zone),
            seen: session.last_seen.format_in(&site.time_zone),
            this_one: session.hash == *own,
        }
    }
}

#[derive(Template)]
#[template(path = "customer/admin_customers.html")]
pub(super) struct CustomersPage {
    pub frame: PageFrame,
    pub q: String,
    pub customers: Vec<CustomerRow>,
    /// Empty on the last page.
    pub next: String,
}

pub(super) struct CustomerRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub verified: bool,
    pub since: String,
    pub roles: Vec<RoleOption>,
    /// Administrators do not change their own role.
    pub is_own: bool,
}

pub(super) struct RoleOption {
    pub name: &'static str,
    pub chosen: bool,
}

impl CustomerRow {
    pub(super) fn of(customer: &Customer, admin: CustomerId, site: &Site) -> Self {
        let all = [Role::Customer, Role::Staff, Role::Admin];
        let roles = all.map(|role| RoleOption { name: role.name(), chosen: role == customer.role() });
        Self {
            id: customer.id().to_string(),
            name: format!("{} {}", customer.name().first(), customer.name().last()),
            email: customer.email().as_str().to_owned(),
            verified: customer.is_verified(),
            since: customer.registered_at().format_in(&site.time_zone),
            roles: roles.into(),
            is_own: customer.id() == admin,
        }
    }
}
