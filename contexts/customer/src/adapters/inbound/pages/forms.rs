//! What the forms of several pages send.

use chassis::web::{AddressFields, local_path};
use serde::Deserialize;
use shared_kernel::address::RawAddress;

/// Most parcels go there.
pub(super) const LIKELY_COUNTRY: &str = "NZ";

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

/// The shipping address as it was typed, of the customer themselves if nobody is named; `None` if nothing was typed.
pub(super) fn shipping_address(fields: &AddressFields, (first, last): (&str, &str)) -> Option<RawAddress> {
    if !fields.is_begun() {
        return None;
    }
    let mut address = RawAddress::from(fields.clone());
    if address.name.trim().is_empty() {
        address.name = format!("{first} {last}");
    }
    Some(address)
}
