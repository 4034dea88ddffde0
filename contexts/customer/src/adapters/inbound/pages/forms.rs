//! What the forms of several pages send.

use chassis::web::local_path;
use serde::Deserialize;
use shared_kernel::Address;
use shared_kernel::address::RawAddress;

/// Fields of a form that has none but the CSRF token.
#[derive(Deserialize)]
pub(super) struct NoFields {}

/// Where a mail is sent.
#[derive(Deserialize)]
pub(super) struct EmailForm {
    pub email: String,
}

/// What a mailed link carries.
#[derive(Deserialize)]
pub(super) struct TokenQuery {
    #[serde(default)]
    pub token: String,
}

/// Where to go after a login.
#[derive(Deserialize)]
pub(super) struct NextQuery {
    #[serde(default)]
    pub next: String,
}

/// Anything but a path of this shop becomes the home page.
pub(super) fn safe_path(next: &str) -> String {
    local_path(next).unwrap_or("/").to_owned()
}

/// The shipping address as a group of fields, as it is shown and sent. All fields empty means: no address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct AddressFields {
    /// Who receives it; empty for the customer themselves.
    #[serde(default)]
    pub recipient: String,
    #[serde(default)]
    pub line1: String,
    #[serde(default)]
    pub line2: String,
    #[serde(default)]
    pub city: String,
    #[serde(default)]
    pub region: String,
    #[serde(default)]
    pub postcode: String,
    #[serde(default)]
    pub country: String,
}

impl AddressFields {
    /// An empty group for a shop that mostly ships at home.
    pub(super) fn empty() -> Self {
        Self { country: "NZ".to_owned(), ..Self::default() }
    }

    /// An address as it is kept.
    pub(super) fn of(address: &Address) -> Self {
        Self {
            recipient: address.name().to_owned(),
            line1: address.line1().to_owned(),
            line2: address.line2().unwrap_or_default().to_owned(),
            city: address.city().to_owned(),
            region: address.region().unwrap_or_default().to_owned(),
            postcode: address.postcode().to_owned(),
            country: address.country().to_owned(),
        }
    }

    /// Whether anything was typed. The country is filled in beforehand and does not count.
    pub(super) fn is_begun(&self) -> bool {
        let typed = [&self.recipient, &self.line1, &self.line2, &self.city, &self.region, &self.postcode];
        typed.iter().any(|field| !field.trim().is_empty())
    }

    /// The address as it was typed; `None` if nothing was.
    pub(super) fn raw(&self, customer: (&str, &str)) -> Option<RawAddress> {
        if !self.is_begun() {
            return None;
        }
        let is_customer = self.recipient.trim().is_empty();
        let name = if is_customer { format!("{} {}", customer.0, customer.1) } else { self.recipient.clone() };
        Some(RawAddress {
            name,
            line1: self.line1.clone(),
            line2: Some(self.line2.clone()),
            city: self.city.clone(),
            region: Some(self.region.clone()),
            postcode: self.postcode.clone(),
            country: self.country.clone(),
        })
    }
}
