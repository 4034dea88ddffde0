//! The published language of this context: what others learn of a customer, and in which form.
//!
//! The only place that knows it; `contract/events` pins it. Passwords and roles are not published.

use chassis::messaging::PublishedEvent;
use serde::Serialize;
use shared_kernel::{Address, CustomerId, EventDraft};

use crate::domain::{CustomerEvent, Fingerprint};

/// The facts that this context states, and the use cases that may state them.
pub const PUBLISHED: &[PublishedEvent] = &[
    PublishedEvent::new("store.customer.registered.v1", &["create_user", "sign_up"]),
    PublishedEvent::new("store.customer.verified.v1", &["create_user", "reset_password", "sign_up", "verify_email"]),
    PublishedEvent::new("store.customer.profile_changed.v1", &["edit_profile"]),
    PublishedEvent::new("store.customer.erased.v1", &["erase_customer"]),
];

/// `store.customer.registered.v1`: an account was created. Its address is not verified yet.
#[derive(Serialize)]
struct RegisteredV1<'a> {
    customer_id: CustomerId,
    email: &'a str,
    first_name: &'a str,
    shipping_address: Option<&'a Address>,
}

/// `store.customer.profile_changed.v1`: where their parcels go now; null for nowhere.
#[derive(Serialize)]
struct ProfileChangedV1<'a> {
    customer_id: CustomerId,
    shipping_address: Option<&'a Address>,
}

/// `store.customer.erased.v1`: the account is gone. `email_digest` is the SHA-256 of its address in small letters, as
/// hexadecimal digits; absent if the address was never confirmed.
#[derive(Serialize)]
struct ErasedV1<'a> {
    customer_id: CustomerId,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_digest: Option<&'a str>,
}

/// `store.customer.verified.v1`: whom it is about says it all.
#[derive(Serialize)]
struct CustomerV1 {
    customer_id: CustomerId,
}

/// The published form of a fact; `None` for what stays among us.
pub fn published(event: &CustomerEvent) -> Option<EventDraft> {
    match event {
        CustomerEvent::Registered { customer, email, first_name, shipping_address } => {
            let shipping_address = shipping_address.as_ref();
            let data = RegisteredV1 { customer_id: *customer, email: email.as_str(), first_name, shipping_address };
            Some(EventDraft::new("store.customer.registered.v1", customer.to_string(), &data))
        }
        CustomerEvent::ProfileChanged { customer, shipping_address } => {
            let data = ProfileChangedV1 { customer_id: *customer, shipping_address: shipping_address.as_ref() };
            Some(EventDraft::new("store.customer.profile_changed.v1", customer.to_string(), &data))
        }
        CustomerEvent::Verified(customer) => Some(plain("store.customer.verified.v1", *customer)),
        CustomerEvent::Erased { customer, address } => {
            let email_digest = address.as_ref().map(Fingerprint::as_str);
            let data = ErasedV1 { customer_id: *customer, email_digest };
            Some(EventDraft::new("store.customer.erased.v1", customer.to_string(), &data))
        }
        CustomerEvent::PasswordChanged(_) | CustomerEvent::RoleChanged(..) => None,
    }
}

fn plain(event_type: &'static str, customer_id: CustomerId) -> EventDraft {
    EventDraft::new(event_type, customer_id.to_string(), &CustomerV1 { customer_id })
}
