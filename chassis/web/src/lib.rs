//! The web side of the chassis: what every page and every API call of every context has in common.
//!
//! Reading order: [`guard()`] (the one middleware: request id, identity, limits, headers, error dress, access log), [`signed`]
//! (identities that cross a process), then what handlers take ([`JsonBody`], [`CsrfForm`], [`Visitor`], [`SignedIn`],
//! [`Staff`], [`Admin`], [`PageFrame`], [`IdempotencyKey`], [`CallerContext`]), then what they answer ([`Problem`], [`PageError`], [`see_other`], [`json_with_etag`], [`page`]).
//!
//! It knows no context: which paths exist, what they cost and who may see them is said by those who register them.

#![warn(unreachable_pub)]

mod address;
mod admission;
pub mod assets;
mod bodies;
mod client;
pub mod connections;
mod cookies;
mod csrf;
pub mod edge;
mod error_pages;
mod etag;
mod flash;
mod form;
mod form_token;
mod frame;
mod guard;
mod headers;
pub mod health;
mod idempotency_key;
mod identity;
mod json;
pub mod limits;
mod methods;
pub mod metrics;
mod money_view;
pub mod openapi;
mod origin;
mod page_error;
mod paths;
mod payment_api;
mod problem;
pub mod query;
mod recognition;
mod redirect;
mod request_context;
mod seats;
mod security_trail;
pub mod signed;
mod spans;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;

pub use address::{AddressFields, AddressView};
pub use bodies::Pace;
pub use client::TrustedProxies;
pub use cookies::{
    DEVICE_COOKIE, SESSION_COOKIE, cookie, cookie_value, device_cookie, end_session_cookie, session_cookie,
};
pub use csrf::CsrfGuard;
pub use edge::{Edge, EdgeSettings};
pub use etag::{etag, json_with_etag};
pub use flash::{Flash, FlashKind};
pub use form::CsrfForm;
pub use frame::{FrameUser, PageFrame};
pub use guard::guard;
pub use idempotency_key::IdempotencyKey;
pub use identity::{Admin, Authenticator, Confirmed, ConfirmedAdmin, ConfirmedStaff, SignedIn, Staff, Visitor};
pub use json::{JsonBody, OptionalBody};
pub use methods::{Methods, unrouted};
pub use money_view::MoneyView;
pub use origin::Origin;
pub use page_error::{PageError, page, page_with};
pub use paths::is_api;
pub use problem::Problem;
pub use recognition::{Authentication, CallerContext, shown};
pub use redirect::{local_path, see_other, see_other_with};
pub use security_trail::SecurityTrail;
