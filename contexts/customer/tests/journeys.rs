//! People at the pages of this context, and its use cases under the conditions that pages rarely meet.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper of a test may fail the test")]

#[path = "support/browser.rs"]
mod browser;
#[path = "journeys/enumeration.rs"]
mod enumeration;
#[path = "journeys/identity.rs"]
mod identity;
#[path = "journeys/identity_cache.rs"]
mod identity_cache;
#[path = "journeys/lockout.rs"]
mod lockout;
#[path = "journeys/mail.rs"]
mod mail;
#[path = "journeys/pages.rs"]
mod pages;
#[path = "journeys/second_factor.rs"]
mod second_factor;
#[path = "journeys/sessions.rs"]
mod sessions;
#[path = "support/shop.rs"]
mod shop;
