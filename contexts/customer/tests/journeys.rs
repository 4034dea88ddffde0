//! People at the pages of this context, and its use cases under the conditions that pages rarely meet.

#[path = "journeys/enumeration.rs"]
mod enumeration;
#[path = "journeys/mail.rs"]
mod mail;
#[path = "journeys/pages.rs"]
mod pages;
#[path = "journeys/sessions.rs"]
mod sessions;
#[path = "support/shop.rs"]
mod shop;
